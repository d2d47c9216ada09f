//! What takes a minute to be seen: an idle workspace owes nobody a wait, a long stream is still watched, and uses
//! are reported although they cost no write.

use crate::in_flight_answers_are_withheld::{now, read_stream, revoke};
use crate::leases_spare_the_ledger::status;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;
use tests::{Workspace, World, wait_until};

/// Longer than a ledger remembers a lease, and than an isolate goes without reporting a token again.
const A_MINUTE: Duration = Duration::from_secs(63);

/// How late `lastUsedAt` may be.
const SEEN_WITHIN: Duration = Duration::from_secs(120);

pub fn idle_workspaces_long_streams_and_uses() {
    let world = &World::start();
    thread::scope(|scope| {
        scope.spawn(|| an_idle_workspace_revokes_at_once(world));
        scope.spawn(|| a_long_stream_is_cut(world));
        scope.spawn(|| a_use_is_seen(world));
    });
}

fn an_idle_workspace_revokes_at_once(world: &World) {
    let workspace = world.workspace();
    let (id, token) = workspace.token(&world.edge(), &["deploy"], None);
    let caller = world.edge().with_token(&token);
    assert_eq!(caller.send("POST", &workspace.deployments()).status, 200);
    assert!(status(world, &workspace).wait_ms > 0, "somebody remembers it");
    thread::sleep(A_MINUTE);
    assert_eq!(status(world, &workspace).wait_ms, 0);
    let started = now();
    revoke(world, &workspace, &id);
    println!("a revocation in a workspace that was idle for a minute took {} ms", started.elapsed().as_millis());
    assert_eq!(caller.send("POST", &workspace.deployments()).outcome(), "401 invalid-token");
}

fn a_long_stream_is_cut(world: &World) {
    let workspace = world.workspace();
    let (id, token) = workspace.token(&world.edge(), &["read"], None);
    let (caller, never) = (world.edge().with_token(&token), AtomicBool::new(false));
    let started = now();
    thread::scope(|scope| {
        let stream = scope.spawn(|| read_stream(caller, &workspace, &never));
        thread::sleep(A_MINUTE);
        revoke(world, &workspace, &id);
        let answered = now();
        let cut = stream.join().expect("a stream");
        assert!(cut.broken, "the body ended as if it were whole");
        assert!(cut.last_at - started >= A_MINUTE, "the stream ended early");
        let late = cut.last_at.saturating_duration_since(answered);
        println!("a stream of {} s was cut {} ms after the answer", A_MINUTE.as_secs(), late.as_millis());
        assert!(late < Duration::from_secs(2), "a chunk came {late:?} after the revocation was answered");
    });
}

/// Once when it is new to the edge, and once when it has been hot for a minute: then only a renewal tells.
fn a_use_is_seen(world: &World) {
    let workspace = world.workspace();
    let (id, token) = workspace.token(&world.edge(), &["deploy"], None);
    let (_, busy) = workspace.token(&world.edge(), &["deploy"], None);
    let use_of = |token: &str| {
        assert_eq!(world.edge().with_token(token).send("POST", &workspace.deployments()).status, 200);
    };
    assert_eq!(last_used(world, &workspace, &id), None);
    use_of(&token);
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        // Keeps the lease alive.
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                use_of(&busy);
                thread::sleep(Duration::from_millis(100));
            }
        });
        assert!(wait_until(SEEN_WITHIN, || last_used(world, &workspace, &id).is_some()), "the first use was not seen");
        let first = last_used(world, &workspace, &id);
        thread::sleep(A_MINUTE);
        use_of(&token);
        assert!(wait_until(SEEN_WITHIN, || last_used(world, &workspace, &id) > first), "the hot use was not seen");
        over.store(true, Ordering::Relaxed);
    });
}

fn last_used(world: &World, workspace: &Workspace, id: &str) -> Option<String> {
    let admin = world.direct().with_token(&workspace.admin);
    let view = admin.send("GET", &workspace.path(&format!("/access-tokens/{id}"))).json();
    view["lastUsedAt"].as_str().map(String::from)
}
