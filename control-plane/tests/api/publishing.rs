//! From the commit to the whole edge: what waits, what does not, and what faults do.

use crate::support;
use crate::support::{Server, WORKSPACE, digest_of, tokens_path};
use control_plane::plan::Plan;
use control_plane::republish::republish;
use serde_json::{Value, json};
use shared::ledger::LedgerStorage;
use shared::record::State;
use std::time::{Duration, Instant};
use tokio::time::sleep;

fn state(server: &Server, token: &str) -> Option<State> {
    server.edge.ledger().record(&digest_of(token)).unwrap().map(|record| record.state)
}

#[tokio::test]
async fn a_create_does_not_wait_for_leases_and_a_revocation_does() {
    let server = Server::start(Plan::Pro).await;
    server.edge.set_lease(20_000);
    let started = now();
    let (id, token) = server.token(&["read"]).await;
    assert!(started.elapsed() < Duration::from_secs(20), "nobody knew it: {:?}", started.elapsed());
    assert_eq!(state(&server, &token), Some(State::Active));

    server.edge.set_lease(1_000);
    let started = now();
    let receipt = server.delete(&tokens_path(&id)).await;
    assert_eq!(receipt.status, 200, "{}", receipt.text);
    // The lease of one second and its margin: somebody may have remembered it so long.
    assert!(started.elapsed() >= Duration::from_millis(1_110), "{:?}", started.elapsed());
    assert_eq!(state(&server, &token), Some(State::Revoked));
}

/// An instance that was replaced does not know the token, and may still be asked.
#[tokio::test]
async fn a_create_waits_for_a_replaced_ledger_instance() {
    let server = Server::start(Plan::Pro).await;
    server.edge.set_inherited(1_000);
    let started = now();
    server.token(&["read"]).await;
    assert!(started.elapsed() >= Duration::from_millis(1_110), "{:?}", started.elapsed());
}

#[tokio::test]
async fn what_the_edge_did_not_hear_is_pending_and_becomes_effective_by_itself() {
    let server = Server::start(Plan::Pro).await;
    let (id, token) = server.token(&["read"]).await;
    server.edge.set_down(true);
    let receipt = server.delete(&tokens_path(&id)).await;
    assert_eq!(receipt.status, 202, "{}", receipt.text);
    assert_eq!((&receipt.json()["status"], &receipt.json()["effectiveAt"]), (&json!("pending"), &Value::Null));
    assert!(server.get("/readyz").await.json()["oldestPendingChangeMs"].as_u64().unwrap() >= 5_000);
    server.edge.set_down(false);
    server.until_status(&id, "revoked").await;
    assert_eq!(state(&server, &token), Some(State::Revoked));
    assert_eq!(server.get("/readyz").await.json()["oldestPendingChangeMs"], Value::Null);
}

#[tokio::test]
async fn a_create_without_kv_is_pending_and_a_revocation_is_not() {
    let server = Server::start(Plan::Pro).await;
    let (known, _) = server.token(&["read"]).await;
    server.edge.set_kv_down(true);
    assert_eq!(server.delete(&tokens_path(&known)).await.status, 200, "nothing of it depends on KV");
    let created = server.create(&server.admin, json!({"name": "x", "scopes": ["read"]})).await;
    assert_eq!(created.status, 202, "{}", created.text);
    let view = created.json();
    assert!(view["token"].is_string(), "the secret goes out nevertheless: {view}");
    assert_eq!(view["status"], "pending");
    server.edge.set_kv_down(false);
    server.until_status(view["id"].as_str().unwrap(), "active").await;
    assert!(server.edge.kv_has(&digest_of(view["token"].as_str().unwrap())));
}

#[tokio::test]
async fn what_was_committed_before_a_crash_is_published_by_the_next_start() {
    let mut server = Server::start(Plan::Pro).await;
    let (id, token) = server.token(&["read"]).await;
    server.stop_publishing();
    assert_eq!(server.delete(&tokens_path(&id)).await.status, 202);
    assert_eq!(state(&server, &token), Some(State::Active), "nobody has published it");
    server.crash_and_restart().await;
    server.until_status(&id, "revoked").await;
    assert_eq!(state(&server, &token), Some(State::Revoked));
}

