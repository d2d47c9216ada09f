//! Who may do what: role × route × method, checked in as `who-may-do-what.txt` and reviewed as a diff.
//!
//! `UPDATE_EXPECTED=1 cargo test -p shared --test table` writes it anew.
#![expect(clippy::expect_used, reason = "a test that cannot go on has failed")]

mod support;

use shared::decide::decide;
use shared::policy::{Origin, POLICY, Rule};
use shared::question::{RawRequest, examine};
use shared::record::{Record, State};
use shared::timestamp::Timestamp;
use shared::token::TokenPrefix;
use std::fmt::Write;
use support::{record, token};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/who-may-do-what.txt");
const NOW: Timestamp = Timestamp(1_000);

/// What the caller presents: nothing, something that is no token, or a token with this record.
enum Presents {
    Nothing,
    NoToken,
    Token(&'static str, Record),
}

fn roles() -> Vec<(&'static str, Presents)> {
    let of_project = |id: &str, bits| Record { project_id: Some(id.parse().expect("an id")), ..record(1, bits) };
    let own = |record| Presents::Token("ws_a", record);
    vec![
        ("no credentials", Presents::Nothing),
        ("malformed token", Presents::NoToken),
        ("deploy", own(record(1, 1))),
        ("read", own(record(1, 2))),
        ("delete", own(record(1, 4))),
        ("admin", own(record(1, 8))),
        ("deploy, of the project", own(of_project("proj_a", 1))),
        ("read, of the project", own(of_project("proj_a", 2))),
        ("delete, of the project", own(of_project("proj_a", 4))),
        ("admin, of the project", own(of_project("proj_a", 8))),
        ("admin, of another project", own(of_project("proj_b", 8))),
        ("admin, of another workspace", Presents::Token("ws_b", record(1, 8))),
        ("admin, expired", own(Record { expires_at: Some(NOW), ..record(1, 8) })),
        ("admin, revoked", own(Record { state: State::Revoked, ..record(1, 8) })),
        ("no scopes", own(record(1, 0))),
        ("unknown scope", own(record(1, 16))),
    ]
}

fn outcome(rule: &Rule, presents: &Presents) -> String {
    let path = rule.template.replace("{workspaceId}", "ws_a").replace("{projectId}", "proj_a").replace(['{', '}'], "");
    let good = format!("Bearer {}", token(1).as_token().expose());
    let authorization = match presents {
        Presents::Nothing => None,
        Presents::NoToken => Some("Bearer nonsense"),
        Presents::Token(..) => Some(good.as_str()),
    };
    let raw = RawRequest { method: rule.method, path: &path, authorization };
    let decided = examine(raw, &POLICY, &TokenPrefix::default()).and_then(|question| match presents {
        Presents::Token(workspace, record) => {
            let workspace = workspace.parse().expect("an id");
            decide(&workspace, record, &question.requirement, NOW).map(|_| "allowed")
        }
        Presents::Nothing | Presents::NoToken => Ok("NOT REFUSED"),
    });
    decided.map_or_else(|refusal| format!("{} {}", refusal.problem().status(), refusal.problem().slug()), String::from)
}

#[test]
fn who_may_do_what_is_as_checked_in() {
    let mut table = String::from("Who may do what in workspace ws_a, project proj_a. Made by shared/tests/table.rs.\n");
    for rule in POLICY.rules() {
        let origin = if rule.origin == Origin::Platform { "platform" } else { "control plane" };
        writeln!(table, "\n{} {} ({origin})", rule.method, rule.template).expect("text");
        for (role, presents) in roles() {
            writeln!(table, "  {role:<28} {}", outcome(rule, &presents)).expect("text");
        }
    }
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        std::fs::write(FILE, &table).expect("written");
    }
    let expected = std::fs::read_to_string(FILE).unwrap_or_default();
    assert!(
        table == expected,
        "the table has changed; look at the diff after UPDATE_EXPECTED=1 cargo test -p shared --test table"
    );
}
