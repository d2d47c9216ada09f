//! The raw token exists in the answer that creates it, and nowhere else.

use std::fs;
use std::path::{Path, PathBuf};
use tests::World;

pub fn but_in_its_first_answer(world: &World) {
    let workspace = world.workspace();
    let (id, token) = workspace.token(&world.edge(), &["deploy", "read"], None);
    let caller = world.edge().with_token(&token);
    assert_eq!(caller.send("POST", &workspace.deployments()).status, 200);
    assert_eq!(caller.send("GET", &workspace.path("/access-tokens")).status, 200);
    assert_eq!(caller.send("DELETE", &workspace.deployments()).status, 403);
    let admin = world.edge().with_token(&workspace.admin);
    let answers = [
        admin.send("GET", &workspace.path(&format!("/access-tokens/{id}"))),
        admin.send("DELETE", &workspace.path(&format!("/access-tokens/{id}"))),
        caller.send("POST", &workspace.deployments()),
    ];

    let secret = &token["sk_live_".len() + 4..];
    for answer in answers {
        assert!(!answer.text.contains(secret) && !format!("{:?}", answer.headers).contains(secret));
    }
    assert!(!world.log().text().contains(secret), "in a log");
    for request in world.origin.received() {
        assert!(!format!("{request:?}").contains(secret), "at the platform");
    }
    let files = files(&world.directory());
    // The search itself must be able to find something: the public id is in these very files.
    assert!(files.iter().any(|file| holds(file, &id)), "the id should be in the database");
    for file in files {
        assert!(!holds(&file, secret), "in {}", file.display());
    }
}

/// Every file of the database, KV and the ledgers.
fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).expect("a directory").flatten().map(|entry| entry.path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

fn holds(file: &Path, text: &str) -> bool {
    let bytes = fs::read(file).unwrap_or_default();
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}
