//! One id names a request: in its answer, in every log, and at whoever it is passed on to.

use crate::in_flight_answers_are_withheld::revoke;
use std::thread;
use std::time::Duration;
use tests::{Answer, Workspace, World, wait_until};

/// What callers may send; 64 characters.
const PLAIN: &str = "Build-7_Build-7_Build-7_Build-7_Build-7_Build-7_Build-7_Build-7_";

pub fn that_of_its_caller_if_it_is_plain(world: &World) {
    let (workspace, sent) = (world.workspace(), Sent { id: Some(PLAIN), ray: Some("8f2a1c-TXL") });
    assert_eq!(at_the_platform(world, &workspace, sent), PLAIN);
    assert_eq!(at_the_control_plane(world, &workspace, sent), PLAIN);
    assert_eq!(in_a_refusal(world, sent), PLAIN);
    world.log().expect(PLAIN);
}

pub fn else_that_of_cloudflare(world: &World) {
    let workspace = world.workspace();
    let too_long = format!("{PLAIN}a");
    for id in [None, Some(""), Some("a b"), Some("a,b"), Some("é"), Some(&too_long)] {
        let sent = Sent { id, ray: Some("8f2a1c-TXL") };
        assert_eq!(at_the_platform(world, &workspace, sent), "8f2a1c-TXL", "{id:?}");
        assert_eq!(at_the_control_plane(world, &workspace, sent), "8f2a1c-TXL", "{id:?}");
        assert_eq!(in_a_refusal(world, sent), "8f2a1c-TXL", "{id:?}");
    }
}

/// Also when it is refused after the platform has heard of it.
pub fn else_a_fresh_one(world: &World) {
    let workspace = world.workspace();
    let sent = Sent { id: Some("a b"), ray: None };
    let fresh = [0; 2].map(|_| at_the_platform(world, &workspace, sent));
    assert!(fresh[0] != fresh[1] && fresh.iter().all(|id| id.len() == 36), "{fresh:?}");

    let (id, token) = workspace.token(&world.edge(), &["deploy"], None);
    let path = format!("{}?hold=named-{id}", workspace.deployments());
    thread::scope(|scope| {
        let held = scope.spawn(|| world.edge().with_token(&token).send("POST", &path));
        assert!(wait_until(Duration::from_secs(20), || world.origin.holds(&format!("named-{id}"))));
        revoke(world, &workspace, &id);
        world.origin.let_go(&format!("named-{id}"));
        let refused = held.join().expect("an answer");
        assert_eq!(refused.outcome(), "401 invalid-token");
        assert_eq!(refused.json()["requestId"], arrived(world, &path));
    });
}

/// What a request says of itself.
#[derive(Clone, Copy)]
struct Sent<'a> {
    id: Option<&'a str>,
    ray: Option<&'a str>,
}

fn send(world: &World, token: Option<&str>, path: &str, sent: Sent<'_>) -> Answer {
    let caller = token.map_or_else(|| world.edge(), |token| world.edge().with_token(token));
    let headers = [("x-request-id", sent.id), ("cf-ray", sent.ray)];
    let headers = headers.iter().filter_map(|(name, value)| Some((name, (*value)?)));
    Answer::of(headers.fold(caller.request("GET", path), |request, (name, value)| request.header(*name, value)))
}

fn at_the_platform(world: &World, workspace: &Workspace, sent: Sent<'_>) -> String {
    let path = workspace.path("/members");
    assert_eq!(send(world, Some(&workspace.admin), &path, sent).status, 200);
    arrived(world, &path)
}

/// The id of the last request for this that arrived at the platform.
fn arrived(world: &World, target: &str) -> String {
    let received = world.origin.received();
    let request = received.iter().rfind(|request| request.target == target).expect("a request");
    let ids: Vec<_> = request.headers.get_all("x-request-id").iter().collect();
    assert_eq!(ids.len(), 1, "{ids:?}");
    ids[0].to_str().expect("text").into()
}

/// It names what it was told in its answer.
fn at_the_control_plane(world: &World, workspace: &Workspace, sent: Sent<'_>) -> String {
    let answer = send(world, Some(&workspace.admin), &workspace.path("/access-tokens"), sent);
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.header("x-request-id").into()
}

fn in_a_refusal(world: &World, sent: Sent<'_>) -> String {
    let answer = send(world, None, "/workspaces/ws_any/members", sent);
    assert_eq!(answer.outcome(), "401 missing-credentials");
    assert_eq!(answer.json()["requestId"], answer.header("x-request-id"));
    answer.header("x-request-id").into()
}
