//! The command line: an answer that is lost on the way costs nobody a token, leaves none behind that nobody has, and calls
//! none alive that is revoked.
//!
//! What is fake: the way. A proxy in front of the real control plane carries requests there and loses some answers.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use std::fs;
use std::ops::Range;
use std::sync::{Arc, Mutex};
use tests::{Deplo, World, serve_forever};

/// Which answers are lost: so many to the first requests for each of these changes, numbered as they come.
#[derive(Clone)]
struct Losses {
    changes: Range<usize>,
    of_each: usize,
}

/// Carries everything to `target`, and loses answers to requests that change something.
struct Lossy {
    target: String,
    http: reqwest::Client,
    losses: Losses,
    /// How many answers to each change there were, in the order in which the changes came.
    answers: Mutex<Vec<(String, usize)>>,
}

impl Lossy {
    fn loses(&self, change: &str) -> bool {
        let mut answers = self.answers.lock().unwrap();
        let index = answers.iter().position(|(known, _)| known == change).unwrap_or_else(|| {
            answers.push((change.into(), 0));
            answers.len() - 1
        });
        answers[index].1 += 1;
        self.losses.changes.contains(&index) && answers[index].1 <= self.losses.of_each
    }
}

fn between(world: &World, losses: Losses) -> String {
    let (target, http) = (world.control_plane.url(), reqwest::Client::new());
    let lossy = Arc::new(Lossy { target, http, losses, answers: Mutex::default() });
    serve_forever(Router::new().fallback(carry).with_state(lossy)).unwrap()
}

async fn carry(State(lossy): State<Arc<Lossy>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let change = change(&parts);
    let body = to_bytes(body, 1 << 20).await.unwrap();
    let request = lossy.http.request(parts.method, format!("{}{}", lossy.target, parts.uri));
    let answer = request.headers(parts.headers).body(body).send().await.unwrap();
    if change.is_some_and(|change| lossy.loses(&change)) {
        return StatusCode::BAD_GATEWAY.into_response();
    }
    let (status, headers) = (answer.status(), answer.headers().clone());
    (status, headers, Body::from(answer.bytes().await.unwrap())).into_response()
}

/// What a request changes, the same when it is repeated: its key, or its path if it has none.
fn change(parts: &Parts) -> Option<String> {
    let key = parts.headers.get("idempotency-key").map_or(parts.uri.path(), |key| key.to_str().unwrap());
    (parts.method != Method::GET).then(|| key.into())
}

