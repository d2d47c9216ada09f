//! `POST …/access-tokens/{tokenId}/rotate`: another token in the place of the old one.

use crate::support::{PROJECT, Server, digest_of, tokens_path};
use control_plane::plan::Plan;
use serde_json::{Value, json};
use shared::ledger::LedgerStorage;
use shared::record::State;

fn state(server: &Server, token: &str) -> Option<State> {
    server.edge.ledger().record(&digest_of(token)).unwrap().map(|record| record.state)
}

#[tokio::test]
async fn the_new_token_is_like_the_old_one_which_ends_at_once() {
    let server = Server::start(Plan::Pro).await;
    let body = json!({"name": "CI", "scopes": ["deploy"], "projectId": PROJECT, "expiresAt": "2999-12-31"});
    let old = server.create(&server.admin, body).await;
    let path = format!("{}/rotate", tokens_path(&old.text_of("id")));
    let new = server.send("POST", &path, Some(&server.admin), None).await;
    assert_eq!(new.status, 201, "{}", new.text);
    for field in ["name", "scopes", "projectId", "expiresAt"] {
        assert_eq!(new.json()[field], old.json()[field], "{field}");
    }
    assert_eq!(new.headers["location"], tokens_path(&new.text_of("id")).as_str());
    assert_eq!(new.json()["graceEndsAt"], Value::Null);
    assert_eq!(state(&server, &old.text_of("token")), Some(State::Revoked));
    assert_eq!(state(&server, &new.text_of("token")), Some(State::Active));
    let view = server.get(&tokens_path(&old.text_of("id"))).await.json();
    assert_eq!((&view["status"], &view["supersededBy"]), (&json!("revoked"), &new.json()["id"]));
    assert!(server.edge.kv_has(&digest_of(&new.text_of("token"))));
}

#[tokio::test]
async fn in_its_grace_the_old_token_works_and_counts_no_more() {
    let server = Server::start(Plan::Free).await;
    let (id, token) = server.token(&["read"]).await;
    for _ in 0..3 {
        server.token(&["read"]).await;
    }
    assert_eq!(server.create(&server.admin, json!({"name": "x", "scopes": ["read"]})).await.status, 403, "it is full");
    let new = server.rotate(&server.admin, &id, json!({"graceSeconds": 3600})).await;
    assert_eq!(new.status, 201, "rotating needs no place: {}", new.text);
    let view = server.get(&tokens_path(&id)).await.json();
    let expected = (&json!("active"), &new.json()["id"], &Value::Null);
    assert_eq!((&view["status"], &view["supersededBy"], &view["revokedAt"]), expected);
    let until = server.app.clock.now().plus_ms(3_600_000);
    let Some(State::Superseded { until: end }) = state(&server, &token) else { panic!("not superseded") };
    assert!(until.ms_since(end) < 60_000, "an hour from the rotation");
    let shown: jiff::Timestamp = view["graceEndsAt"].as_str().unwrap().parse().unwrap();
    assert_eq!(u64::try_from(shown.as_millisecond()).unwrap(), end.0, "and that is told");
    assert_eq!(server.send("GET", &tokens_path(""), Some(&token), None).await.status, 200);
    assert_eq!(server.delete(&tokens_path(&id)).await.status, 200, "it can be ended before");
    assert_eq!(server.send("GET", &tokens_path(""), Some(&token), None).await.slug(), "invalid-token");
}

