//! `POST …/access-tokens/revoke` and `/access-token`: many at once, and oneself.

use crate::support::{PROJECT, Server, digest_of, tokens_path};
use control_plane::plan::Plan;
use serde_json::json;
use shared::ledger::LedgerStorage;
use shared::record::State;

const MANY: &str = "revoke";

#[tokio::test]
async fn many_are_revoked_by_one_request_and_each_has_a_receipt() {
    let server = Server::start(Plan::Pro).await;
    let ((a, token), (b, _), (dead, _)) =
        (server.token(&["read"]).await, server.token(&["read"]).await, server.token(&["read"]).await);
    let receipt = server.delete(&tokens_path(&dead)).await.json();
    let answer = server.post(&tokens_path(MANY), json!({"ids": [b, "tok_none", dead, a, b]})).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let data = answer.json()["data"].clone();
    let told: Vec<_> = data.as_array().unwrap().iter().map(|one| (one["id"].clone(), one["status"].clone())).collect();
    let expected = [(&*b, "revoked"), ("tok_none", "not-found"), (&dead, "revoked"), (&a, "revoked")];
    assert_eq!(told, expected.map(|(id, status)| (json!(id), json!(status))), "in order, each once");
    assert_eq!(data[2], receipt, "what was revoked before has the receipt that it had");
    assert_eq!(server.delete(&tokens_path(&a)).await.json(), data[3]);
    let state = server.edge.ledger().record(&digest_of(&token)).unwrap().map(|record| record.state);
    assert_eq!(state, Some(State::Revoked));
}

#[tokio::test]
async fn many_are_pending_if_the_edge_did_not_hear_of_it() {
    let server = Server::start(Plan::Pro).await;
    let (id, _) = server.token(&["read"]).await;
    server.edge.set_down(true);
    let answer = server.post(&tokens_path(MANY), json!({"ids": [id]})).await;
    assert_eq!((answer.status, &answer.json()["data"][0]["status"]), (202, &json!("pending")), "{}", answer.text);
    server.edge.set_down(false);
    server.until_status(&id, "revoked").await;
}

#[tokio::test]
async fn a_list_that_cannot_be_is_refused_and_nothing_of_it_is_revoked() {
    let server = Server::start(Plan::Pro).await;
    let (id, _) = server.token(&["read"]).await;
    let too_many: Vec<_> = (0..1_001).map(|_| &*id).collect();
    let secret = "no-id-but-a-secret";
    for body in [
        json!({"ids": [id, secret]}),
        json!({"ids": []}),
        json!({"ids": too_many}),
        json!({"ids": [1]}),
        json!({}),
        json!({"ids": "x"}),
    ] {
        let answer = server.post(&tokens_path(MANY), body).await;
        assert_eq!((answer.status, answer.slug().as_str()), (422, "validation-failed"), "{}", answer.text);
        assert!(!answer.text.contains(secret), "what is no id is not repeated: {}", answer.text);
    }
    assert_eq!(server.get(&tokens_path(&id)).await.json()["status"], "active");
}

#[tokio::test]
async fn a_projects_admin_finds_only_its_projects_tokens() {
    let server = Server::start(Plan::Pro).await;
    let (other, _) = server.token(&["read"]).await;
    let body = json!({"name": "P", "scopes": ["admin"], "projectId": PROJECT});
    let (own, twin) = (server.create(&server.admin, body.clone()).await, server.create(&server.admin, body).await);
    let ids = json!({"ids": [other, twin.text_of("id")]});
    let answer = server.send("POST", &tokens_path(MANY), Some(&own.text_of("token")), Some(ids)).await.json();
    assert_eq!((&answer["data"][0]["status"], &answer["data"][1]["status"]), (&json!("not-found"), &json!("revoked")));
    assert_eq!(server.get(&tokens_path(&other)).await.json()["status"], "active");
}

#[tokio::test]
async fn a_token_alone_says_where_it_is() {
    let server = Server::start(Plan::Pro).await;
    for project_id in [None, Some(PROJECT)] {
        let body = json!({"name": "R", "scopes": ["read"], "projectId": project_id});
        let token = server.create(&server.admin, body).await.text_of("token");
        let own = server.send("GET", "/access-token", Some(&token), None).await;
        let path = own.headers["content-location"].to_str().unwrap();
        let shown = server.send("GET", path, Some(&token), None).await;
        assert_eq!((shown.status, shown.json()), (200, own.json()), "{path}");
    }
}

#[tokio::test]
async fn every_token_sees_and_revokes_itself() {
    let server = Server::start(Plan::Pro).await;
    let (id, token) = server.token(&["deploy"]).await;
    let own = server.send("GET", "/access-token", Some(&token), None).await;
    assert_eq!((own.status, own.json()), (200, server.get(&tokens_path(&id)).await.json()));
    assert_eq!(own.headers["content-location"], tokens_path(&id).as_str());
    let receipt = server.send("DELETE", "/access-token", Some(&token), None).await;
    assert_eq!((receipt.status, &receipt.json()["status"]), (200, &json!("revoked")), "{}", receipt.text);
    let again = server.send("DELETE", "/access-token", Some(&token), None).await;
    assert_eq!((again.status, again.slug().as_str()), (401, "invalid-token"));
}
