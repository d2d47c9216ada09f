//! The edge answers nonsense, errors or nothing. Nothing of it is an acknowledgement: the caller is told that the
//! change is pending, and it becomes effective by itself once the edge answers as it should.

use crate::support::line::{Call, Fault};
use crate::support::{Server, WORKSPACE, tokens_path};
use control_plane::plan::Plan;
use control_plane::republish::republish;
use serde_json::json;
use tokio::task::JoinSet;

/// What passes by itself.
const FAULTS: [Fault; 9] = [
    Fault::Page,
    Fault::Truncated,
    Fault::Huge,
    Fault::Behind,
    Fault::EndlessWait,
    Fault::Broken,
    Fault::OtherKeys,
    Fault::Redirect,
    Fault::Silent,
];

const ALL: &[Call] = &[Call::Publish, Call::Kv, Call::Other];

/// Calls in five seconds, of ledger and KV, whose pauses double from 200 ms to 3 s; with room to spare.
const CALLS_MAX: usize = 40;

#[tokio::test]
async fn nonsense_acknowledges_no_revocation() {
    let mut all = JoinSet::new();
    for fault in FAULTS {
        all.spawn(async move {
            let server = Server::start(Plan::Pro).await;
            let (id, _) = server.token(&["read"]).await;
            server.edge.line.answer_with(fault, ALL);
            let calls = server.edge.line.calls();
            let told = server.delete(&tokens_path(&id)).await;
            assert_eq!((told.status, &told.json()["status"]), (202, &json!("pending")), "{fault:?}: {}", told.text);
            let calls = server.edge.line.calls() - calls;
            assert!((1..=CALLS_MAX).contains(&calls), "{fault:?}: {calls} calls");
            recovers(&server, fault).await;
            let told = server.delete(&tokens_path(&id)).await;
            assert_eq!(told.status, 200, "{fault:?}: {}", told.text);
        });
    }
    all.join_all().await;
}

/// Here it is KV that matters, too: a token that it does not have works nowhere for sure.
#[tokio::test]
async fn nonsense_acknowledges_no_create() {
    let mut all = JoinSet::new();
    for fault in FAULTS {
        all.spawn(async move {
            let server = Server::start(Plan::Pro).await;
            server.edge.line.answer_with(fault, ALL);
            let told = server.create(&server.admin, json!({"name": "New", "scopes": ["read"]})).await;
            assert_eq!((told.status, &told.json()["status"]), (202, &json!("pending")), "{fault:?}");
            recovers(&server, fault).await;
            server.until_status(&told.text_of("id"), "active").await;
        });
    }
    all.join_all().await;
}

#[tokio::test]
async fn what_is_no_answer_of_kv_is_none() {
    let server = Server::start(Plan::Pro).await;
    server.edge.line.answer_with(Fault::Page, &[Call::Kv]);
    let told = server.create(&server.admin, json!({"name": "New", "scopes": ["read"]})).await;
    assert_eq!((told.status, &told.json()["status"]), (202, &json!("pending")));
    recovers(&server, Fault::Page).await;
}

/// It may be a restored backup: nobody but an operator can tell.
#[tokio::test]
async fn another_ledgers_answer_is_a_conflict() {
    let server = Server::start(Plan::Pro).await;
    let (id, _) = server.token(&["read"]).await;
    server.edge.line.answer_with(Fault::OtherHistory, ALL);
    let told = server.delete(&tokens_path(&id)).await;
    assert_eq!((told.status, &told.json()["status"]), (202, &json!("pending")), "{}", told.text);
    server.edge.line.mend();
    let conflicts = server.get("/readyz").await.json()["conflicts"].clone();
    assert_eq!(conflicts[0]["workspaceId"], WORKSPACE, "{conflicts}");
    republish(&server.app, &server.client, WORKSPACE, |_| ()).await.unwrap();
    server.reconcile().await;
}

async fn recovers(server: &Server, fault: Fault) {
    let pending = server.get("/readyz").await.json()["oldestPendingChangeMs"].clone();
    assert!(pending.is_u64(), "{fault:?}: {pending}");
    server.edge.line.mend();
    server.reconcile().await;
}