#[tokio::test]
async fn a_grace_that_is_over_reads_as_revoked() {
    let server = Server::start(Plan::Pro).await;
    let (id, token) = server.token(&["read"]).await;
    assert_eq!(server.rotate(&server.admin, &id, json!({"graceSeconds": 1})).await.status, 201);
    server.until_status(&id, "revoked").await;
    let refused = server.send("GET", &tokens_path(""), Some(&token), None).await;
    assert_eq!((refused.status, refused.slug().as_str()), (401, "invalid-token"));
    let ids = async |query: &str| {
        let list = server.get(&format!("{}?status={query}", tokens_path(""))).await.json();
        list["data"].as_array().unwrap().iter().map(|view| view["id"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(ids("revoked").await, [json!(id)]);
    assert!(!ids("active").await.contains(&json!(id)));
    let changed = server.patch(&server.admin, &id, json!({"name": "x"})).await;
    assert_eq!((changed.status, changed.slug().as_str()), (409, "conflict"));
    assert_eq!(server.delete(&tokens_path(&id)).await.status, 200, "revoking it is no error");
}

#[tokio::test]
async fn the_grace_never_outlives_the_old_expiry() {
    let server = Server::start(Plan::Pro).await;
    let expires_at = server.app.clock.now().plus_ms(600_000);
    let in_ten_minutes = jiff::Timestamp::from_millisecond(expires_at.0.cast_signed()).unwrap().to_string();
    let body = json!({"name": "Short", "scopes": ["read"], "expiresAt": in_ten_minutes});
    let old = server.create(&server.admin, body).await;
    let new = server.rotate(&server.admin, &old.text_of("id"), json!({"graceSeconds": 86_400})).await;
    assert_eq!(new.json()["expiresAt"], old.json()["expiresAt"], "a temporary token stays one");
    assert_eq!(state(&server, &old.text_of("token")), Some(State::Superseded { until: expires_at }));
}

#[tokio::test]
async fn only_what_lives_and_was_not_rotated_can_be_rotated() {
    let server = Server::start(Plan::Pro).await;
    let (dead, _) = server.token(&["read"]).await;
    server.delete(&tokens_path(&dead)).await;
    let (old, _) = server.token(&["read"]).await;
    assert_eq!(server.rotate(&server.admin, &old, json!({"graceSeconds": 60})).await.status, 201);
    for (id, status, slug) in [(&*dead, 409, "conflict"), (&old, 409, "conflict"), ("tok_none", 404, "not-found")] {
        let answer = server.rotate(&server.admin, id, json!({})).await;
        assert_eq!((answer.status, answer.slug().as_str()), (status, slug), "{id}: {}", answer.text);
    }
    let (id, _) = server.token(&["read"]).await;
    for body in [json!({"graceSeconds": -1}), json!({"graceSeconds": 2_592_001}), json!({"grace": 1})] {
        let answer = server.rotate(&server.admin, &id, body.clone()).await;
        assert_eq!((answer.status, answer.slug().as_str()), (422, "validation-failed"), "{body}: {}", answer.text);
    }
}

#[tokio::test]
async fn nobody_rotates_what_is_more_than_they_have() {
    let server = Server::start(Plan::Pro).await;
    let (permanent, _) = server.token(&["read"]).await;
    let body = json!({"name": "Short", "scopes": ["admin"], "expiresAt": "2998-12-31"});
    let short = server.create(&server.admin, body).await;
    let answer = server.rotate(&short.text_of("token"), &permanent, json!({})).await;
    assert_eq!((answer.status, answer.slug().as_str()), (403, "insufficient-scope"), "{}", answer.text);
    let own = server.rotate(&short.text_of("token"), &short.text_of("id"), json!({})).await;
    assert_eq!(own.status, 201, "itself: {}", own.text);
    assert_eq!(own.json()["expiresAt"], short.json()["expiresAt"]);
}

#[tokio::test]
async fn a_rotation_that_the_edge_did_not_hear_is_pending_and_shows_the_token() {
    let server = Server::start(Plan::Pro).await;
    let (id, token) = server.token(&["read"]).await;
    server.edge.set_down(true);
    let new = server.rotate(&server.admin, &id, json!({})).await;
    assert_eq!(new.status, 202, "{}", new.text);
    assert_eq!((new.json()["status"].clone(), new.json()["token"].is_string()), (json!("pending"), true));
    server.edge.set_down(false);
    server.until_status(&new.text_of("id"), "active").await;
    server.until_status(&id, "revoked").await;
    assert_eq!(state(&server, &token), Some(State::Revoked));
}