#[tokio::test]
async fn another_history_is_a_conflict_never_acknowledged_and_cured_by_republish() {
    let server = Server::start(Plan::Pro).await;
    let (kept, token) = server.token(&["read"]).await;
    server.edge.go_on_elsewhere(&token);
    let (other, _) = server.token(&["read"]).await;
    let receipt = server.delete(&tokens_path(&other)).await;
    assert_eq!((receipt.status, &receipt.json()["status"]), (202, &json!("pending")), "{}", receipt.text);
    let conflicts = server.get("/readyz").await.json()["conflicts"].clone();
    assert_eq!(conflicts[0]["workspaceId"], WORKSPACE, "{conflicts}");

    // The caller may be dead: nobody is given rights by what may be a backup.
    let body = json!({"name": "Late", "scopes": ["read"]});
    for refused in [
        server.create(&server.admin, body).await,
        server.patch(&server.admin, &kept, json!({"scopes": ["deploy"]})).await,
        server.rotate(&server.admin, &kept, json!({})).await,
    ] {
        assert_eq!((refused.status, refused.slug().as_str()), (503, "authority-unavailable"), "{}", refused.text);
        assert!(refused.text.contains("control-plane republish"), "{}", refused.text);
    }

    let done = republish(&server.app, &server.client, WORKSPACE, |_| ()).await.unwrap();
    assert_eq!((done.epoch, done.revoked), (2, vec![kept.clone()]), "what the ledger knew as revoked stays revoked");
    server.until_status(&kept, "revoked").await;
    server.until_status(&other, "revoked").await;
    assert_eq!(state(&server, &token), Some(State::Revoked));
    assert_eq!(server.get("/readyz").await.json()["conflicts"], json!([]));
    server.until_status(&server.token(&["read"]).await.0, "active").await;
}

#[tokio::test]
async fn another_history_is_noticed_at_start_without_a_change() {
    let mut server = Server::start(Plan::Pro).await;
    let (_, token) = server.token(&["read"]).await;
    server.edge.go_on_elsewhere(&token);
    server.edge.set_down(true);
    server.crash_and_restart().await;
    server.edge.set_down(false);
    while server.get("/readyz").await.json()["conflicts"] == json!([]) {
        sleep(Duration::from_millis(20)).await;
    }
    let body = json!({"name": "Late", "scopes": ["read"]});
    assert_eq!(server.create(&server.admin, body).await.status, 503);
}

/// A failover to a standby that lacks the last commits, under a process that goes on.
#[tokio::test]
async fn a_database_that_goes_back_acknowledges_nothing() {
    let server = Server::start(Plan::Pro).await;
    server.token(&["read"]).await;
    let mut connection = server.database().connect().await;
    let sql = "SELECT version, hash, audited FROM workspaces";
    let (version, hash, audited): (i64, String, i64) = sqlx::query_as(sql).fetch_one(&mut connection).await.unwrap();
    server.token(&["read"]).await;
    for statement in [
        format!("DELETE FROM audit_events WHERE number > {audited}"),
        format!("DELETE FROM changes WHERE version > {version}"),
        format!("DELETE FROM tokens WHERE version > {version}"),
        format!("UPDATE workspaces SET version = {version}, hash = '{hash}', audited = {audited}"),
    ] {
        sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&mut connection).await.unwrap();
    }
    let told = server.create(&server.admin, json!({"name": "New", "scopes": ["read"]})).await;
    assert_eq!(told.status, 202, "the ledger has another change of this number: {}", told.text);
    let conflicts = server.get("/readyz").await.json()["conflicts"].clone();
    assert_eq!(conflicts[0]["workspaceId"], WORKSPACE, "{conflicts}");
}

#[tokio::test]
async fn a_project_and_its_tokens_end_together() {
    let server = Server::start(Plan::Pro).await;
    let mut tokens = Vec::new();
    for _ in 0..3 {
        let body = json!({"name": "p", "scopes": ["read"], "projectId": support::PROJECT});
        tokens.push(server.create(&server.admin, body).await.json()["token"].as_str().unwrap().to_owned());
    }
    let path = format!("/workspaces/{WORKSPACE}/projects/{}", support::PROJECT);
    let deleted = server.delete(&path).await;
    assert_eq!((deleted.status, &deleted.json()["revoked"]), (200, &json!(3)), "{}", deleted.text);
    assert!(tokens.iter().all(|token| state(&server, token) == Some(State::Revoked)));
    assert_eq!(server.delete(&path).await.json(), deleted.json(), "again: the same answer");
    assert_eq!(server.get(&path).await.slug(), "not-found");
    let late = json!({"name": "p", "scopes": ["read"], "projectId": support::PROJECT});
    assert_eq!(server.create(&server.admin, late).await.slug(), "validation-failed");
}

#[tokio::test]
async fn a_deleted_project_waits_for_what_its_tokens_wait_for() {
    let server = Server::start(Plan::Pro).await;
    let body = json!({"name": "p", "scopes": ["read"], "projectId": support::PROJECT});
    let token = server.create(&server.admin, body).await.json();
    server.edge.set_down(true);
    assert_eq!(server.delete(&tokens_path(token["id"].as_str().unwrap())).await.status, 202);
    let path = format!("/workspaces/{WORKSPACE}/projects/{}", support::PROJECT);
    let deleted = server.delete(&path).await;
    assert_eq!((deleted.status, &deleted.json()["revoked"]), (202, &json!(0)), "{}", deleted.text);
    let known = state(&server, token["token"].as_str().unwrap());
    assert_eq!(known, Some(State::Active), "the edge has not heard of the revocation");
    server.edge.set_down(false);
    assert_eq!(server.delete(&path).await.status, 200);
    assert_eq!(state(&server, token["token"].as_str().unwrap()), Some(State::Revoked));
}

#[expect(clippy::disallowed_methods, reason = "a test measures how long it waited")]
fn now() -> Instant {
    Instant::now()
}
