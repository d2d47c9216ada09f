//! The command line: an answer that is lost on the way costs nobody a token, and leaves none behind that nobody has.
//!
//! What is fake: the way. A proxy in front of the real control plane carries requests there and loses some answers.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use tests::{Deplo, World};

/// Carries everything to `target`, and loses the first answers to requests that make a token.
struct Lossy {
    target: String,
    http: reqwest::Client,
    losses: AtomicU32,
}

fn between(world: &World, losses: u32) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let lossy = Lossy { target: world.control_plane.url(), http: reqwest::Client::new(), losses: losses.into() };
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            let app = Router::new().fallback(carry).with_state(Arc::new(lossy));
            axum::serve(listener, app).await.unwrap();
        });
    });
    url
}

async fn carry(State(lossy): State<Arc<Lossy>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let makes_a_token = parts.headers.contains_key("idempotency-key");
    let body = to_bytes(body, 1 << 20).await.unwrap();
    let request = lossy.http.request(parts.method, format!("{}{}", lossy.target, parts.uri));
    let answer = request.headers(parts.headers).body(body).send().await.unwrap();
    let is_lost = |left: u32| left.checked_sub(1);
    if makes_a_token && lossy.losses.fetch_update(Ordering::Relaxed, Ordering::Relaxed, is_lost).is_ok() {
        return StatusCode::BAD_GATEWAY.into_response();
    }
    let (status, headers) = (answer.status(), answer.headers().clone());
    (status, headers, Body::from(answer.bytes().await.unwrap())).into_response()
}

pub fn when_the_answer_to_a_create_is_lost(world: &World) {
    for losses in [1, 2] {
        let workspace = world.workspace();
        let deplo = Deplo::new(&between(world, losses)).with_token(&workspace.admin);
        let created = deplo.run(&["tokens", "create", "CI", "--scopes", "deploy"]).ended(0);
        let caller = world.edge().with_token(created.out.trim());
        assert_eq!(caller.send("POST", &workspace.deployments()).status, 200);
        let listed = deplo.run(&["tokens", "list", "--json"]).ended(0).json();
        assert_eq!(listed["tokens"].as_array().unwrap().len(), 2, "the admin's and the new one: {listed}");
    }
}

pub fn when_the_answer_to_a_rotation_is_lost(world: &World) {
    let workspace = world.workspace();
    let (id, old) = workspace.token(&world.edge(), &["deploy"], None);
    let deplo = Deplo::new(&between(world, 1)).with_token(&workspace.admin);
    let rotated = deplo.run(&["tokens", "rotate", &id, "--grace", "1h"]).ended(0);
    for token in [old.as_str(), rotated.out.trim()] {
        assert_eq!(world.edge().with_token(token).send("POST", &workspace.deployments()).status, 200);
    }
    let listed = deplo.run(&["tokens", "list", "--json"]).ended(0).json();
    assert_eq!(
        listed["tokens"].as_array().unwrap().len(),
        3,
        "the admin's, the old one in its grace, the new one: {listed}"
    );
}
