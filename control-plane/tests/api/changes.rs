//! `PATCH /workspaces/{workspaceId}/access-tokens/{tokenId}`: what a change may be, and what it brings about.

use crate::support;
use crate::support::{PROJECT, Server, digest_of};
use control_plane::housekeeping::keep_house_once;
use control_plane::plan::Plan;
use serde_json::{Value, json};
use shared::ledger::LedgerStorage;
use std::time::{Duration, Instant};

#[tokio::test]
async fn what_is_given_changes_and_what_is_missing_stays() {
    let server = Server::start(Plan::Pro).await;
    let (id, token) = server.token(&["deploy", "read"]).await;
    let cases = [
        (json!({}), json!(["deploy", "read"]), "Test", Value::Null),
        (json!({"name": " Nightly "}), json!(["deploy", "read"]), "Nightly", Value::Null),
        (json!({"scopes": ["read"]}), json!(["read"]), "Nightly", Value::Null),
        (json!({"expiresAt": "2999-12-31"}), json!(["read"]), "Nightly", json!("2999-12-31T23:59:59.999Z")),
        (json!({"expiresAt": null}), json!(["read"]), "Nightly", Value::Null),
    ];
    for (body, scopes, name, expires_at) in cases {
        let answer = server.patch(&server.admin, &id, body.clone()).await;
        assert_eq!(answer.status, 200, "{body}: {}", answer.text);
        let view = answer.json();
        assert_eq!(
            (&view["scopes"], &view["name"], &view["expiresAt"]),
            (&scopes, &json!(name), &expires_at),
            "{body}"
        );
        assert_eq!(view["status"], "active");
        assert!(!answer.text.contains(&token));
    }
    let record = server.edge.ledger().record(&digest_of(&token)).unwrap().unwrap();
    assert_eq!(record.scopes.names(), ["read"]);
}

/// Whoever says what they have seen takes nothing back of what another one has changed since.
#[tokio::test]
async fn a_change_is_made_of_the_state_that_its_maker_has_seen() {
    let server = Server::start(Plan::Pro).await;
    let (id, _) = server.token(&["deploy", "read"]).await;
    let path = support::tokens_path(&id);
    let seen = async || server.get(&path).await.headers["etag"].to_str().unwrap().to_owned();
    let change = async |if_match: &str, body: Value| {
        server.send_with("PATCH", &path, Some(&server.admin), Some(body), &[("if-match", if_match)]).await
    };
    let first = seen().await;
    assert_eq!(first, seen().await, "nothing was changed");
    let changed = change(&first, json!({"scopes": ["read"]})).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    assert_eq!(changed.headers["etag"], seen().await.as_str());

    let stale = change(&first, json!({"scopes": ["deploy", "read", "delete"]})).await;
    assert_eq!((stale.status, stale.slug().as_str()), (412, "precondition-failed"), "{}", stale.text);
    assert_eq!(server.get(&path).await.json()["scopes"], json!(["read"]), "nothing was given back");
    for if_match in [&format!("W/{}", seen().await), "nonsense", ""] {
        assert_eq!(change(if_match, json!({"name": "x"})).await.status, 412, "{if_match}");
    }
    for if_match in [&format!("{first}, {}", seen().await), "*"] {
        assert_eq!(change(if_match, json!({"name": if_match})).await.status, 200, "{if_match}");
    }
    let before = seen().await;
    assert_eq!(change(&before, json!({"expiresAt": "2999-12-31"})).await.status, 200);
    assert_ne!(seen().await, before);
    assert_eq!(server.delete(&path).await.status, 200);
    assert_eq!(change(&before, json!({"name": "x"})).await.slug(), "conflict", "what is dead is said to be dead");
}

#[tokio::test]
async fn a_use_is_no_change() {
    let server = Server::start(Plan::Pro).await;
    let (id, token) = server.token(&["read"]).await;
    let seen = async || server.get(&support::tokens_path(&id)).await;
    let before = seen().await;
    assert_eq!(server.send("GET", "/access-token", Some(&token), None).await.headers["etag"], before.headers["etag"]);
    keep_house_once(&server.app).await.unwrap();
    let after = seen().await;
    assert_ne!(after.json()["lastUsedAt"], before.json()["lastUsedAt"]);
    assert_eq!(after.headers["etag"], before.headers["etag"]);
}

#[tokio::test]
async fn a_change_waits_for_leases_and_a_new_name_does_not() {
    let server = Server::start(Plan::Pro).await;
    let (id, _) = server.token(&["deploy", "read"]).await;
    server.edge.set_lease(20_000);
    let started = now();
    assert_eq!(server.patch(&server.admin, &id, json!({"name": "Other"})).await.status, 200);
    assert!(started.elapsed() < Duration::from_secs(20), "the edge knows no names: {:?}", started.elapsed());
    server.edge.set_lease(1_000);
    let started = now();
    assert_eq!(server.patch(&server.admin, &id, json!({"scopes": ["read"]})).await.status, 200);
    assert!(started.elapsed() >= Duration::from_millis(1_110), "{:?}", started.elapsed());
}

#[tokio::test]
async fn what_the_edge_did_not_hear_is_pending() {
    let server = Server::start(Plan::Pro).await;
    let (id, _) = server.token(&["deploy", "read"]).await;
    server.edge.set_down(true);
    let answer = server.patch(&server.admin, &id, json!({"scopes": ["read"]})).await;
    assert_eq!((answer.status, &answer.json()["status"]), (202, &json!("pending")), "{}", answer.text);
    server.edge.set_down(false);
    server.until_status(&id, "active").await;
}

