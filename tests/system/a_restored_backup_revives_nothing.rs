//! A database restored from a backup is noticed, and `republish` cures it without reviving anything.

use serde_json::json;
use std::fs;
use std::path::Path;
use std::time::Duration;
use tests::{Client, Workspace, World, wait_until};

pub fn noticed_as_a_conflict_and_cured_by_republish() {
    let mut world = World::start();
    let workspace = world.workspace();
    let (kept, kept_token) = workspace.token(&world.edge(), &["deploy"], None);
    let (dead, dead_token) = workspace.token(&world.edge(), &["deploy"], None);
    let backup = tempfile::tempdir().expect("a directory");
    world.control_plane.stop();
    copy_database(&world.directory(), backup.path());

    world.control_plane.start().expect("the control plane starts");
    let admin = world.direct().with_token(&workspace.admin);
    assert_eq!(admin.send("DELETE", &workspace.path(&format!("/access-tokens/{dead}"))).status, 200);
    world.control_plane.stop();
    copy_database(backup.path(), &world.directory());
    world.control_plane.start().expect("the control plane starts");

    // The backup believes that the token lives; the edge knows better.
    assert_eq!(view(&admin, &workspace, &dead)["status"], "active");
    let refused = world.edge().with_token(&dead_token).send("POST", &workspace.deployments());
    assert_eq!(refused.outcome(), "401 invalid-token");
    let body = json!({"name": "After the restore", "scopes": ["read"]});
    let created = admin.post(&workspace.path("/access-tokens"), &body);
    assert_eq!(created.status, 202, "nothing is acknowledged in a conflict: {}", created.text);
    assert_eq!(admin.send("GET", "/readyz").json()["conflicts"][0]["workspaceId"], workspace.id);
    world.log().expect("run `control-plane republish`");

    let revoked = world.control_plane.print(&["republish", "--workspace", &workspace.id]).expect("republished");
    assert_eq!(revoked, dead, "what the ledger knew as revoked is revoked in the database too, and printed");
    let settled = wait_until(Duration::from_secs(20), || view(&admin, &workspace, &dead)["status"] == "revoked");
    assert!(settled, "{}", view(&admin, &workspace, &dead));
    let outcome = |token: &str| world.edge().with_token(token).send("POST", &workspace.deployments()).outcome();
    assert_eq!((outcome(&kept_token).as_str(), outcome(&dead_token).as_str()), ("200", "401 invalid-token"));
    assert_eq!(admin.send("GET", "/readyz").json()["conflicts"], json!([]));
    assert_eq!(admin.send("DELETE", &workspace.path(&format!("/access-tokens/{kept}"))).status, 200);
    assert_eq!(outcome(&kept_token), "401 invalid-token", "the new epoch goes on as the old one did");
}

fn view(admin: &Client, workspace: &Workspace, id: &str) -> serde_json::Value {
    admin.send("GET", &workspace.path(&format!("/access-tokens/{id}"))).json()
}

/// Copies the database's files, as they are when nobody has it open.
fn copy_database(from: &Path, to: &Path) {
    for suffix in ["", "-wal", "-shm"] {
        let name = format!("deplo.db{suffix}");
        let _ = fs::remove_file(to.join(&name));
        if from.join(&name).exists() {
            fs::copy(from.join(&name), to.join(&name)).expect("copied");
        }
    }
}
