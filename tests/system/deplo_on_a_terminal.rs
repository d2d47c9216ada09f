//! `deplo` on a terminal: somebody reads the screen and types.

use serde_json::json;
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use tests::{Client, Deplo, Terminal, Workspace, World};

const CTRL_C: &str = "\x03";
const ENTER: &str = "\r";

const QUESTION: &str = "Revoke this token?";
const WAITING: &str = "Revoking, and waiting until the whole edge refuses";

pub fn asks_before_it_revokes(world: &World) {
    let workspace = world.workspace();
    let (somebody, token) = (somebody(world, &workspace), Used::new(world, &workspace));

    let mut terminal = token.revoke(&somebody, &[]);
    terminal.expect(QUESTION);
    assert!(terminal.text().contains(&format!("{} \"Test\"", token.id)), "{}", terminal.text());
    terminal.press(&format!("n{ENTER}"));
    assert_eq!(terminal.end(), 1, "{}", terminal.text());
    assert!(terminal.text().contains("error: nothing was revoked"), "{}", terminal.text());
    assert!(terminal.is_tidy());
    assert_eq!(token.outcome(), "200");

    let mut terminal = token.revoke(&somebody, &[]);
    terminal.expect(QUESTION);
    terminal.press(&format!("y{ENTER}"));
    assert_eq!(terminal.end(), 0, "{}", terminal.text());
    assert!(terminal.text().contains(&format!("✔ {} refused everywhere since", token.id)), "{}", terminal.text());
    assert!(terminal.is_tidy());
    assert_eq!(token.outcome(), "401 invalid-token");
}

pub fn shows_that_it_waits(world: &World) {
    let workspace = world.workspace();
    let (somebody, token) = (somebody(world, &workspace), Used::new(world, &workspace));
    let mut terminal = token.revoke(&somebody, &["--yes"]);
    terminal.expect(WAITING);
    assert_eq!(terminal.end(), 0, "{}", terminal.text());
    assert!(!terminal.text().contains(WAITING), "{}", terminal.text());
    assert!(terminal.text().starts_with(&format!("✔ {} refused everywhere", token.id)), "{:?}", terminal.written());
    assert!(terminal.is_tidy());
}

pub fn ctrl_c_at_the_question_revokes_nothing(world: &World) {
    let workspace = world.workspace();
    let (somebody, token) = (somebody(world, &workspace), Used::new(world, &workspace));
    let mut terminal = token.revoke(&somebody, &[]);
    terminal.expect(QUESTION);
    assert!(!terminal.is_tidy(), "keys are read one by one now");
    terminal.press(CTRL_C);
    assert_eq!(terminal.end(), 130, "{}", terminal.text());
    assert!(terminal.is_tidy());
    assert_eq!(token.outcome(), "200");
}

/// The API never answers, so that it waits for as long as this takes.
pub fn ctrl_c_while_it_waits_says_what_may_be_done() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let somebody = Deplo::new(&format!("http://{}", silent.local_addr().unwrap())).with_token("any");
    let revoke = ["tokens", "revoke", "tok_any", "--yes", "--workspace", "ws_any"];
    let mut terminal = Terminal::start(somebody.command(&revoke), 100);
    terminal.expect(WAITING);
    terminal.press(CTRL_C);
    assert_eq!(terminal.end(), 130, "{}", terminal.text());
    let lines: Vec<_> = terminal.screen().rows(0, 100).collect();
    let error = lines.iter().position(|line| line.starts_with("error: interrupted")).expect("an error on its own line");
    assert!(lines[error + 1].starts_with("  What was sent may have been done"), "{lines:?}");
    assert!(terminal.is_tidy());
}

pub fn ctrl_c_while_it_reads_ids_ends_it(world: &World) {
    let workspace = world.workspace();
    for _ in 0..10 {
        let mut terminal =
            Terminal::start(somebody(world, &workspace).command(&["tokens", "revoke", "-", "--yes"]), 100);
        terminal.expect("Ctrl-D");
        terminal.press(CTRL_C);
        assert_eq!(terminal.end(), 130, "{}", terminal.text());
        assert!(terminal.is_tidy());
    }
}

pub fn login_hides_the_token(world: &World) {
    let workspace = world.workspace();
    for knows_address in [true, false] {
        let newcomer = Deplo::new(&world.edge.url());
        let newcomer = if knows_address { newcomer } else { newcomer.without("DEPLO_API_URL") };
        let mut terminal = Terminal::start(newcomer.command(&["login"]), 100);
        if !knows_address {
            terminal.expect("Address of the API:");
            terminal.press(&format!("{}{ENTER}", world.edge.url()));
        }
        terminal.expect("Access token:");
        assert_eq!(terminal.has_shown("Address of the API:"), !knows_address);
        terminal.press(&format!("{}{ENTER}", workspace.admin));
        assert_eq!(terminal.end(), 0, "{}", terminal.text());
        assert!(terminal.text().contains(&format!("✔ Signed in to {}", world.edge.url())), "{}", terminal.text());
        assert!(terminal.is_tidy());

        let secret = workspace.admin.trim_start_matches("sk_live_");
        for part in [&secret[..8], &secret[8..16], &secret[16..24], &secret[24..]] {
            assert!(!terminal.written().contains(part), "{:?}", terminal.written());
        }
        assert_eq!(fs::metadata(newcomer.credentials()).unwrap().permissions().mode() & 0o777, 0o600);
        let whoami = newcomer.run(&["whoami", "--json"]).ended(0).json();
        assert_eq!(whoami["workspaceId"], workspace.id.as_str());
    }
}