/// What is committed while KV is being written is written after it.
#[tokio::test]
async fn a_revocation_reaches_kv_although_a_change_was_on_its_way() {
    let server = Server::start(Plan::Pro).await;
    let (id, token) = server.token(&["deploy", "read"]).await;
    // With KV out of reach the change is acknowledged first, and written to KV alone.
    server.edge.set_kv_down(true);
    assert_eq!(server.patch(&server.admin, &id, json!({"scopes": ["read"]})).await.status, 200);
    server.edge.set_kv_slow(500);
    let writes = server.edge.kv_writes();
    server.edge.set_kv_down(false);
    while server.edge.kv_writes() == writes {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(server.delete(&support::tokens_path(&id)).await.status, 200);
    for _ in 0..50 {
        if !server.edge.kv_has(&digest_of(&token)) {
            tokio::time::sleep(Duration::from_millis(600)).await;
            assert!(!server.edge.kv_has(&digest_of(&token)), "it came back");
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("KV still names a revoked token");
}

#[tokio::test]
async fn bad_changes_name_the_field_and_change_nothing() {
    let server = Server::start(Plan::Pro).await;
    let (id, _) = server.token(&["read"]).await;
    let before = server.get(&support::tokens_path(&id)).await.json();
    for (body, pointer) in [
        (json!({"name": ""}), "/name"),
        (json!({"name": null}), "/name"),
        (json!({"scopes": []}), "/scopes"),
        (json!({"scopes": null}), "/scopes"),
        (json!({"scopes": ["root"]}), "/scopes"),
        (json!({"expiresAt": "2001-01-01"}), "/expiresAt"),
        (json!({"projectId": PROJECT}), "/projectId"),
    ] {
        let answer = server.patch(&server.admin, &id, body.clone()).await;
        assert_eq!((answer.status, answer.slug().as_str()), (422, "validation-failed"), "{body}: {}", answer.text);
        assert_eq!(answer.json()["errors"][0]["pointer"], pointer, "{body}: {}", answer.text);
    }
    assert_eq!(server.get(&support::tokens_path(&id)).await.json(), before);
}

#[tokio::test]
async fn nobody_gives_away_more_than_they_have() {
    let server = Server::start(Plan::Pro).await;
    let (id, _) = server.token(&["read"]).await;
    let maker = json!({"name": "Short", "scopes": ["admin"], "expiresAt": "2998-12-31"});
    let short = server.create(&server.admin, maker).await.json();
    let (short_id, short) = (short["id"].as_str().unwrap(), short["token"].as_str().unwrap());
    for (target, body, status) in [
        (&*id, json!({"expiresAt": "2999-12-31"}), 403),
        (&*id, json!({"expiresAt": null}), 403),
        (short_id, json!({"expiresAt": null}), 403),
        (&*id, json!({"scopes": ["admin"]}), 403),
        (&*id, json!({"name": "Renamed"}), 200),
        (&*id, json!({"expiresAt": "2998-12-30"}), 200),
    ] {
        let answer = server.patch(short, target, body.clone()).await;
        assert_eq!(answer.status, status, "{body}: {}", answer.text);
    }
    let of_project = json!({"name": "Project's", "scopes": ["admin"], "projectId": PROJECT});
    let of_project = server.create(&server.admin, of_project).await.json();
    let answer = server.patch(of_project["token"].as_str().unwrap(), &id, json!({"name": "x"})).await;
    assert_eq!((answer.status, answer.slug().as_str()), (404, "not-found"), "what it may not see is not there");
}

/// What a caller may do is judged when its change is made, by what it is then.
#[tokio::test]
async fn a_caller_that_is_narrowed_while_it_sends_changes_nothing() {
    let server = Server::start(Plan::Pro).await;
    let (target, _) = server.token(&["read"]).await;
    let (caller, token) = server.token(&["admin"]).await;
    let (body, asked, send) = support::slow_body(json!({"name": "Changed", "scopes": ["admin"]}));
    let request = axum::http::Request::patch(support::tokens_path(&target))
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json");
    let (answer, ()) = tokio::join!(server.answer(request.body(body).unwrap()), async {
        asked.await.unwrap();
        let narrowed = server.patch(&server.admin, &caller, json!({"scopes": ["read"]})).await;
        assert_eq!(narrowed.status, 200, "{}", narrowed.text);
        send.send(()).unwrap();
    });
    assert_eq!((answer.status, answer.slug().as_str()), (403, "insufficient-scope"), "{}", answer.text);
    assert_eq!(server.get(&support::tokens_path(&target)).await.json()["name"], "Test");
}

#[tokio::test]
async fn what_is_dead_stays_dead() {
    let server = Server::start(Plan::Pro).await;
    let (id, _) = server.token(&["read"]).await;
    assert_eq!(server.delete(&support::tokens_path(&id)).await.status, 200);
    for body in [json!({"name": "x"}), json!({"scopes": ["read"]}), json!({"expiresAt": null}), json!({})] {
        let answer = server.patch(&server.admin, &id, body.clone()).await;
        assert_eq!((answer.status, answer.slug().as_str()), (409, "conflict"), "{body}: {}", answer.text);
    }
    let answer = server.patch(&server.admin, "tok_none", json!({"name": "x"})).await;
    assert_eq!((answer.status, answer.slug().as_str()), (404, "not-found"));
}

#[expect(clippy::disallowed_methods, reason = "what is measured here is time")]
fn now() -> Instant {
    Instant::now()
}
