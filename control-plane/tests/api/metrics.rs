//! `GET /metrics`: what it says, what it never says, and where it is.

use crate::support::{Server, WORKSPACE, tokens_path};
use axum::body::Body;
use axum::http::Request;
use control_plane::metrics;
use control_plane::plan::Plan;
use http_body_util::BodyExt;
use std::time::Duration;
use tokio::time::timeout;
use tower::ServiceExt;

/// The samples of a scrape, without comments.
async fn scrape(server: &Server) -> Vec<String> {
    let request = Request::get("/metrics").body(Body::empty()).unwrap();
    let answer = metrics::router(server.app.clone()).oneshot(request).await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(answer.headers()["content-type"].to_str().unwrap().starts_with("text/plain; version=0.0.4"));
    let bytes = answer.into_body().collect().await.unwrap().to_bytes();
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    text.lines().filter(|line| !line.starts_with('#')).map(String::from).collect()
}

/// The value of a sample; none: there is no such one.
fn value(samples: &[String], name: &str) -> Option<f64> {
    let value = |line: &String| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok();
    samples.iter().find_map(value)
}

#[tokio::test]
async fn requests_are_counted_by_route_and_no_label_holds_what_a_caller_chose() {
    let server = Server::start(Plan::Pro).await;
    let (id, token) = server.token(&["read"]).await;
    assert_eq!(server.get(&tokens_path(&id)).await.status, 200);
    assert_eq!(server.get(&tokens_path("tok_nobody")).await.status, 404);
    assert_eq!(server.send("BREW", "/nobody/knows?it=1", None, None).await.status, 401);
    let samples = scrape(&server).await;
    let tokens = "/workspaces/{workspaceId}/access-tokens";
    for (method, route, status) in [
        ("POST", tokens, 201),
        ("GET", &format!("{tokens}/{{tokenId}}"), 200),
        ("GET", &format!("{tokens}/{{tokenId}}"), 404),
        ("other", "none", 401),
    ] {
        let name = format!("deplo_http_requests_total{{method=\"{method}\",route=\"{route}\",status=\"{status}\"}}");
        assert_eq!(value(&samples, &name), Some(1.0), "{name}: {samples:#?}");
    }
    let lasted = format!("deplo_http_request_duration_seconds_count{{route=\"{tokens}/{{tokenId}}\"}}");
    assert_eq!(value(&samples, &lasted), Some(2.0), "{samples:#?}");
    for secret in [token.get(8..20).unwrap(), &id, WORKSPACE, "tok_nobody", "knows", "BREW"] {
        assert!(samples.iter().all(|line| !line.contains(secret)), "{secret}: {samples:#?}");
    }
}

#[tokio::test]
async fn every_change_is_measured_once_when_it_is_effective() {
    let server = Server::start(Plan::Pro).await;
    let (id, _) = server.token(&["read"]).await;
    assert_eq!(server.delete(&tokens_path(&id)).await.status, 200);
    let count = "deplo_commit_to_effective_seconds_count";
    // The answer may be a moment ahead of the measure.
    while value(&scrape(&server).await, count) < Some(3.0) {
        tokio::task::yield_now().await;
    }
    let samples = scrape(&server).await;
    assert_eq!(value(&samples, count), Some(3.0), "the admin's create, a create, a revocation: {samples:#?}");
    assert_eq!(value(&samples, "deplo_oldest_pending_change_age_seconds"), Some(0.0), "{samples:#?}");
    assert_eq!(value(&samples, "deplo_conflicted_workspaces"), Some(0.0), "{samples:#?}");
    assert!(value(&samples, "deplo_publisher_steps_total{job=\"publish\",outcome=\"done\"}") > Some(0.0));
    assert!(value(&samples, "deplo_publisher_steps_total{job=\"replicate\",outcome=\"done\"}") > Some(0.0));
}

#[tokio::test]
async fn what_the_edge_did_not_hear_shows() {
    let server = Server::start(Plan::Pro).await;
    let (id, _) = server.token(&["read"]).await;
    server.edge.set_down(true);
    assert_eq!(server.delete(&tokens_path(&id)).await.status, 202);
    let samples = scrape(&server).await;
    assert!(value(&samples, "deplo_oldest_pending_change_age_seconds") >= Some(5.0), "{samples:#?}");
    assert!(value(&samples, "deplo_unfinished_changes") >= Some(1.0), "{samples:#?}");
    assert!(value(&samples, "deplo_publisher_steps_total{job=\"publish\",outcome=\"failed\"}") > Some(0.0));
}

#[tokio::test]
async fn a_database_that_fails_is_told_and_costs_nothing_else() {
    let server = Server::start(Plan::Pro).await;
    assert_eq!(value(&scrape(&server).await, "deplo_database_up"), Some(1.0));
    let mut connection = server.app.store.connection().await.unwrap();
    sqlx::raw_sql("ALTER TABLE changes RENAME TO gone").execute(&mut *connection).await.unwrap();
    let samples = scrape(&server).await;
    assert_eq!(value(&samples, "deplo_database_up"), Some(0.0), "{samples:#?}");
    assert_eq!(value(&samples, "deplo_oldest_pending_change_age_seconds"), None, "absent rather than wrong");
    assert!(value(&samples, "deplo_database_connections{state=\"in_use\"}") >= Some(1.0), "{samples:#?}");
    assert!(samples.iter().any(|line| line.starts_with("deplo_publisher_steps_total")), "{samples:#?}");
}

#[tokio::test]
async fn the_api_does_not_serve_it() {
    let server = Server::start(Plan::Pro).await;
    assert_eq!(server.send("GET", "/metrics", None, None).await.slug(), "missing-credentials");
    assert_eq!(server.get("/metrics").await.slug(), "no-such-route");
}

#[tokio::test]
async fn a_caller_who_goes_away_is_counted_too() {
    let server = Server::start(Plan::Pro).await;
    let (id, _) = server.token(&["read"]).await;
    server.edge.set_lease(20_000);
    let path = tokens_path(&id);
    assert!(timeout(Duration::from_millis(50), server.delete(&path)).await.is_err(), "it waits for the lease");
    let samples = scrape(&server).await;
    let route = "/workspaces/{workspaceId}/access-tokens/{tokenId}";
    let name = format!("deplo_http_requests_total{{method=\"DELETE\",route=\"{route}\",status=\"499\"}}");
    assert_eq!(value(&samples, &name), Some(1.0), "{samples:#?}");
}
