//! `control-plane republish`: what it sends, and how it goes on after it was interrupted.

use crate::support::seed::seed;
use crate::support::{Server, WORKSPACE};
use control_plane::plan::Plan;
use control_plane::republish::{Progress, republish};
use shared::ledger::LedgerStorage;
use std::sync::Mutex;

/// Three parts of 500 at most, and the admin's.
const TOKENS: u32 = 1_100;

/// A server whose publisher writes no KV, where answers are counted.
async fn server() -> Server {
    let server = Server::start(Plan::Team).await;
    seed(&mut server.database().connect().await, TOKENS).await;
    server.stop_publishing();
    server
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
