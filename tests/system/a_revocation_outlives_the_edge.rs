//! A revocation that is committed becomes effective by itself, whoever was down meanwhile.

use serde_json::Value;
use std::time::Duration;
use tests::{Client, World, wait_until};

pub fn pending_then_effective_by_itself() {
    let mut world = World::start();
    let workspace = world.workspace();
    let (id, token) = workspace.token(&world.edge(), &["deploy"], None);
    let admin = world.direct().with_token(&workspace.admin);
    let path = workspace.path(&format!("/access-tokens/{id}"));
    world.edge.stop();

    let receipt = admin.send("DELETE", &path);
    assert_eq!(receipt.status, 202, "{}", receipt.text);
    let receipt = receipt.json();
    assert_eq!((&receipt["status"], &receipt["effectiveAt"]), (&"pending".into(), &Value::Null));
    assert_eq!(admin.send("GET", &path).json()["status"], "pending");
    let listed = admin.send("GET", &workspace.path("/access-tokens")).json();
    assert!(listed["data"].as_array().unwrap().iter().any(|view| view["status"] == "pending"), "{listed}");
    assert!(world.direct().send("GET", "/readyz").json()["oldestPendingChangeMs"].is_number());

    world.edge.restart().expect("the edge comes back");
    wait_until_revoked(&admin, &path);
    let refused = world.edge().with_token(&token).send("POST", &workspace.deployments());
    assert_eq!(refused.outcome(), "401 invalid-token");
    assert_eq!(admin.send("DELETE", &path).status, 200, "the receipt is complete now");
}

pub fn also_when_the_control_plane_is_killed() {
    let mut world = World::start();
    let workspace = world.workspace();
    let (id, token) = workspace.token(&world.edge(), &["deploy"], None);
    let path = workspace.path(&format!("/access-tokens/{id}"));
    world.edge.stop();
    assert_eq!(world.direct().with_token(&workspace.admin).send("DELETE", &path).status, 202);
    world.control_plane.kill();

    world.edge.restart().expect("the edge comes back");
    // Nobody has told the edge yet: the revocation was answered as pending, not as effective.
    assert_eq!(world.edge().with_token(&token).send("POST", &workspace.deployments()).status, 200);
    world.control_plane.start().expect("the control plane comes back");
    wait_until_revoked(&world.direct().with_token(&workspace.admin), &path);
    let refused = world.edge().with_token(&token).send("POST", &workspace.deployments());
    assert_eq!(refused.outcome(), "401 invalid-token");
}

fn wait_until_revoked(admin: &Client, path: &str) {
    let revoked = wait_until(Duration::from_secs(20), || admin.send("GET", path).json()["status"] == "revoked");
    assert!(revoked, "it did not become effective by itself");
}
