//! Signing in to the dashboard. Who may do what with a session stands in `refusals.txt`.

use crate::support::{Answer, PROJECT, Server, slow_body, tokens_path};
use axum::http::Request;
use control_plane::housekeeping::keep_house_once;
use control_plane::plan::Plan;
use control_plane::republish::republish;
use futures_util::future::join_all;
use serde_json::{Value, json};

const HOUR_MS: i64 = 60 * 60 * 1_000;

async fn show(server: &Server, cookie: &str) -> Answer {
    server.send_with("GET", "/session", None, None, &[("cookie", cookie)]).await
}

async fn sign_out(server: &Server, cookie: &str, csrf_token: &str) -> Answer {
    server.send_with("DELETE", "/session", None, None, &[("cookie", cookie), ("x-csrf-token", csrf_token)]).await
}

#[tokio::test]
async fn a_token_signs_in_and_the_cookie_stands_for_it() {
    let server = Server::start(Plan::Pro).await;
    let answer = server.send("POST", "/session", None, Some(json!({"token": format!(" {}\n", server.admin)}))).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let cookie = answer.headers["set-cookie"].to_str().unwrap();
    let (pair, attributes) = cookie.split_once("; ").unwrap();
    let attributes = attributes.replace("43199", "43200");
    assert_eq!(attributes, "Max-Age=43200; Path=/; Secure; HttpOnly; SameSite=Strict");
    assert!(!cookie.contains(&server.admin) && !answer.text.contains(&server.admin), "the token is in no answer");
    let session = answer.json();
    assert_eq!(
        session["workspace"],
        json!({"id": "ws_test", "name": "Test", "plan": "pro", "tokenLimit": 50, "tokensUsed": 1})
    );
    assert_eq!((&session["apiUrl"], &session["accessToken"]["scopes"]), (&json!(server.edge.url), &json!(["admin"])));
    assert_eq!(show(&server, pair).await.json(), session);

    let csrf_token = answer.text_of("csrfToken");
    let headers = [("cookie", pair), ("x-csrf-token", csrf_token.as_str()), ("sec-fetch-site", "same-origin")];
    let body = json!({"name": "By hand", "scopes": ["read"]});
    let created = server.send_with("POST", &tokens_path(""), None, Some(body), &headers).await;
    assert_eq!(created.status, 201, "{}", created.text);
    assert_eq!(created.json()["createdBy"], session["accessToken"]["id"]);
    assert_eq!(show(&server, pair).await.json()["workspace"]["tokensUsed"], 2);
}

#[tokio::test]
async fn nobody_signs_in_with_what_is_no_living_token() {
    let server = Server::start(Plan::Pro).await;
    let (revoked, dead) = server.token(&["admin"]).await;
    assert_eq!(server.delete(&tokens_path(&revoked)).await.status, 200);
    let body = json!({"name": "x", "scopes": ["read"], "expiresAt": "2999-01-01"});
    let expired = server.create(&server.admin, body).await.text_of("token");
    let events = async || server.get("/workspaces/ws_test/audit-events").await.json()["data"].as_array().unwrap().len();
    let before = events().await;
    let sign_in = async |body: Value| server.send("POST", "/session", None, Some(body)).await;
    for (body, status, slug) in [
        (json!({"token": dead}), 401, "invalid-token"),
        (json!({"token": "nonsense"}), 401, "invalid-token"),
        (json!({"token": ""}), 401, "invalid-token"),
        (json!({"token": null}), 422, "validation-failed"),
        (json!({}), 422, "validation-failed"),
        (json!({"token": server.admin, "workspace": "ws_test"}), 422, "validation-failed"),
        (json!({server.admin.clone(): 1}), 422, "validation-failed"),
        (json!(server.admin), 422, "validation-failed"),
        (json!([{"token": server.admin}]), 422, "validation-failed"),
    ] {
        let answer = sign_in(body.clone()).await;
        assert_eq!((answer.status, answer.slug().as_str()), (status, slug), "{body}: {}", answer.text);
        assert!(answer.headers.get("set-cookie").is_none() && !answer.text.contains(&server.admin), "{}", answer.text);
    }
    server.set_clocks(1_000 * 365 * 24 * HOUR_MS);
    assert_eq!(sign_in(json!({"token": expired})).await.slug(), "invalid-token");
    server.set_clocks(0);
    assert_eq!(events().await, before);
    let answer = server.send_with("POST", "/session", None, None, &[("content-type", "text/plain")]).await;
    assert_eq!(answer.status, 415, "what a form of another site can send is not JSON");
    let headers = [("sec-fetch-site", "cross-site")];
    let answer = server.send_with("POST", "/session", None, Some(json!({"token": server.admin})), &headers).await;
    assert_eq!((answer.status, answer.slug().as_str()), (403, "cross-site-request"), "nobody is signed in by others");
}

