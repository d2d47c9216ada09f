//! `control-plane republish`: what it sends, and how it goes on after it was interrupted.

use crate::support::seed::seed;
use crate::support::{Server, WORKSPACE, tokens_path};
use control_plane::bootstrap::{self, WorkspaceRequest};
use control_plane::plan::Plan;
use control_plane::republish::{Progress, chosen, republish};
use control_plane::store::republishes;
use shared::ledger::LedgerStorage;
use std::sync::Mutex;

/// Three parts of 500 at most, and the admin's.
const TOKENS: u32 = 1_100;

/// A server whose publisher writes no KV, where answers are counted.
async fn server() -> Server {
    let server = Server::start(Plan::Team).await;
    seed(&mut server.database().connect().await, TOKENS, 0).await;
    server.stop_publishing();
    server
}

/// The database is a backup that was made while a republish was writing KV: it says that another workspace is left, and
/// knows nothing of what has become of this one since.
#[tokio::test]
async fn a_backup_of_a_republish_that_was_under_way_skips_no_workspace() {
    let server = Server::start(Plan::Team).await;
    let (_, token) = server.token(&["read"]).await;
    let request =
        WorkspaceRequest { id: "ws_other".parse().unwrap(), name: "Other".into(), plan: Plan::Free, project: None };
    bootstrap::create_workspace(&server.app.store, request, server.app.clock.now()).await.unwrap();
    let mut connection = server.database().connect().await;
    republishes::begin(&mut connection, "ws_other", server.app.clock.now()).await.unwrap();
    assert_eq!(chosen(&server.app, &server.client).await.unwrap(), ["ws_other"], "the other one agrees");
    server.edge.go_on_elsewhere(&token);
    assert_eq!(chosen(&server.app, &server.client).await.unwrap(), ["ws_other", WORKSPACE]);
}

#[tokio::test]
async fn a_ledger_of_an_older_epoch_is_no_dead_end() {
    let server = Server::start(Plan::Team).await;
    server.stop_publishing();
    let mut connection = server.database().connect().await;
    for statement in [
        "UPDATE workspaces SET epoch = 2",
        "INSERT INTO republishes (workspace_id, begun_at, epoch, version, kv_after) SELECT id, 1, 2, version, '' FROM workspaces",
    ] {
        sqlx::query(statement).execute(&mut connection).await.unwrap();
    }
    let done = republish(&server.app, &server.client, WORKSPACE, |_| ()).await.unwrap();
    assert_eq!(done.epoch, 3);
}

/// Whoever stops it while KV is written has been told already, and revocations are published meanwhile.
#[tokio::test]
async fn what_was_revoked_is_told_as_soon_as_it_is() {
    let server = Server::start(Plan::Team).await;
    let (dead, token) = server.token(&["read"]).await;
    let (other, _) = server.token(&["read"]).await;
    server.edge.go_on_elsewhere(&token);
    assert_eq!(server.delete(&tokens_path(&other)).await.status, 202, "in conflict");
    server.edge.set_kv_down(true);
    let told = Mutex::new(Vec::new());
    republish(&server.app, &server.client, WORKSPACE, |progress| told.lock().unwrap().push(progress))
        .await
        .unwrap_err();
    assert!(told.lock().unwrap().contains(&Progress::InForce { revoked: vec![dead.clone()] }), "{told:?}");
    server.until_status(&dead, "revoked").await;
    server.until_status(&other, "revoked").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_republish_goes_on_where_it_was() {
    let (mut server, count) = (server().await, 1 + TOKENS as usize);
    server.edge.take_snapshot_parts();

    server.edge.break_at_part(1);
    republish(&server.app, &server.client, WORKSPACE, |_| ()).await.unwrap_err();
    assert_eq!(server.edge.take_snapshot_parts(), [2, 0], "the last one tells where to begin");
    server.edge.break_kv_after(2);
    republish(&server.app, &server.client, WORKSPACE, |_| ()).await.unwrap_err();
    assert_eq!(server.edge.take_snapshot_parts(), [2, 1, 2], "the first part is there already");

    server.edge.break_kv_after(usize::MAX);
    let told = Mutex::new(Vec::new());
    let report = |progress| told.lock().unwrap().push(progress);
    let done = republish(&server.app, &server.client, WORKSPACE, report).await.unwrap();
    assert_eq!((done.epoch, done.tokens), (2, count));
    assert!(server.edge.take_snapshot_parts().is_empty(), "the ledger has everything already");
    assert_eq!(told.lock().unwrap().first(), Some(&Progress::Kv { done: 600, of: count }), "400 are in KV already");
    assert_eq!(server.edge.ledger().position().unwrap().unwrap().epoch, 2);
    server.crash_and_restart().await;
    server.until_status(&server.token(&["read"]).await.0, "active").await;

    republish(&server.app, &server.client, WORKSPACE, |_| ()).await.unwrap();
    assert_eq!(server.edge.take_snapshot_parts(), [2, 0, 1, 2], "the next one begins anew");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_meanwhile_makes_it_begin_anew() {
    let mut server = server().await;
    server.edge.take_snapshot_parts();
    server.edge.break_at_part(1);
    republish(&server.app, &server.client, WORKSPACE, |_| ()).await.unwrap_err();
    // Pending: until the republish is over nothing is published.
    let (id, _) = server.token(&["read"]).await;
    server.edge.take_snapshot_parts();
    let done = republish(&server.app, &server.client, WORKSPACE, |_| ()).await.unwrap();
    assert_eq!(server.edge.take_snapshot_parts(), [2, 0, 1, 2]);
    assert_eq!(done.epoch, 3);
    server.crash_and_restart().await;
    server.until_status(&id, "active").await;
}
