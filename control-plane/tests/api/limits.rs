//! What is refused with 429, whom, and what never is.

use crate::support::{Server, tokens_path};
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request, StatusCode};
use control_plane::app::app;
use control_plane::metrics;
use control_plane::plan::Plan;
use http_body_util::BodyExt;
use serde_json::json;
use std::net::SocketAddr;
use tower::ServiceExt;

#[tokio::test]
async fn one_token_makes_so_many_and_the_others_of_its_workspace_go_on() {
    let server = Server::start(Plan::Team).await;
    let created = server.create(&server.admin, json!({"name": "x", "scopes": ["read"]})).await;
    assert_eq!(created.status, 201, "{}", created.text);
    assert_eq!(created.headers["ratelimit-policy"], "\"creates\";q=500;w=25, \"workspace-creates\";q=1000;w=25");
    assert_eq!(created.headers["ratelimit"], "\"creates\";r=499, \"workspace-creates\";r=999");

    // Refused for another reason, so that nothing has to be published; it counts like any other.
    let refused = json!({"name": "x", "scopes": ["read"], "projectId": "proj_none"});
    let mut answer = server.create(&server.admin, refused.clone()).await;
    for _ in 0..5_000 {
        if answer.status == 429 {
            break;
        }
        assert_eq!(answer.status, 422, "{}", answer.text);
        answer = server.create(&server.admin, refused.clone()).await;
    }
    assert_eq!((answer.status, answer.slug().as_str()), (429, "rate-limited"), "{}", answer.text);
    assert_eq!(answer.headers["retry-after"], "1");
    assert_eq!(answer.headers["ratelimit-policy"], "\"creates\";q=500;w=25");
    assert_eq!(answer.headers["ratelimit"], "\"creates\";r=0;t=1");
    let other = server.operator_token(8).await;
    let created = server.create(&other, json!({"name": "x", "scopes": ["read"]})).await;
    let standing = created.headers["ratelimit"].to_str().unwrap();
    assert!(standing.starts_with("\"creates\";r=499, "), "another caller has not used any: {standing}");
    let id = created.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(server.delete(&tokens_path(&id)).await.status, 200, "revoking is never limited");
}

/// What this address is answered, with this token.
async fn from(server: &Server, address: &str, method: &str, path: &str, token: &str) -> (StatusCode, HeaderMap) {
    send_from(server, address, method, path, ("authorization", &format!("Bearer {token}"))).await
}

async fn send_from(
    server: &Server,
    address: &str,
    method: &str,
    path: &str,
    (name, value): (&str, &str),
) -> (StatusCode, HeaderMap) {
    let request = Request::builder().method(method).uri(path).header(name, value);
    let mut request = request.body(Body::empty()).unwrap();
    let peer = SocketAddr::new(address.parse().unwrap(), 4711);
    request.extensions_mut().insert(ConnectInfo(peer));
    let answer = app(server.app.clone()).oneshot(request).await.unwrap();
    (answer.status(), answer.headers().clone())
}

#[tokio::test]
async fn an_address_is_told_401_so_often_and_a_valid_token_from_it_is_answered() {
    let server = Server::start(Plan::Pro).await;
    let (id, dead) = server.token(&["read"]).await;
    let (cookie, _) = server.sign_in(&dead).await;
    assert_eq!(server.delete(&tokens_path(&id)).await.status, 200);
    let list = tokens_path("");
    let (noisy, quiet) = ("192.0.2.1", "192.0.2.2");
    let (mut status, mut headers) = from(&server, noisy, "GET", &list, &dead).await;
    for _ in 0..1_000 {
        if status == 429 {
            break;
        }
        assert_eq!(status, 401);
        (status, headers) = from(&server, noisy, "GET", &list, &dead).await;
    }
    assert_eq!((status.as_u16(), &headers["retry-after"]), (429, &"1".parse().unwrap()));
    assert_eq!(headers["ratelimit-policy"], "\"failed-authentications\";q=100;w=20");
    assert!(headers.get("www-authenticate").is_none(), "it is not disguised as 401");
    let scrape = Request::get("/metrics").body(Body::empty()).unwrap();
    let scraped = metrics::router(server.app.clone()).oneshot(scrape).await.unwrap().into_body().collect().await;
    let scraped = String::from_utf8(scraped.unwrap().to_bytes().to_vec()).unwrap();
    assert!(scraped.contains("deplo_rate_limited_total{limit=\"failed-authentications\"} 1"), "{scraped}");
    let mut status = StatusCode::UNAUTHORIZED;
    for _ in 0..1_000 {
        if status == 429 {
            break;
        }
        (status, _) = send_from(&server, noisy, "GET", &list, ("cookie", &cookie)).await;
    }
    assert_eq!(status, 429, "a session that is over is as good as none");
    for _ in 0..50 {
        let (status, headers) = send_from(&server, noisy, "GET", "/session", ("cookie", &cookie)).await;
        assert_eq!(status, 401, "a page hears that its session is over");
        assert!(headers.contains_key("set-cookie"));
    }
    assert_eq!(from(&server, quiet, "GET", &list, &dead).await.0, 401, "another address");
    assert_eq!(from(&server, noisy, "GET", &list, &server.admin).await.0, 200, "a valid token");
    let (id, _) = server.token(&["read"]).await;
    assert_eq!(from(&server, noisy, "DELETE", &tokens_path(&id), &server.admin).await.0, 200, "a revocation");
    assert_eq!(server.send("GET", &list, Some(&dead), None).await.status, 401, "nobody knows from where: not limited");
}
