//! Every request that can be made, by every kind of caller, against the real application: checked in as
//! `refusals.txt`, and reviewed as a diff.
//!
//! Nobody writes the routes down: they are what the policy has rules for and what the router serves, so a new one is
//! missing from the table until somebody has looked at it.
//!
//! `UPDATE_EXPECTED=1 cargo test -p control-plane --test api refusals` writes it anew.

mod caller;
mod matrix;
mod outcome;
mod place;
mod scene;
mod table;

use axum::Router;
use axum::body::Bytes;
use caller::{Caller, callers};
use matrix::Matrix;
use place::{METHODS, Place, Whose};
use scene::Scene;
use serde_json::Value;
use shared::policy::{Origin, POLICY};
use std::collections::BTreeSet;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/refusals.txt");

/// Paths that are no route, some of which look like one.
const NO_ROUTES: [&str; 13] = [
    "*",
    "//access-token",
    "/%61ccess-token",
    "/Access-Token",
    "/_edge/kv",
    "/access-token/",
    "/access-token/.",
    "/access-token;",
    "/healthz/",
    "/metrics",
    "/nowhere",
    "/workspaces/{workspaceId}",
    "/workspaces/{workspaceId}/access-tokens/{tokenId}/revoke",
];

/// Every path of the policy and of the router, which tells its own only to a debugger.
fn routes(router: &Router) -> BTreeSet<String> {
    let debugged = format!("{router:?}");
    let served = debugged.split("RouteId(").filter_map(|part| Some(part.split_once("): \"")?.1.split_once('"')?.0));
    let served = served.filter(|path| !path.contains("__private__"));
    served.chain(POLICY.rules().into_iter().map(|rule| rule.template)).map(String::from).collect()
}

/// Every parameter of a route that is an id of ours, and whose it might be.
fn strange(template: &str) -> Vec<Place> {
    use Whose::{Long, Nobodys, Odd, OtherProjects, OtherWorkspaces};
    let places = ["workspaceId", "projectId", "tokenId"].into_iter().flat_map(|parameter| {
        let whose = [OtherProjects, OtherWorkspaces, Nobodys, Odd, Long].into_iter();
        let whose = whose.filter(move |whose| (parameter, *whose) != ("workspaceId", OtherProjects));
        whose.map(move |whose| (parameter, whose))
    });
    let named = places.filter(|(parameter, _)| template.contains(&format!("{{{parameter}}}")));
    named.map(|strange| Place { template: template.into(), strange: Some(strange) }).collect()
}

/// What anybody may try anywhere.
fn requests(router: &Router) -> Vec<(Place, &'static str)> {
    let of = |path: &str, methods: &[&'static str]| {
        let place = Place::new(path);
        methods.iter().map(|method| (place.clone(), *method)).collect::<Vec<_>>()
    };
    let routes = routes(router).into_iter().flat_map(|path| of(&path, &METHODS));
    routes.chain(NO_ROUTES.into_iter().flat_map(|path| of(path, &["GET", "DELETE", "OPTIONS"]))).collect()
}

/// What has a rule here, with an id in its path that is not the caller's project's.
fn strange_requests() -> Vec<(Place, &'static str)> {
    let rules = POLICY.rules().into_iter().filter(|rule| rule.origin == Origin::ControlPlane);
    rules.flat_map(|rule| strange(rule.template).into_iter().map(|place| (place, rule.method))).collect()
}

#[tokio::test]
async fn every_request_is_answered_as_checked_in() {
    let matrix = Matrix::start().await;
    let anybody = matrix.rows(&requests(&matrix.router), &callers()).await;
    for rule in POLICY.rules().into_iter().filter(|rule| rule.origin == Origin::ControlPlane) {
        let row = anybody.iter().find(|row| (row.method, &*row.place) == (rule.method, rule.template)).unwrap();
        let admin = ("admin".into(), "allowed".into());
        assert!(row.outcomes.contains(&admin), "{} {}: what would an admin send?", rule.method, rule.template);
    }
    let is_admin = |caller: &Caller| ["admin", "admin, of the project"].contains(&&*caller.name);
    let admins: Vec<_> = callers().into_iter().filter(is_admin).collect();
    let strange = matrix.rows(&strange_requests(), &admins).await;

    let table = format!(
        "What each request to the control plane is answered, by who sends it. Made by control-plane/tests/refusals.\n\
         \n# Every route and some that are none, by every method\n{}\n# Somebody else's ids, for an admin of the workspace and for one of the project\n{}",
        table::text(&anybody),
        table::text(&strange)
    );
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        std::fs::write(FILE, &table).unwrap();
    }
    let expected = std::fs::read_to_string(FILE).unwrap_or_default();
    assert!(
        table == expected,
        "the table has changed; look at the diff after UPDATE_EXPECTED=1 cargo test -p control-plane --test api refusals"
    );
}

#[tokio::test]
async fn what_is_somebody_elses_looks_like_what_is_not_there() {
    let matrix = Matrix::start().await;
    for caller in callers().iter().filter(|caller| ["admin", "admin, of the project"].contains(&&*caller.name)) {
        let (scene, credential) = Scene::set(&matrix.server, caller).await;
        let requests = strange_requests();
        let of = |whose| {
            requests.iter().filter(move |(place, _)| place.strange.is_some_and(|(_, strange)| strange == whose))
        };
        for ((theirs, method), (nobodys, _)) in of(Whose::OtherWorkspaces).zip(of(Whose::Nobodys)) {
            let mut answers = Vec::new();
            for place in [theirs, nobodys] {
                let body = place.body(method, &scene).map(|body| ("application/json", Bytes::from(body.to_string())));
                let path = place.path(&scene, &matrix.others);
                let answer = matrix.send(method, &path, &credential, body).await;
                let mut told = answer.json();
                told["requestId"] = Value::Null;
                answers.push((answer.status, told));
            }
            assert_eq!(answers[0], answers[1], "{}: {method} {}", caller.name, theirs.name());
            assert!(matches!(answers[0].0, 403 | 404), "{}: {method} {}", caller.name, theirs.name());
        }
    }
}
