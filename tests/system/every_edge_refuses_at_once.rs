//! Three edges over one KV and one ledger: whatever changes, every edge knows it when the change is answered.
//!
//! Callers and admins work at the same time on about two hundred tokens, while KV is stale and lies and the
//! ledgers are evicted and killed. What they see is recorded, and the record is held against the promises.
//! A seed decides what they do (`SEED=… ` repeats it), not in which order the machine lets them.

mod stage;

use fastrand::Rng;
use stage::{Stage, WORKSPACES};
use std::env;
use std::thread::{self, sleep};
use std::time::Duration;
use tests::{Edges, EdgesConfig, Finding};

const EDGES: usize = 3;
const TOKENS: usize = 200;
const CALLERS: usize = 6;
const ADMINS: usize = 8;

pub fn through_faults_of_kv_and_ledger() {
    let seed = env::var("SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(|| fastrand::u64(..));
    println!("every_edge_refuses_at_once: SEED={seed}");
    let mut edges = start(seed);
    let stage = Stage::new(&edges, edges.clients());
    stage.fill(TOKENS);
    play(&stage, seed, || break_things(&stage, &mut edges));
    edges.kv.heal();
    stage.expect_truth();
    let (changes, verdict) = stage.finish(&edges);
    println!("every_edge_refuses_at_once: {EDGES} edges; {changes}; {verdict}");
    assert_eq!(verdict.broken(), []);
}

/// A cache with a lifetime of seconds in front of each edge, which is what others do, is found to be late.
pub fn and_this_test_would_notice_one_that_does_not() {
    let edges = start(1);
    let stage = Stage::new(&edges, edges.remembering_clients());
    stage.fill(20);
    play(&stage, 1, || sleep(Duration::from_secs(5)));
    let (_, verdict) = stage.finish(&edges);
    assert!(!verdict.of(Finding::Late).is_empty(), "edges that are seconds late were not noticed");
}

fn start(seed: u64) -> Edges {
    // A false view names another workspace that exists, one that does not, or none.
    let lies = &["ws_test0", "ws_nobody", "garbage"];
    Edges::start(&EdgesConfig { count: EDGES, lease_ms: 1000, seed, lies }).expect("the edges start")
}

/// Callers and admins are at work until `happening` is over.
fn play(stage: &Stage, seed: u64, happening: impl FnOnce()) {
    let mut rng = Rng::with_seed(seed);
    thread::scope(|scope| {
        for caller in 0..CALLERS {
            let rng = rng.fork();
            scope.spawn(move || stage.call(caller % EDGES, rng));
        }
        for admin in 0..ADMINS {
            let rng = rng.fork();
            scope.spawn(move || stage.administer(admin % WORKSPACES, rng));
        }
        happening();
        stage.end();
    });
}

/// Each fault happens amid traffic, with time to recover before the next.
fn break_things(stage: &Stage, edges: &mut Edges) {
    let calm = || sleep(Duration::from_secs(5));
    for _ in 0..2 {
        calm();
        stage.evict_ledgers(edges);
        calm();
        stage.kill_ledgers(edges);
        calm();
        stage.fail_kv(edges);
    }
    calm();
}
