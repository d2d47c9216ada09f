//! Whatever is asked, the control plane answers as its document says.
//!
//! schemathesis reads `/openapi.json` and asks for what it allows, and for what it does not. It must find no 5xx, and no
//! status, media type, header or body that is not in the document. `tests/schemathesis` says what is left out, and why.

use serde_json::Value;
use std::env;
use std::fs;
use std::process::Command;
use tests::{Fsync, Postgres, Workspace, World, find_postgres, root};

pub fn on_sqlite() {
    ask(&World::start());
}

pub fn on_postgres() {
    let bin = find_postgres().expect("Postgres; `cargo xtask test` installs it");
    let postgres = Postgres::start(&bin, Fsync::Off).expect("Postgres starts");
    ask(&World::start_on(&postgres.url("postgres")).expect("the world starts"));
}

fn ask(world: &World) {
    let program = env::var_os("SCHEMATHESIS").expect("schemathesis; `cargo xtask test` installs it");
    let workspace = Workspace::create(&world.control_plane, 0, "team");
    let own = world.direct().with_token(&workspace.admin).send("GET", "/access-token").json();
    let (url, report) = (world.control_plane.url(), world.directory().join("schemathesis.har"));
    let mut command = Command::new(program);
    command
        .args(["--config-file", "schemathesis.toml", "--no-color", "run", &format!("{url}/openapi.json")])
        .arg("--report-har-path")
        .arg(&report)
        .envs([("API", &*url), ("WORKSPACE", &workspace.id), ("TOKEN", &workspace.admin)])
        .env("TOKEN_ID", own["id"].as_str().expect("an id"))
        .envs([("SCHEMATHESIS_HOOKS", "hooks"), ("PYTHONDONTWRITEBYTECODE", "1")])
        .env("HYPOTHESIS_STORAGE_DIRECTORY", world.directory().join("hypothesis"))
        .current_dir(root().join("tests/schemathesis"));
    let output = command.output().expect("schemathesis starts");
    let words = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{words}{}", String::from_utf8_lossy(&output.stderr));
    let report = fs::read_to_string(report).expect("a report");
    check_coverage(&world.direct().send("GET", "/openapi.json").json(), &exchanges(&report, &url));
}

/// A request and how it was answered.
struct Exchange {
    method: String,
    path: String,
    status: u64,
}

/// What a HAR report (HTTP Archive 1.2) holds.
fn exchanges(report: &str, url: &str) -> Vec<Exchange> {
    let report: Value = serde_json::from_str(report).expect("JSON");
    let entries = report["log"]["entries"].as_array().expect("entries");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let of_entry = |entry: &Value| {
        let target = text(&entry["request"]["url"]);
        let path = target.strip_prefix(url).unwrap_or_default().split('?').next().unwrap_or_default().into();
        let status = entry["response"]["status"].as_u64().unwrap_or_default();
        Exchange { method: text(&entry["request"]["method"]), path, status }
    };
    entries.iter().map(of_entry).collect()
}

/// A run in which an operation only ever refused would have tested little of it. Nothing is pending while the edge is up.
fn check_coverage(document: &Value, exchanges: &[Exchange]) {
    let paths = document["paths"].as_object().expect("paths");
    let operations = paths.iter().flat_map(|(path, item)| {
        let methods = item.as_object().into_iter().flat_map(|item| item.keys());
        methods.map(move |method| (method.to_uppercase(), path))
    });
    let mut count = 0;
    for (method, template) in operations {
        let fitting = exchanges.iter().filter(|asked| asked.method == method && fits(template, &asked.path));
        let statuses: Vec<_> = fitting.map(|asked| asked.status).collect();
        assert!(statuses.iter().any(|status| matches!(status, 200 | 201)), "{method} {template}: {statuses:?}");
        assert!(!statuses.contains(&202), "{method} {template}: {statuses:?}");
        count += 1;
    }
    assert!(count >= 16, "only {count} operations");
    println!("the_api_is_as_documented: {} requests, {count} operations", exchanges.len());
}

fn fits(template: &str, path: &str) -> bool {
    let (template, path): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
    template.len() == path.len() && template.iter().zip(path).all(|(own, given)| own.starts_with('{') || *own == given)
}
