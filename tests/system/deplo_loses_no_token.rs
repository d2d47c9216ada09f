//! The command line: an answer that is lost on the way costs nobody a token, and leaves none behind that nobody has.
//!
//! What is fake: the way. A proxy in front of the real control plane carries requests there and loses some answers.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use std::sync::{Arc, Mutex};
use tests::{Deplo, World, serve_forever};

/// Which answers are lost: so many to the first requests of each of the first keys.
#[derive(Clone, Copy)]
struct Losses {
    keys: usize,
    of_each: usize,
}

/// Carries everything to `target`, and loses answers to requests that make a token.
struct Lossy {
    target: String,
    http: reqwest::Client,
    losses: Losses,
    /// How many answers to each key there were, in the order in which the keys came.
    answers: Mutex<Vec<(HeaderValue, usize)>>,
}

impl Lossy {
    fn loses(&self, key: &HeaderValue) -> bool {
        let mut answers = self.answers.lock().unwrap();
        let index = answers.iter().position(|(known, _)| known == key).unwrap_or_else(|| {
            answers.push((key.clone(), 0));
            answers.len() - 1
        });
        answers[index].1 += 1;
        index < self.losses.keys && answers[index].1 <= self.losses.of_each
    }
}

fn between(world: &World, losses: Losses) -> String {
    let (target, http) = (world.control_plane.url(), reqwest::Client::new());
    let lossy = Arc::new(Lossy { target, http, losses, answers: Mutex::default() });
    serve_forever(Router::new().fallback(carry).with_state(lossy)).unwrap()
}

async fn carry(State(lossy): State<Arc<Lossy>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let key = parts.headers.get("idempotency-key").cloned();
    let body = to_bytes(body, 1 << 20).await.unwrap();
    let request = lossy.http.request(parts.method, format!("{}{}", lossy.target, parts.uri));
    let answer = request.headers(parts.headers).body(body).send().await.unwrap();
    if key.is_some_and(|key| lossy.loses(&key)) {
        return StatusCode::BAD_GATEWAY.into_response();
    }
    let (status, headers) = (answer.status(), answer.headers().clone());
    (status, headers, Body::from(answer.bytes().await.unwrap())).into_response()
}

pub fn when_the_answer_to_a_create_is_lost(world: &World) {
    let some = [(1, 1), (2, 2), (3, 1)];
    for losses in some.map(|(keys, of_each)| Losses { keys, of_each }) {
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
    let deplo = Deplo::new(&between(world, Losses { keys: 1, of_each: 1 })).with_token(&workspace.admin);
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

/// What cannot be mended is told, with what to do.
pub fn and_names_one_that_nobody_has(world: &World) {
    let workspace = world.workspace();
    let (id, _) = workspace.token(&world.edge(), &["deploy"], None);
    let direct = Deplo::new(&world.control_plane.url()).with_token(&workspace.admin);
    let lossy = |losses| Deplo::new(&between(world, losses)).with_token(&workspace.admin);
    let lost = lossy(Losses { keys: 9, of_each: 1 }).run(&["tokens", "rotate", &id]).ended(1);
    let rotate = lost.err.split("deplo tokens rotate ").nth(1).unwrap_or_else(|| panic!("{}", lost.err));
    let found = direct.run(&["tokens", "rotate", rotate.trim()]).ended(0);
    assert_eq!(world.edge().with_token(found.out.trim()).send("POST", &workspace.deployments()).status, 200);

    let lost = lossy(Losses { keys: 1, of_each: 4 }).run(&["tokens", "create", "X", "--scopes", "read"]).ended(9);
    assert!(lost.out.is_empty() && lost.err.contains("may have been made all the same"), "{}", lost.err);
}