pub fn when_the_answer_to_a_create_is_lost(world: &World) {
    let some = [(1, 1), (2, 2), (3, 1)];
    for losses in some.map(|(changes, of_each)| Losses { changes: 0..changes, of_each }) {
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
    let deplo = Deplo::new(&between(world, Losses { changes: 0..1, of_each: 1 })).with_token(&workspace.admin);
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
    let lost = lossy(Losses { changes: 0..9, of_each: 1 }).run(&["tokens", "rotate", &id]).ended(1);
    let rotate = lost.err.split("deplo tokens rotate ").nth(1).unwrap_or_else(|| panic!("{}", lost.err));
    let found = direct.run(&["tokens", "rotate", rotate.trim()]).ended(0);
    assert_eq!(world.edge().with_token(found.out.trim()).send("POST", &workspace.deployments()).status, 200);

    let lost = lossy(Losses { changes: 0..1, of_each: 4 }).run(&["tokens", "create", "X", "--scopes", "read"]).ended(9);
    assert!(lost.out.is_empty() && lost.err.contains("may have been made all the same"), "{}", lost.err);
}

/// The repeated request is refused, since the first one has ended the caller's own token.
pub fn when_the_answer_to_a_revocation_of_its_own_is_lost(world: &World) {
    let workspace = world.workspace();
    let (id, token) = workspace.token(&world.edge(), &["admin"], None);
    let revoke = ["tokens", "revoke", &id, "--yes"];
    let deplo = Deplo::new(&between(world, Losses { changes: 0..1, of_each: 1 })).with_token(&token);
    let revoked = deplo.run(&revoke).ended(9);
    assert!(revoked.err.contains("It is not known") && revoked.err.contains("it most likely is"), "{}", revoked.err);
    assert_eq!(outcome(world, &token), "401 invalid-token");

    let direct = deplo.with("DEPLO_API_URL", &world.edge.url()).with("DEPLO_WORKSPACE", &workspace.id);
    let again = direct.run(&revoke).ended(4);
    assert!(again.err.contains("Nothing was revoked"), "by this request, whose answer came: {}", again.err);
}

pub fn when_the_answer_to_a_logout_is_lost(world: &World) {
    let workspace = world.workspace();
    let (_, token) = workspace.token(&world.edge(), &["deploy"], None);
    let deplo = Deplo::new(&between(world, Losses { changes: 0..1, of_each: 1 }));
    let _ = deplo.run_with_input(&["login"], &token).ended(0);
    let logout = deplo.run(&["logout", "--revoke"]).ended(9);
    assert!(logout.err.contains("most likely it is revoked"), "{}", logout.err);
    assert_eq!(outcome(world, &token), "401 invalid-token");
    assert!(!fs::read_to_string(deplo.credentials()).unwrap().contains(&token), "a dead one is not kept");
}

/// The only admin replaces itself, which asks again after each lost answer, with the token that is being replaced.
pub fn when_the_answer_to_a_rotation_of_its_own_is_lost(world: &World) {
    let some = [(0..0, 0), (0..1, 1), (0..2, 2), (1..2, 1)];
    for losses in some.map(|(changes, of_each)| Losses { changes, of_each }) {
        let workspace = world.workspace();
        let deplo = Deplo::new(&between(world, losses));
        let login = deplo.run_with_input(&["login", "--json"], &workspace.admin).ended(0).json();
        let id = login["accessToken"]["id"].as_str().unwrap();
        let rotated = deplo.run(&["tokens", "rotate", id]).ended(0);
        assert!(rotated.err.contains(&format!("{id} is refused everywhere")), "{}", rotated.err);
        assert_eq!(outcome(world, &workspace.admin), "401 invalid-token", "the old one is dead, and not in a minute");
        assert_eq!(outcome(world, rotated.out.trim()), "200");
        let listed = deplo.run(&["tokens", "list", "--json"]).ended(0).json();
        assert_eq!(listed["tokens"].as_array().unwrap().len(), 1, "and is stored: {listed}");
    }
}

/// The successor is there, whatever becomes of the token that it replaces.
pub fn and_says_that_a_replaced_one_may_live_on(world: &World) {
    let workspace = world.workspace();
    let deplo = Deplo::new(&between(world, Losses { changes: 1..2, of_each: 4 })).with_token(&workspace.admin);
    let who = deplo.run(&["whoami", "--json"]).ended(0).json();
    let id = who["accessToken"]["id"].as_str().unwrap();
    let rotated = deplo.run(&["tokens", "rotate", id]).ended(9);
    assert_eq!(outcome(world, rotated.out.trim()), "200");
    assert!(rotated.err.contains(&format!("it is not known whether {id} is revoked")), "{}", rotated.err);
    assert!(rotated.err.contains("By itself it ends at") && !rotated.err.contains("is refused everywhere"));

    // Nobody has answered the rotation itself.
    let deplo = Deplo::new(&between(world, Losses { changes: 0..1, of_each: 4 })).with_token(rotated.out.trim());
    let who = deplo.run(&["whoami", "--json"]).ended(0).json();
    let lost = deplo.run(&["tokens", "rotate", who["accessToken"]["id"].as_str().unwrap()]).ended(9);
    assert!(lost.out.is_empty() && lost.err.contains("ends a minute after"), "{}", lost.err);
    let listed = deplo.run(&["tokens", "list", "--json"]).ended(0).json();
    let made = listed["tokens"][0]["id"].as_str().unwrap();
    let found = deplo.run(&["tokens", "rotate", made]).ended(0);
    assert_eq!(outcome(world, found.out.trim()), "200");
}

fn outcome(world: &World, token: &str) -> String {
    world.edge().with_token(token).send("GET", "/access-token").outcome()
}
