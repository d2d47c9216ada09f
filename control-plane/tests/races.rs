//! What many do at once.

mod support;

use control_plane::plan::Plan;
use serde_json::json;
use std::sync::Arc;
use support::{Server, tokens_path};
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
