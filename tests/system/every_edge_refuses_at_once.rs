//! Three edges over one KV and one ledger: whatever changes, every edge knows it when the change is answered.
//!
//! Callers and admins work at the same time on about two hundred tokens, while KV is stale and lies and the
//! ledgers are evicted and killed. What they see is recorded, and the record is held against the promises.
//! `SEED=…` repeats what they do, not the order in which the machine lets them.

mod roster;
mod stage;

use fastrand::Rng;
use stage::{Stage, WORKSPACES};
use std::env;
use std::thread::{self, sleep};
use std::time::Duration;
use tests::{Edges, EdgesConfig, Fault, Finding, Recorder};

const EDGES: usize = 3;
const TOKENS: usize = 200;
const CALLERS: usize = 6;
const ADMINS: usize = 8;

pub fn through_faults_of_kv_and_ledger() {
    let seed = env::var("SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(|| fastrand::u64(..));
    println!("every_edge_refuses_at_once: SEED={seed}");
    let mut edges = start(seed);
    let stage = Stage::new(&edges, edges.clients());
    for _ in 0..3 {
        stage.revoke_after(|| evict_ledgers(&stage.recorder, &edges));
        stage.revoke_after(|| kill_ledgers(&stage.recorder, &mut edges));
    }
    stage.fill(TOKENS);
    play(&stage, seed, || break_things(&stage.recorder, &mut edges));
    edges.kv.heal();
    stage.expect_truth();
    let changes = stage.roster.to_string();
    let history = stage.history(&edges);
    let (faults, verdict) = (in_words(&history.faults), history.check());
    println!("every_edge_refuses_at_once: {EDGES} edges, {changes}; {faults}; {verdict}");
    assert_eq!(verdict.broken(), []);
}

/// A cache with a lifetime of seconds in front of each edge, which is what others do, is found to be late.
pub fn and_this_test_would_notice_one_that_does_not() {
    let edges = start(1);
    let stage = Stage::new(&edges, edges.remembering_clients());
    stage.fill(20);
    play(&stage, 1, || sleep(Duration::from_secs(5)));
    let verdict = stage.history(&edges).check();
    assert!(!verdict.of(Finding::Late).is_empty(), "edges that are seconds late were not noticed: {verdict}");
}

fn start(seed: u64) -> Edges {
    // What is false in KV names a workspace that exists, one that does not, or none.
    let lies = &["ws_test0", "ws_nobody", "garbage"];
    Edges::start(&EdgesConfig { count: EDGES, lease_ms: 1000, seed, lies }).expect("the edges start")
}

/// Callers and admins work for as long as something happens.
fn play(stage: &Stage, seed: u64, happen: impl FnOnce()) {
    let mut rng = Rng::with_seed(seed);
    thread::scope(|scope| {
        let _at_work = stage.at_work();
        for caller in 0..CALLERS {
            let rng = rng.fork();
            scope.spawn(move || stage.call(caller % EDGES, rng));
        }
        for admin in 0..ADMINS {
            let rng = rng.fork();
            scope.spawn(move || stage.administer(admin % WORKSPACES, rng));
        }
        happen();
    });
}

/// Everything breaks twice, with time to recover before the next.
fn break_things(recorder: &Recorder, edges: &mut Edges) {
    let calm = || sleep(Duration::from_secs(4));
    for _ in 0..2 {
        calm();
        evict_ledgers(recorder, edges);
        calm();
        kill_ledgers(recorder, edges);
        calm();
        fail_kv(recorder, edges);
    }
    calm();
}

fn evict_ledgers(recorder: &Recorder, edges: &Edges) {
    recorder.fault("evicted", || edges.ledgers.evict_ledgers().expect("evicted"));
}

/// The process of the ledgers dies and comes back; edges keep what they remember.
fn kill_ledgers(recorder: &Recorder, edges: &mut Edges) {
    recorder.fault("killed", || edges.ledgers.restart().expect("the ledgers come back"));
}

fn fail_kv(recorder: &Recorder, edges: &Edges) {
    recorder.fault("KV down", || {
        edges.kv.set_down(true);
        sleep(Duration::from_secs(1));
        edges.kv.set_down(false);
    });
}

fn in_words(faults: &[Fault]) -> String {
    let count = |what| faults.iter().filter(|fault| fault.what == what).count();
    format!(
        "ledgers evicted {} times and killed {} times, KV down {} times",
        count("evicted"),
        count("killed"),
        count("KV down")
    )
}
