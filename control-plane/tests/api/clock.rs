//! The machine's clock jumps, by an hour in either direction. What is acknowledged is measured by another one.

use crate::support::{Server, WORKSPACE, digest_of, tokens_path};
use control_plane::plan::Plan;
use serde_json::{Value, json};
use shared::ledger::LedgerStorage;
use shared::record::State;
use std::collections::HashSet;
use std::time::{Duration, Instant};

const HOUR_MS: i64 = 60 * 60 * 1_000;

/// Forward, back to where it was, and back beyond that, for the machine of the edge too.
const JUMPS: [i64; 5] = [HOUR_MS, 0, -HOUR_MS, 2 * HOUR_MS, 0];

#[tokio::test]
async fn a_revocation_waits_for_its_lease_whatever_the_clock_does() {
    let server = Server::start(Plan::Pro).await;
    server.edge.set_lease(500);
    for jump in JUMPS {
        let (id, token) = server.token(&["read"]).await;
        let started = now();
        let during = async {
            // While the lease is waited for.
            tokio::time::sleep(Duration::from_millis(200)).await;
            server.set_clocks(jump);
        };
        let path = tokens_path(&id);
        let (told, ()) = tokio::join!(server.delete(&path), during);
        assert_eq!(told.status, 200, "{jump}: {}", told.text);
        // The lease and its margin, and not an hour more if the clock jumped back.
        assert!(started.elapsed() >= Duration::from_millis(605), "{jump}: {:?}", started.elapsed());
        let state = server.edge.ledger().record(&digest_of(&token)).unwrap().map(|record| record.state);
        assert_eq!(state, Some(State::Revoked), "{jump}");
        let refused = server.send("GET", "/access-token", Some(&token), None).await;
        assert_eq!((refused.status, refused.slug().as_str()), (401, "invalid-token"), "{jump}");
    }
    server.reconcile().await;
}

#[tokio::test]
async fn numbers_and_ids_stay_sound() {
    let server = Server::start(Plan::Pro).await;
    let mut ids = Vec::new();
    for jump in JUMPS {
        server.set_clocks(jump);
        let (kept, _) = server.token(&["read"]).await;
        let (dead, _) = server.token(&["read"]).await;
        assert_eq!(server.delete(&tokens_path(&dead)).await.status, 200, "{jump}");
        ids.extend([kept, dead]);
    }
    assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len(), "no id twice: {ids:?}");
    let listed = pages(&server, &format!("{}?status=all&limit=3", tokens_path(""))).await;
    assert!(ids.iter().all(|id| listed.iter().filter(|view| view["id"] == json!(id)).count() == 1), "{listed:?}");
    let events = pages(&server, &format!("/workspaces/{WORKSPACE}/audit-events?limit=4")).await;
    let told: Vec<_> = events.iter().rev().filter_map(|event| event["tokenId"].as_str()).collect();
    let expected: Vec<_> = ids.chunks(2).flat_map(|pair| [&*pair[0], &pair[1], &pair[1]]).collect();
    assert!(told.ends_with(&expected), "in the order in which it was done: {told:?}");
    server.reconcile().await;
}

#[tokio::test]
async fn expiry_and_grace_follow_the_clock() {
    let server = Server::start(Plan::Pro).await;
    let half_an_hour = server.app.clock.now().plus_ms(HOUR_MS.cast_unsigned() / 2);
    let expires_at = jiff::Timestamp::from_millisecond(half_an_hour.0.cast_signed()).unwrap().to_string();
    let body = json!({"name": "Short", "scopes": ["read"], "expiresAt": expires_at});
    let short = server.create(&server.admin, body).await;
    let (old, graced) = server.token(&["read"]).await;
    assert_eq!(server.rotate(&server.admin, &old, json!({"graceSeconds": 1_800})).await.status, 201);
    let ends = [(short.text_of("token"), short.text_of("id"), "expired"), (graced, old, "revoked")];
    for (jump, is_over) in [(HOUR_MS, true), (0, false), (-HOUR_MS, false), (2 * HOUR_MS, true)] {
        server.set_clocks(jump);
        for (token, id, over) in &ends {
            let status = server.send("GET", "/access-token", Some(token), None).await.status;
            assert_eq!(status, if is_over { 401 } else { 200 }, "{jump}: {over}");
            let view = server.get(&tokens_path(id)).await.json();
            assert_eq!(view["status"], json!(if is_over { over } else { "active" }), "{jump}");
        }
    }
    server.reconcile().await;
}

/// By five minutes at most a signature may be off: otherwise the edge believes nobody.
#[tokio::test]
async fn what_a_wrong_clock_signed_is_pending_until_it_is_right() {
    let server = Server::start(Plan::Pro).await;
    for jump in [HOUR_MS, -HOUR_MS] {
        let (id, _) = server.token(&["read"]).await;
        server.clock.set_offset(jump);
        let told = server.delete(&tokens_path(&id)).await;
        assert_eq!((told.status, &told.json()["status"]), (202, &json!("pending")), "{}", told.text);
        assert!(server.get("/readyz").await.json()["oldestPendingChangeMs"].is_u64());
        server.clock.set_offset(0);
        server.reconcile().await;
        assert_eq!(server.delete(&tokens_path(&id)).await.status, 200);
    }
}

/// A list, page by page.
async fn pages(server: &Server, path: &str) -> Vec<Value> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = server.get(&format!("{path}{cursor}")).await.json();
        all.extend(page["data"].as_array().unwrap().iter().cloned());
        match page["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a test measures how long it waited")]
fn now() -> Instant {
    Instant::now()
}
