//! `Idempotency-Key`: what was asked for twice is made once.

use crate::support::{Answer, Server, tokens_path};
use control_plane::housekeeping::keep_house_once;
use control_plane::plan::Plan;
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::task::JoinSet;

async fn create(server: &Server, key: &str, body: &Value) -> Answer {
    let headers = [("idempotency-key", key)];
    server.send_with("POST", &tokens_path(""), Some(&server.admin), Some(body.clone()), &headers).await
}

#[tokio::test]
async fn a_repeat_answers_with_what_was_made_and_without_the_secret() {
    let server = Server::start(Plan::Pro).await;
    let body = json!({"name": "CI", "scopes": ["deploy"]});
    let first = create(&server, "k1", &body).await;
    assert_eq!(first.status, 201, "{}", first.text);
    let again = create(&server, "k1", &body).await;
    assert_eq!(again.status, 200, "{}", again.text);
    let mut expected = first.json();
    expected["token"] = Value::Null;
    expected["replayed"] = json!(true);
    assert_eq!(again.json(), expected);
    assert_eq!(again.headers["location"], first.headers["location"]);
    assert_ne!(create(&server, "k2", &body).await.json()["id"], first.json()["id"], "another key, another token");
}

#[tokio::test]
async fn a_key_belongs_to_one_request_one_caller_and_one_route() {
    let server = Server::start(Plan::Pro).await;
    let body = json!({"name": "CI", "scopes": ["admin"]});
    let first = create(&server, "k1", &body).await;
    let other = create(&server, "k1", &json!({"name": "Other", "scopes": ["admin"]})).await;
    assert_eq!((other.status, other.slug().as_str()), (422, "validation-failed"), "{}", other.text);
    assert_eq!(other.json()["errors"][0]["pointer"], "Idempotency-Key");
    let headers = [("idempotency-key", "k1")];
    let maker = first.text_of("token");
    let by_other = server.send_with("POST", &tokens_path(""), Some(&maker), Some(body), &headers).await;
    assert_eq!(by_other.status, 201, "{}", by_other.text);
    let path = format!("{}/rotate", tokens_path(&by_other.text_of("id")));
    let rotated = server.send_with("POST", &path, Some(&server.admin), None, &headers).await;
    assert_eq!(rotated.status, 201, "{}", rotated.text);
    let again = server.send_with("POST", &path, Some(&server.admin), None, &headers).await;
    assert_eq!((again.status, again.json()["id"].clone()), (200, rotated.json()["id"].clone()), "{}", again.text);
    let path = format!("{}/rotate", tokens_path(&first.text_of("id")));
    let other = server.send_with("POST", &path, Some(&server.admin), None, &headers).await;
    assert_eq!(other.status, 422, "another token under the same key: {}", other.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_at_once_make_one() {
    let server = Arc::new(Server::start(Plan::Pro).await);
    let mut creates = JoinSet::new();
    for _ in 0..20 {
        let server = Arc::clone(&server);
        creates.spawn(async move {
            let answer = create(&server, "same", &json!({"name": "CI", "scopes": ["read"]})).await;
            (answer.status, answer.json()["id"].clone(), answer.json()["token"].is_string())
        });
    }
    let answers = creates.join_all().await;
    assert!(answers.iter().all(|(_, id, _)| *id == answers[0].1), "{answers:?}");
    assert_eq!(answers.iter().filter(|(_, _, shown)| *shown).count(), 1, "shown once: {answers:?}");
    assert_eq!(answers.iter().filter(|(status, _, _)| *status == 201).count(), 1, "{answers:?}");
}

#[tokio::test]
async fn what_failed_is_not_remembered() {
    let server = Server::start(Plan::Pro).await;
    let wrong = json!({"name": "CI", "scopes": ["root"]});
    assert_eq!(create(&server, "k1", &wrong).await.status, 422);
    assert_eq!(create(&server, "k1", &json!({"name": "CI", "scopes": ["read"]})).await.status, 201);
    for key in ["", " ", &"x".repeat(256)] {
        let answer = create(&server, key, &json!({"name": "CI", "scopes": ["read"]})).await;
        assert_eq!((answer.status, answer.slug().as_str()), (422, "validation-failed"), "{key:?}: {}", answer.text);
    }
}

#[tokio::test]
async fn a_key_is_forgotten_after_a_day() {
    const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
    let server = Server::start(Plan::Pro).await;
    let body = json!({"name": "CI", "scopes": ["read"]});
    let first = create(&server, "k1", &body).await.json();
    server.set_clocks(DAY_MS - 60_000);
    keep_house_once(&server.app).await.unwrap();
    assert_eq!(create(&server, "k1", &body).await.json()["id"], first["id"], "a minute before");
    server.set_clocks(DAY_MS + 60_000);
    let second = create(&server, "k1", &body).await;
    assert_eq!(second.status, 201, "it begins anew although nobody has thrown it away: {}", second.text);
    assert_ne!(second.json()["id"], first["id"]);
    assert_eq!(create(&server, "k1", &body).await.json()["id"], second.json()["id"]);
    server.set_clocks(2 * DAY_MS + 120_000);
    keep_house_once(&server.app).await.unwrap();
    let mut connection = server.database().connect().await;
    let kept = sqlx::query_scalar("SELECT COUNT(*) FROM idempotency_keys").fetch_one(&mut connection).await;
    let kept: i64 = kept.unwrap();
    assert_eq!(kept, 0);
}
