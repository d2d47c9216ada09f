//! When the call that changes a token has answered, the next request is decided by the change. An expiry needs none.

use crate::in_flight_answers_are_withheld::now;
use serde_json::{Value, json};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tests::World;

pub fn at_the_very_next_request(world: &World) {
    let workspace = world.workspace();
    let (id, token) = workspace.token(&world.edge(), &["deploy", "read"], None);
    let (caller, deployments) = (world.edge().with_token(&token), workspace.deployments());
    let outcomes = || ["POST", "GET"].map(|method| caller.send(method, &deployments).outcome());
    assert_eq!(outcomes(), ["200", "200"]);
    for _ in 0..3 {
        workspace.rescope(&world.edge(), &id, &["read"]);
        assert_eq!(outcomes(), ["403 insufficient-scope", "200"]);
        workspace.rescope(&world.edge(), &id, &["deploy"]);
        assert_eq!(outcomes(), ["200", "403 insufficient-scope"]);
    }
}

/// How long a token lives that is to expire: long enough to be made and used once, whatever else this machine does.
const SHORT: Duration = Duration::from_secs(10);

/// Nothing is published when a token expires: every isolate sees it by itself.
pub fn and_expires_on_time(world: &World) {
    let workspace = world.workspace();
    let expires = now() + SHORT;
    let body = json!({"name": "Short", "scopes": ["deploy"], "expiresAt": shortly()});
    let created = world.edge().with_token(&workspace.admin).post(&workspace.path("/access-tokens"), &body);
    let view: Value = created.json();
    let caller = world.edge().with_token(view["token"].as_str().unwrap());
    assert_eq!(caller.send("POST", &workspace.deployments()).status, 200);
    thread::sleep(expires.saturating_duration_since(now()) + Duration::from_millis(100));
    let refused = caller.send("POST", &workspace.deployments());
    assert_eq!(refused.outcome(), "401 invalid-token");
    assert!(refused.header("www-authenticate").contains("expired"), "{refused:?}");
}

#[expect(clippy::disallowed_methods, reason = "a moment that the system under test compares with its own clock")]
fn shortly() -> String {
    let at = SystemTime::now().duration_since(UNIX_EPOCH).unwrap() + SHORT;
    let at = jiff::Timestamp::from_millisecond(i64::try_from(at.as_millis()).unwrap()).unwrap();
    at.to_string()
}
