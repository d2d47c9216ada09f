//! The dashboard's files as they are served. What they do is tested in a browser (`tests/browser`).

use crate::support::Server;
use control_plane::plan::Plan;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const GUARDS: [(&str, &str); 5] = [
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
];

const DIRECTORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/dashboard");

/// Every file of the dashboard, by its path there.
fn files(directory: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let files = entries.flat_map(|path| if path.is_dir() { files(&path) } else { [relative(&path)].into() });
    files.collect()
}

fn relative(path: &Path) -> String {
    path.strip_prefix(DIRECTORY).unwrap().to_str().unwrap().into()
}

/// What a file loads: paths between quotes that name a file, from where that file is.
fn loads(file: &str, text: &str) -> BTreeSet<String> {
    let quoted = text.split(['"', '\'']).filter(|part| !part.contains(char::is_whitespace));
    let paths = quoted.filter(|part| [".js", ".css", ".svg"].iter().any(|ending| part.ends_with(ending)));
    paths.map(|path| resolve(file, path)).collect()
}

fn resolve(file: &str, path: &str) -> String {
    if let Some(path) = path.strip_prefix("/assets/") {
        return path.into();
    }
    let mut segments: Vec<_> = file.split('/').collect();
    segments.pop();
    for segment in path.split('/').filter(|segment| *segment != ".") {
        if segment == ".." {
            segments.pop();
        } else {
            segments.push(segment);
        }
    }
    segments.join("/")
}

#[tokio::test]
async fn the_page_and_all_that_it_loads_are_served_and_nothing_else_is_there() {
    let server = Server::start(Plan::Pro).await;
    let (mut open, mut served) = (vec![String::from("index.html")], BTreeSet::new());
    while let Some(file) = open.pop() {
        let path = if file == "index.html" { "/".into() } else { format!("/assets/{file}") };
        let answer = server.send("GET", &path, None, None).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        let media_type = answer.headers["content-type"].to_str().unwrap();
        let expected = match file.rsplit_once('.').unwrap().1 {
            "js" => "text/javascript; charset=utf-8",
            "css" => "text/css; charset=utf-8",
            "svg" => "image/svg+xml",
            _ => "text/html; charset=utf-8",
        };
        assert_eq!(media_type, expected, "{path}");
        for (name, value) in GUARDS {
            assert_eq!(answer.headers[name], value, "{path}");
        }
        served.insert(file.clone());
        open.extend(loads(&file, &answer.text).into_iter().filter(|file| !served.contains(file)));
    }
    assert_eq!(files(Path::new(DIRECTORY)), served, "what nothing loads is dead");
}

#[tokio::test]
async fn no_file_of_another_place_is_served() {
    let server = Server::start(Plan::Pro).await;
    let elsewhere = tempfile::Builder::new().suffix(".js").tempfile().unwrap();
    let absolute = elsewhere.path().to_str().unwrap();
    let up = "../".repeat(DIRECTORY.matches('/').count());
    let paths = [absolute.into(), format!("{up}{absolute}"), format!("{up}{absolute}").replace("..", "%2e%2e")];
    let escaped = paths.clone().map(|path| path.replace('/', "%2f"));
    for path in paths.into_iter().chain(escaped).chain(["%ff.js".into(), "..".into()]) {
        let answer = server.send("GET", &format!("/assets/{path}"), None, None).await;
        assert_eq!((answer.status, &*answer.slug()), (400, "invalid-request"), "{path}: {}", answer.text);
    }
    for path in ["none.js", "index.html.js", "Cargo.toml"] {
        let answer = server.send("GET", &format!("/assets/{path}"), None, None).await;
        assert_eq!((answer.status, &*answer.slug()), (403, "no-such-route"), "{path}: {}", answer.text);
    }
}
