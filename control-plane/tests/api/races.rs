//! What many do at once.

use crate::support::{PROJECT, Server, WORKSPACE, digest_of, tokens_path};
use control_plane::plan::Plan;
use serde_json::json;
use shared::ledger::LedgerStorage;
use shared::record::State;
use std::sync::Arc;
use tokio::task::JoinSet;

#[tokio::test(flavor = "multi_thread")]
async fn the_last_place_of_a_plan_is_taken_once() {
    let server = Arc::new(Server::start(Plan::Free).await);
    for _ in 0..3 {
        server.token(&["read"]).await;
    }
    let mut creates = JoinSet::new();
    for _ in 0..50 {
        let server = Arc::clone(&server);
        creates.spawn(async move {
            let answer = server.create(&server.admin, json!({"name": "last", "scopes": ["read"]})).await;
            (answer.status, answer.json())
        });
    }
    let answers = creates.join_all().await;
    assert_eq!(answers.iter().filter(|(status, _)| *status == 201).count(), 1, "{answers:?}");
    for (status, body) in answers.iter().filter(|(status, _)| *status != 201) {
        assert_eq!((*status, &body["limit"], &body["used"]), (403, &json!(5), &json!(5)), "{body}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_revoked_by_one_change_however_many_ask() {
    let server = Arc::new(Server::start(Plan::Pro).await);
    let (id, _) = server.token(&["read"]).await;
    let mut revokes = JoinSet::new();
    for _ in 0..20 {
        let (server, id) = (Arc::clone(&server), id.clone());
        revokes.spawn(async move { server.delete(&tokens_path(&id)).await.json() });
    }
    let receipts = revokes.join_all().await;
    assert!(receipts.iter().all(|receipt| *receipt == receipts[0]), "{receipts:?}");
    let (_, next) = (server.token(&["read"]).await, server.token(&["read"]).await);
    let receipt = server.delete(&tokens_path(&next.0)).await.json();
    assert_eq!(receipt["version"], 6, "two creates, one revocation, two creates, and this one");
}

/// Each of them was allowed before the first had committed: what counts is the transaction.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_revokes_itself_many_times_at_once_does_it_once() {
    let server = Arc::new(Server::start(Plan::Pro).await);
    let (id, token) = server.token(&["admin"]).await;
    let mut revokes = JoinSet::new();
    for _ in 0..20 {
        let (server, id, token) = (Arc::clone(&server), id.clone(), token.clone());
        revokes.spawn(async move { server.send("DELETE", &tokens_path(&id), Some(&token), None).await.status });
    }
    let statuses = revokes.join_all().await;
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 401).count(), 19, "{statuses:?}");
}

/// More changes than a batch holds, made at once and undone by one transaction.
#[tokio::test(flavor = "multi_thread")]
async fn hundreds_of_changes_reach_ledger_and_kv_in_batches() {
    let server = Arc::new(Server::start(Plan::Team).await);
    let mut creates = JoinSet::new();
    for _ in 0..250 {
        let server = Arc::clone(&server);
        creates.spawn(async move {
            let body = json!({"name": "many", "scopes": ["read"], "projectId": PROJECT});
            server.create(&server.admin, body).await.json()["token"].as_str().unwrap().to_owned()
        });
    }
    let digests: Vec<_> = creates.join_all().await.iter().map(|token| digest_of(token)).collect();
    let deleted = server.delete(&format!("/workspaces/{WORKSPACE}/projects/{PROJECT}")).await;
    assert_eq!((deleted.status, &deleted.json()["revoked"]), (200, &json!(250)), "{}", deleted.text);
    let ledger = server.edge.ledger();
    let is_revoked = |digest| ledger.record(digest).unwrap().is_some_and(|record| record.state == State::Revoked);
    assert!(digests.iter().all(is_revoked));
    assert_eq!(ledger.position().unwrap().unwrap().head.version, 1 + 250 + 250);
    for _ in 0..200 {
        if !digests.iter().any(|digest| server.edge.kv_has(digest)) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("KV still has some of them");
}
