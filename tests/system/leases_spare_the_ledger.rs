//! A hot request makes no call: renewals are counted by the ledger itself. And a revocation waits for no more than
//! the leases that are out.

use crate::in_flight_answers_are_withheld::{now, revoke};
use shared::ledger::LedgerStatus;
use shared::limits::{LEASE_MS_DEFAULT, margin_ms};
use std::thread;
use std::time::Duration;
use tests::{Client, Workspace, World, send_signed};
use toml::{Table, Value};

const TRAFFIC: Duration = Duration::from_secs(12);

/// At most three renewals in two leases, whether a few requests come or as many as this machine can send.
pub fn whatever_the_rate(world: &World) {
    for (callers, pause_ms) in [(1, 50), (4, 0)] {
        let workspace = world.workspace();
        let (_, token) = workspace.token(&world.edge(), &["deploy"], None);
        let caller = world.edge().with_token(&token);
        let (before, started) = (status(world, &workspace), now());
        let requests: usize = thread::scope(|scope| {
            let callers: Vec<_> =
                (0..callers).map(|_| scope.spawn(|| send_for(TRAFFIC, pause_ms, &caller, &workspace))).collect();
            callers.into_iter().map(|caller| caller.join().expect("a caller")).sum()
        });
        let leases = started.elapsed().as_millis() as f64 / LEASE_MS_DEFAULT as f64;
        let renewals = status(world, &workspace).renewals - before.renewals;
        println!("{requests} requests, {renewals} renewals in {leases:.1} leases");
        assert!(renewals as f64 <= 1.5 * leases, "{renewals} renewals in {leases:.1} leases");
        assert!(requests as u64 > 2 * renewals, "{requests} requests, {renewals} renewals");
    }
}

/// Under traffic a revocation answers within lease, margin and a quarter of a second; the median, since this
/// machine does other things too.
pub fn and_a_revocation_waits_for_them_alone(world: &World) {
    let workspace = world.workspace();
    let (_, token) = workspace.token(&world.edge(), &["deploy"], None);
    let caller = world.edge().with_token(&token);
    let doomed = [0; 5].map(|_| workspace.token(&world.edge(), &["deploy"], None).0);
    let mut took = doomed.map(|id| {
        send_for(Duration::from_millis(500), 20, &caller, &workspace);
        let started = now();
        revoke(world, &workspace, &id);
        started.elapsed().as_millis() as u64
    });
    took.sort_unstable();
    let most_ms = LEASE_MS_DEFAULT + margin_ms(LEASE_MS_DEFAULT) + 250;
    println!("revocations under traffic took {took:?} ms");
    assert!(took[2] <= most_ms, "{took:?} ms");
}

/// `LEASE_MS=0`: every request asks, and no revocation waits.
pub fn and_none_are_given_if_none_are_wanted() {
    let world = World::start_with(|config| set_lease(config, "0")).expect("the world starts");
    let workspace = world.workspace();
    let (id, token) = workspace.token(&world.edge(), &["deploy"], None);
    let caller = world.edge().with_token(&token);
    let before = status(&world, &workspace).renewals;
    for _ in 0..10 {
        assert_eq!(caller.send("POST", &workspace.deployments()).status, 200);
    }
    // Each is decided when it arrives, and again before its answer is released.
    assert_eq!(status(&world, &workspace).renewals - before, 20);
    assert_eq!(status(&world, &workspace).wait_ms, 0);
    revoke(&world, &workspace, &id);
    assert_eq!(caller.send("POST", &workspace.deployments()).outcome(), "401 invalid-token");
}

pub fn and_no_other_length_is_accepted() {
    let world = World::start_with(|config| set_lease(config, "30001")).expect("the world starts");
    let (path, any) = ("/workspaces/ws_any/members", format!("sk_live_{}", "0".repeat(32)));
    assert_eq!(world.edge().with_token(&any).send("GET", path).outcome(), "503 authority-unavailable");
    world.log().expect("LEASE_MS must be a number of milliseconds from 0 to 30000.");
}

fn set_lease(config: &mut Table, lease_ms: &str) {
    let vars = config.get_mut("vars").and_then(Value::as_table_mut).expect("[vars]");
    vars.insert("LEASE_MS".into(), Value::from(lease_ms));
}

fn send_for(time: Duration, pause_ms: u64, caller: &Client, workspace: &Workspace) -> usize {
    let until = now() + time;
    let mut sent = 0;
    while now() < until {
        let answer = caller.send("POST", &workspace.deployments());
        assert_eq!(answer.status, 200, "{}", answer.text);
        sent += 1;
        thread::sleep(Duration::from_millis(pause_ms));
    }
    sent
}

pub fn status(world: &World, workspace: &Workspace) -> LedgerStatus {
    let path = format!("/_edge/ledgers/{}/status", workspace.id);
    let answer = send_signed(&world.edge.url(), &path, &(), &world.secrets);
    assert_eq!(answer.status(), 200);
    answer.json().expect("a status")
}
