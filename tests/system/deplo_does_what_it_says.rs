//! The command line: what it prints is true of the whole system, data on one stream and words on the other.

use serde_json::json;
use std::collections::BTreeSet;
use tests::{Deplo, World};

fn token_alone(out: &str) -> &str {
    let token = out.trim_end();
    assert!(token.starts_with("sk_live_") && !token.contains(char::is_whitespace), "a token and nothing else");
    token
}

/// The examples of the contract, to the letter.
pub fn from_create_to_revoke(world: &World) {
    let workspace = world.workspace();
    let deplo = Deplo::new(&world.edge.url()).with_token(&workspace.admin).with("DEPLO_WORKSPACE", &workspace.id);
    let created = deplo.run(&["tokens", "create", "CI Deploy", "--scopes", "deploy"]).ended(0);
    let token = token_alone(&created.out);
    assert!(created.err.starts_with("✔ Token created (shown once):\n"), "{}", created.err);
    assert!(created.err.contains("cannot be shown again") && !created.err.contains(token), "words, and no secret");
    let caller = world.edge().with_token(token);
    assert_eq!(caller.send("POST", &workspace.deployments()).status, 200);

    let listed = deplo.run(&["tokens", "list", "--json"]).ended(0).json();
    let view = &listed["tokens"][0];
    assert_eq!(
        (&view["name"], &view["scopes"], &view["status"]),
        (&json!("CI Deploy"), &json!(["deploy"]), &json!("active"))
    );
    let id = view["id"].as_str().unwrap();
    let table = deplo.run(&["tokens", "list"]).ended(0);
    assert!(table.out.contains(id) && table.out.contains("CI Deploy") && table.err.is_empty(), "{table:?}");

    let rotated = deplo.run(&["tokens", "rotate", id, "--grace", "1h"]).ended(0);
    let successor = world.edge().with_token(token_alone(&rotated.out));
    assert!(rotated.err.contains("still works until"), "{}", rotated.err);
    for caller in [&caller, &successor] {
        assert_eq!(caller.send("POST", &workspace.deployments()).status, 200);
    }

    let refused = deplo.run(&["tokens", "revoke", id]).ended(2);
    assert!(refused.err.contains("nothing was revoked") && refused.err.contains("--yes"), "{}", refused.err);
    assert_eq!(caller.send("POST", &workspace.deployments()).status, 200);
    let revoked = deplo.run(&["tokens", "revoke", id, "--yes"]).ended(0);
    assert!(revoked.err.contains(&format!("✔ {id} refused everywhere since ")), "{}", revoked.err);
    assert_eq!(caller.send("POST", &workspace.deployments()).outcome(), "401 invalid-token");
    let _ = deplo.run(&["tokens", "rm", id, "--yes"]).ended(0);
}