#[tokio::test]
async fn a_session_ends_with_its_token_at_once() {
    let server = Server::start(Plan::Pro).await;
    let (id, token) = server.token(&["read"]).await;
    let (cookie, _) = server.sign_in(&token).await;
    assert_eq!(show(&server, &cookie).await.status, 200);
    assert_eq!(server.patch(&server.admin, &id, json!({"scopes": ["deploy"]})).await.status, 200);
    let list = server.send_with("GET", &tokens_path(""), None, None, &[("cookie", &cookie)]).await;
    assert_eq!(list.slug(), "insufficient-scope", "it may do what its token may do now");
    server.edge.set_down(true);
    assert_eq!(server.delete(&tokens_path(&id)).await.status, 202, "even while the edge has not heard of it");
    for path in ["/session", "/access-token"] {
        let answer = server.send_with("GET", path, None, None, &[("cookie", &cookie)]).await;
        assert_eq!((answer.status, answer.slug().as_str()), (401, "invalid-token"), "{path}: {}", answer.text);
    }
}

#[tokio::test]
async fn a_session_ends_by_signing_out() {
    let server = Server::start(Plan::Pro).await;
    let (cookie, csrf_token) = server.sign_in(&server.admin).await;
    let (other, _) = server.sign_in(&server.admin).await;
    assert_eq!(sign_out(&server, &cookie, "").await.slug(), "cross-site-request");
    assert_eq!(show(&server, &cookie).await.status, 200);
    for _ in 0..2 {
        let answer = sign_out(&server, &cookie, &csrf_token).await;
        assert_eq!(answer.status, 204, "{}", answer.text);
        let cleared = "__Host-deplo-session=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Strict";
        assert_eq!(answer.headers["set-cookie"], cleared);
        let over = show(&server, &cookie).await;
        assert_eq!((over.status, &over.headers["set-cookie"]), (401, &cleared.parse().unwrap()), "{}", over.text);
    }
    let nobody = server.send("GET", "/session", None, None).await;
    assert_eq!((nobody.status, nobody.text.as_str()), (200, "null"), "nothing was tried, and nothing failed");
    assert_eq!(show(&server, &other).await.status, 200, "the other browser stays signed in");
    let events = server.get("/workspaces/ws_test/audit-events?limit=3").await.json();
    let actions: Vec<_> = events["data"].as_array().unwrap().iter().map(|event| event["action"].clone()).collect();
    assert_eq!(actions, ["session.ended", "session.created", "session.created"]);
    let (_, secret) = cookie.split_once('=').unwrap();
    assert!(!events.to_string().contains(secret), "{events}");
    let mut connection = server.database().connect().await;
    let kept: String = sqlx::query_scalar("SELECT digest FROM sessions").fetch_one(&mut connection).await.unwrap();
    assert!(!kept.contains(secret) && kept.len() == 64, "{kept}");
}

#[tokio::test]
async fn a_session_lasts_half_a_day_and_no_longer_than_its_token() {
    let server = Server::start(Plan::Pro).await;
    let (cookie, _) = server.sign_in(&server.admin).await;
    server.set_clocks(12 * HOUR_MS - 60_000);
    assert_eq!(show(&server, &cookie).await.status, 200);
    server.set_clocks(12 * HOUR_MS);
    assert_eq!(show(&server, &cookie).await.status, 401);
    let sessions = async || {
        let mut connection = server.database().connect().await;
        sqlx::query_scalar::<_, i64>("SELECT COUNT(*) FROM sessions").fetch_one(&mut connection).await.unwrap()
    };
    assert_eq!(sessions().await, 1);
    keep_house_once(&server.app).await.unwrap();
    assert_eq!(sessions().await, 0, "what is over is forgotten");

    let body = json!({"name": "x", "scopes": ["read"], "projectId": PROJECT, "expiresAt": "2999-01-01T00:00:00Z"});
    let created = server.create(&server.admin, body).await;
    let expires_at = "UPDATE tokens SET expires_at = $1 WHERE id = $2";
    let at = server.app.clock.now().plus_ms(60_000).0.cast_signed();
    let mut connection = server.database().connect().await;
    sqlx::query(expires_at).bind(at).bind(created.text_of("id")).execute(&mut connection).await.unwrap();
    let (cookie, _) = server.sign_in(&created.text_of("token")).await;
    let session = show(&server, &cookie).await.json();
    assert_eq!(session["expiresAt"], session["accessToken"]["expiresAt"]);
    let answer = server.send("POST", "/session", None, Some(json!({"token": created.text_of("token")}))).await;
    let max_age = answer.headers["set-cookie"].to_str().unwrap().split("Max-Age=").nth(1).unwrap().split(';').next();
    assert!(max_age.unwrap().parse::<u64>().unwrap() <= 60, "the cookie goes with it");
}

