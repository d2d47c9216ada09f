//! `lastUsedAt` of tokens that are used on the control plane itself: by programs, and by people in the dashboard.

use crate::support::{Server, tokens_path};
use control_plane::housekeeping::keep_house_once;
use control_plane::plan::Plan;
use serde_json::{Value, json};

impl Server {
    /// `lastUsedAt` of a token.
    pub async fn last_used(&self, id: &str) -> Value {
        self.get(&tokens_path(id)).await.json()["lastUsedAt"].clone()
    }
}

#[tokio::test]
async fn a_use_is_written_down_within_a_minute_and_keeps_no_request_waiting() {
    let server = Server::start(Plan::Pro).await;
    let (id, token) = server.token(&["deploy"]).await;
    let (unused, _) = server.token(&["deploy"]).await;
    assert_eq!(server.send("GET", "/access-token", Some(&token), None).await.status, 200);
    assert_eq!(server.last_used(&id).await, Value::Null, "nothing is written while a request waits");
    keep_house_once(&server.app).await.unwrap();
    assert_ne!(server.last_used(&id).await, Value::Null);
    assert_eq!(server.last_used(&unused).await, Value::Null);
}

#[tokio::test]
async fn so_is_a_session() {
    let server = Server::start(Plan::Pro).await;
    let (id, token) = server.token(&["read"]).await;
    let (cookie, _) = server.sign_in(&token).await;
    keep_house_once(&server.app).await.unwrap();
    let signed_in = server.last_used(&id).await;
    assert_ne!(signed_in, Value::Null);
    server.set_clocks(120_000);
    let listed = server.send_with("GET", &tokens_path(""), None, None, &[("cookie", &cookie)]).await;
    assert_eq!(listed.status, 200, "{}", listed.text);
    keep_house_once(&server.app).await.unwrap();
    assert!(server.last_used(&id).await.as_str() > signed_in.as_str());
}

#[tokio::test]
async fn what_is_refused_is_no_use() {
    let server = Server::start(Plan::Pro).await;
    let (id, token) = server.token(&["deploy"]).await;
    let refused = server.create(&token, json!({"name": "x", "scopes": ["read"]})).await;
    assert_eq!(refused.status, 403, "{}", refused.text);
    keep_house_once(&server.app).await.unwrap();
    assert_eq!(server.last_used(&id).await, Value::Null);
}