/// Ids come from a pipe, names from all over the world, and pages are put together.
pub fn with_hundreds_of_tokens(world: &World) {
    let workspace = world.workspace();
    world.control_plane.print(&["workspace", "set-plan", &workspace.id, "team"]).unwrap();
    let names = ["每晚部署", "نشر الليل", "🚀 ship it"];
    let admin = world.direct().with_token(&workspace.admin);
    for number in 0..300 {
        let body = json!({"name": format!("{} {number}", names[number % 3]), "scopes": ["read"]});
        assert_eq!(admin.post(&workspace.path("/access-tokens"), &body).status, 201);
    }
    let deplo = Deplo::new(&world.edge.url()).with_token(&workspace.admin);
    let ids = |arguments: &[&str]| {
        let listed = deplo.run(arguments).ended(0).json();
        let tokens = listed["tokens"].as_array().unwrap().iter();
        tokens.map(|view| view["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let all = ids(&["tokens", "list", "--json"]);
    assert_eq!((all.len(), all.iter().collect::<BTreeSet<_>>().len()), (301, 301), "every page, each token once");
    assert_eq!(ids(&["tokens", "list", "--json", "--limit", "201"]), all[..201]);
    let table = deplo.run(&["tokens", "ls"]).ended(0);
    assert_eq!(table.out.lines().count(), 302, "a heading and a line each");
    assert!(names.iter().all(|name| table.out.contains(name)), "names are whole when nobody's terminal is too narrow");

    let readers = all[..300].join("\n");
    let revoked = deplo.run_with_input(&["tokens", "revoke", "-", "--yes", "--json"], &readers).ended(0).json();
    let receipts = revoked["receipts"].as_array().unwrap();
    assert!(receipts.len() == 300 && receipts.iter().all(|receipt| receipt["status"] == "revoked"), "{revoked}");
    assert_eq!(ids(&["tokens", "list", "--json"]).len(), 1);
}

/// An expiry is told as it was understood, and the past is refused before anything is sent.
pub fn with_expiries(world: &World) {
    let workspace = world.workspace();
    let deplo = Deplo::new(&world.edge.url()).with_token(&workspace.admin);
    let create = |expires: &str| deplo.run(&["tokens", "create", "X", "--scopes", "read", "--expires", expires]);
    let dated = create("2036-12-31").ended(0);
    assert!(dated.err.contains("Expires 2036-12-31 23:59:59 UTC (in "), "{}", dated.err);
    let here = deplo.run(&["tokens", "create", "X", "--scopes", "read", "--expires", "2036-12-31T23:00:00+01:00"]);
    assert!(here.ended(0).err.contains("Expires 2036-12-31 22:00:00 UTC (in "));
    let _ = create("30d").ended(0);
    let past = Deplo::new("http://127.0.0.1:1").with_token("x");
    let past = past.run(&["tokens", "create", "X", "--scopes", "read", "--expires", "2020-01-01"]).ended(2);
    assert!(past.err.contains("not in the future"), "{}", past.err);
}

/// The workspace is the token's own, wherever the token comes from.
pub fn about_whose_token_it_is(world: &World) {
    let workspace = world.workspace();
    let (id, token) = workspace.token(&world.edge(), &["deploy"], Some(&workspace.project));
    let deplo = Deplo::new(&world.edge.url()).with_token(&token);
    let who = deplo.run(&["whoami", "--json"]).ended(0).json();
    assert_eq!((&who["workspaceId"], &who["source"]), (&json!(workspace.id), &json!("DEPLO_TOKEN")));
    assert_eq!((&who["accessToken"]["id"], &who["accessToken"]["projectId"]), (&json!(id), &json!(workspace.project)));
    let words = deplo.run(&["whoami"]).ended(0).out;
    assert!([&id, &workspace.id, &workspace.project].iter().all(|text| words.contains(*text)), "{words}");
}

/// Who did what, through the edge, with this program.
pub fn about_what_was_done(world: &World) {
    let workspace = world.workspace();
    let deplo = Deplo::new(&world.edge.url()).with_token(&workspace.admin);
    let created = deplo.run(&["tokens", "create", "X", "--scopes", "read", "--json"]).ended(0).json();
    let events = deplo.run(&["audit", "--json", "--limit", "1"]).ended(0).json();
    let event = &events["events"][0];
    assert_eq!((&event["action"], &event["tokenId"]), (&json!("token.created"), &created["id"]));
    assert!(event["userAgent"].as_str().unwrap().starts_with("deplo/"), "{event}");
    let table = deplo.run(&["audit"]).ended(0).out;
    assert!(table.contains("workspace.created") && table.contains(created["id"].as_str().unwrap()), "{table}");
}

/// A reader that has enough is no failure, and a token that cannot be written is not kept quiet.
pub fn also_into_closed_and_full_outputs(world: &World) {
    let workspace = world.workspace();
    let deplo = Deplo::new(&world.edge.url()).with_token(&workspace.admin);
    let full = || std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut create = deplo.command(&["tokens", "create", "Lost", "--scopes", "read"]);
    let create = create.stdout(full()).output().unwrap();
    let words = String::from_utf8_lossy(&create.stderr);
    assert_eq!(create.status.code(), Some(1), "{words}");
    assert!(words.contains("could not be written") && words.contains("deplo tokens revoke tok_"), "{words}");

    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let list = deplo.command(&["tokens", "list"]).stdout(writer).output().unwrap();
    assert_eq!((list.status.code(), list.stderr.as_slice()), (Some(0), b"".as_slice()));

    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut revoke = deplo.command(&["tokens", "revoke", "tok_missing", "--yes", "--json"]);
    assert_eq!(revoke.stdout(writer).output().unwrap().status.code(), Some(6), "not revoked, whoever reads that");
}

/// A token that is taken for an argument is not repeated where others may read it.
pub fn without_a_token_in_its_words(world: &World) {
    let workspace = world.workspace();
    let deplo = Deplo::new(&world.edge.url());
    let token = workspace.admin.as_str();
    for arguments in [
        &["tokens", "rotate", token][..],
        &["tokens", "revoke", token, "--yes"],
        &["tokens", "list", "--project", token],
        &["login", token],
        &["tokens", "list", &format!("--project={token}")],
        &["tokens", "list", &format!("--limit={token}")],
        &["tokens", "create", "X", "--scopes", &format!("read,{token}")],
        &["tokens", "create", "X", "--scopes", "read", "--expires", token],
        &["tokens", "rotate", &format!("{token} ")],
        &["whoami", "--api-url", token],
    ] {
        let ran = deplo.run(arguments).ended(2);
        assert!(!ran.err.contains(token) && ran.out.is_empty(), "{:?}", &arguments[..1]);
    }
    let not_text = std::os::unix::ffi::OsStrExt::from_bytes(b"\xff");
    let not_text: &std::ffi::OsStr = not_text;
    let ran = deplo.command(&["tokens", "create"]).arg(not_text).output().unwrap();
    assert_eq!(ran.status.code(), Some(2));
    let help = deplo.run(&["tokens", "create", token, "--help"]).ended(0);
    assert!(help.out.starts_with("Example"));
    let shown = deplo.run(&["tokens", "rotate", token]).ended(2).err;
    assert!(shown.contains(&format!("{}…", &token[..12])), "{shown}");
}

/// Help starts with examples, shells can read the completions, and there is a man page for every command.
pub fn when_asked_how_it_is_used() {
    let deplo = Deplo::new("http://127.0.0.1:1");
    for command in [&[][..], &["tokens", "create"], &["tokens", "revoke"], &["login"], &["audit"]] {
        let help = deplo.run(&[command, &["--help"]].concat()).ended(0);
        assert!(help.out.starts_with("Example") && help.err.is_empty(), "{}", help.out);
    }
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(deplo.run(&["completions", shell]).ended(0).out.contains("rotate"), "{shell}");
    }
    let script = deplo.run(&["completions", "bash"]).ended(0).out;
    let parsed = std::process::Command::new("bash").args(["-n", "-c", &script]).status().unwrap();
    assert!(parsed.success());

    let pages = deplo.home().join("man1");
    let _ = deplo.run(&["man", pages.to_str().unwrap()]).ended(0);
    for page in ["deplo", "deplo-tokens-create", "deplo-login", "deplo-audit"] {
        let text = std::fs::read_to_string(pages.join(format!("{page}.1"))).unwrap();
        assert!(text.contains("Example") && text.contains("api\\-url"), "{page}: {text}");
    }
}