#[tokio::test]
async fn one_token_signs_in_so_often() {
    let server = Server::start(Plan::Pro).await;
    let sign_in = async |token: &str| server.send("POST", "/session", None, Some(json!({"token": token}))).await;
    for _ in 0..20 {
        assert_eq!(sign_in(&server.admin).await.status, 201);
    }
    let mut answer = sign_in(&server.admin).await;
    while answer.status == 201 {
        // The clock of limits is the machine's own: 30 s have passed meanwhile.
        answer = sign_in(&server.admin).await;
    }
    assert_eq!((answer.status, answer.slug().as_str()), (429, "rate-limited"), "{}", answer.text);
    assert_eq!(answer.headers["ratelimit-policy"], "\"sign-ins\";q=20;w=600");
    assert!(answer.text.contains("20 times at once, and 2 per minute after that"), "{}", answer.text);
    assert_eq!(server.get(&tokens_path("")).await.status, 200, "the token itself goes on");
    let (_, other) = server.token(&["read"]).await;
    assert_eq!(sign_in(&other).await.status, 201, "and so does another one");
}

/// Each needs the database more than once; nobody may wait for a connection with one in hand.
#[tokio::test]
async fn many_sign_in_and_out_at_once() {
    let server = Server::start(Plan::Team).await;
    let mut tokens = vec![server.admin.clone()];
    for _ in 0..4 {
        tokens.push(server.token(&["read"]).await.1);
    }
    let warm = (0..32).map(|_| server.get("/access-token"));
    assert!(join_all(warm).await.iter().all(|answer| answer.status == 200));
    let all = tokens.iter().flat_map(|token| (0..16).map(move |_| token));
    let sessions = join_all(all.map(|token| server.sign_in(token))).await;
    let (cookie, csrf_token) = &sessions[0];
    let ends = join_all((0..32).map(|_| sign_out(&server, cookie, csrf_token))).await;
    let refused = ends.iter().filter(|answer| answer.status != 204).count();
    assert_eq!(refused, 0);
    let events = server.get("/workspaces/ws_test/audit-events?limit=200").await.json();
    let ended = events["data"].as_array().unwrap().iter().filter(|event| event["action"] == "session.ended").count();
    assert_eq!(ended, 1, "it ended once");
}

/// Whoever is revoked, or signs out, while it sends changes nothing.
#[tokio::test]
async fn what_a_session_sends_is_decided_when_it_is_done() {
    let server = Server::start(Plan::Pro).await;
    let (id, token) = server.token(&["admin"]).await;
    for ends in ["signs out", "is revoked"] {
        let (cookie, csrf_token) = server.sign_in(&token).await;
        let (body, asked, send) = slow_body(json!({"name": "Late", "scopes": ["read"]}));
        let request = Request::post(tokens_path(""))
            .header("cookie", &cookie)
            .header("x-csrf-token", &csrf_token)
            .header("content-type", "application/json");
        let (answer, ()) = tokio::join!(server.answer(request.body(body).unwrap()), async {
            asked.await.unwrap();
            let ended = match ends {
                "signs out" => sign_out(&server, &cookie, &csrf_token).await.status,
                _ => server.delete(&tokens_path(&id)).await.status,
            };
            assert!(matches!(ended, 200 | 204), "{ended}");
            send.send(()).unwrap();
        });
        assert_eq!(answer.status, 401, "{ends}: {}", answer.text);
    }
    assert!(!server.get(&tokens_path("")).await.text.contains("Late"));
}

#[tokio::test]
async fn signing_in_again_ends_the_session_before() {
    let server = Server::start(Plan::Pro).await;
    let (first, _) = server.sign_in(&server.admin).await;
    let (other, _) = server.sign_in(&server.admin).await;
    let body = Some(json!({"token": server.admin}));
    let again = server.send_with("POST", "/session", None, body.clone(), &[("cookie", &first)]).await;
    assert_eq!(again.status, 201, "{}", again.text);
    assert_eq!((show(&server, &first).await.status, show(&server, &other).await.status), (401, 200));
    let both = server.send_with("POST", "/session", Some(&server.admin), body, &[("cookie", &other)]).await;
    assert_eq!((both.status, both.slug().as_str()), (400, "invalid-request"), "two kinds of credentials");
}

/// A backup may hold sessions of people who have signed out since.
#[tokio::test]
async fn a_republish_ends_all_sessions() {
    let server = Server::start(Plan::Pro).await;
    let (cookie, _) = server.sign_in(&server.admin).await;
    republish(&server.app, &server.client, "ws_test", |_| ()).await.unwrap();
    assert_eq!(show(&server, &cookie).await.status, 401);
}