pub fn a_list_fits_the_terminal(world: &World) {
    let workspace = world.workspace();
    let admin = world.edge().with_token(&workspace.admin);
    let long = "a name of a hundred characters ".repeat(4);
    // Terminals agree on how wide these are; on emoji that are joined, and on lam with alef, they do not.
    let names = ["每晚部署到生产环境的持续集成流水线", "خط أنابيب النشر كل مساء", "🚀 ship 🎉", &long[..100]];
    let ids = names.map(|name| {
        let body = json!({"name": name, "scopes": ["deploy", "read"], "projectId": null});
        let answer = admin.post(&workspace.path("/access-tokens"), &body);
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.json()["id"].as_str().unwrap().to_owned()
    });
    for columns in [80, 120] {
        let mut terminal = Terminal::start(somebody(world, &workspace).command(&["tokens", "list"]), columns);
        assert_eq!(terminal.end(), 0, "{}", terminal.text());
        let (screen, text) = (terminal.screen(), terminal.text());
        assert!((0..24).all(|row| !screen.row_wrapped(row)), "{columns}:\n{text}");
        assert!(ids.iter().all(|id| text.lines().any(|line| line.starts_with(id))), "{columns}:\n{text}");
        let beginnings = names.map(|name| name.chars().take(5).collect::<String>());
        assert!(beginnings.iter().all(|beginning| text.contains(beginning)), "{columns}:\n{text}");

        // ASCII: a character is a column.
        let headings = text.lines().next().unwrap();
        let rows: Vec<_> = (0..24).filter(|&row| cell(&screen, row, 0) == "t").collect();
        assert_eq!(rows.len(), names.len() + 1, "{columns}:\n{text}");
        for heading in ["NAME", "SCOPES", "LAST USED", "EXPIRES", "STATUS"] {
            let start = u16::try_from(headings.find(heading).unwrap()).unwrap();
            for &row in &rows {
                let around = [start - 2, start - 1, start].map(|column| cell(&screen, row, column));
                let is_below = around[..2].iter().all(|cell| cell.trim().is_empty()) && !around[2].trim().is_empty();
                assert!(is_below, "{columns}, {heading}: {around:?}\n{text}");
            }
        }
    }
}

pub fn no_input_and_ci_never_ask(world: &World) {
    let workspace = world.workspace();
    let (somebody, token) = (somebody(world, &workspace), Used::new(world, &workspace));
    let in_ci = Deplo::new(&world.edge.url()).with_token(&workspace.admin).with("CI", "1");
    for mut terminal in [
        token.revoke(&somebody, &["--no-input"]),
        token.revoke(&in_ci, &[]),
        Terminal::start(somebody.command(&["login", "--no-input"]), 100),
        Terminal::start(in_ci.command(&["login"]), 100),
    ] {
        assert_eq!(terminal.end(), 2, "{}", terminal.text());
        assert!(terminal.text().starts_with("error: nobody can be asked here"), "{}", terminal.text());
        assert!(!terminal.written().contains('?'), "{}", terminal.text());
    }
    assert_eq!(token.outcome(), "200");
}

pub fn colours_can_be_turned_off(world: &World) {
    let workspace = world.workspace();
    let token = Used::new(world, &workspace);
    let colourful = somebody(world, &workspace);
    let plain = Deplo::new(&world.edge.url()).with_token(&workspace.admin).with("NO_COLOR", "1");
    for (person, flags, is_coloured) in
        [(&colourful, &[][..], true), (&colourful, &["--color", "never"], false), (&plain, &[], false)]
    {
        let mut list = Terminal::start(person.command(&[&["tokens", "list"], flags].concat()), 100);
        assert_eq!(list.end(), 0, "{}", list.text());
        assert_eq!(has_colour(&list.written()), is_coloured, "{flags:?}: {:?}", list.written());

        let mut question = token.revoke(person, flags);
        question.expect(QUESTION);
        question.press(&format!("n{ENTER}"));
        assert_eq!(question.end(), 1, "{}", question.text());
        assert_eq!(has_colour(&question.written()), is_coloured, "{flags:?}: {:?}", question.written());
    }
}

/// Somebody with the workspace's admin token in the environment.
fn somebody(world: &World, workspace: &Workspace) -> Deplo {
    Deplo::new(&world.edge.url()).with_token(&workspace.admin)
}

/// A token that the edge has just been asked with: while its lease is out, revoking it takes a second.
struct Used {
    id: String,
    caller: Client,
    path: String,
}

impl Used {
    fn new(world: &World, workspace: &Workspace) -> Self {
        let (id, token) = workspace.token(&world.edge(), &["deploy"], None);
        let used = Self { id, caller: world.edge().with_token(&token), path: workspace.deployments() };
        assert_eq!(used.outcome(), "200");
        used
    }

    fn outcome(&self) -> String {
        self.caller.send("POST", &self.path).outcome()
    }

    fn revoke(&self, by: &Deplo, flags: &[&str]) -> Terminal {
        Terminal::start(by.command(&[&["tokens", "revoke", &self.id], flags].concat()), 100)
    }
}

fn cell(screen: &vt100::Screen, row: u16, column: u16) -> &str {
    screen.cell(row, column).expect("a cell of the screen").contents()
}

/// Whether there is an SGR sequence: `ESC [ … m`.
fn has_colour(written: &str) -> bool {
    let sequences = written.split("\x1b[").skip(1);
    sequences.into_iter().any(|rest| rest.trim_start_matches(|char: char| !char.is_ascii_alphabetic()).starts_with('m'))
}
