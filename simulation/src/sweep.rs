//! Which worlds are run, side by side on every core.

use crate::run::{Outcome, run};
use crate::settings::{Settings, Shape};
use serde::Serialize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// Traffic at which leases are compared, in requests per second.
pub const COMPARED_AT: f64 = 100_000.0;

/// Leases that are compared there besides the others, in milliseconds.
const COMPARED_MS: [u64; 6] = [250, 500, 1_000, 2_000, 5_000, 10_000];

/// Traffic up to which worlds without leases are run, in requests per second: beyond, the busiest ledger is overloaded.
const WITHOUT_LEASES_UP_TO: f64 = 1_000.0;

/// Isolates that one workspace is busy in.
const ISOLATES: [usize; 9] = [30, 100, 300, 600, 1_000, 3_000, 6_000, 9_000, 13_000];

/// Requests for that workspace in each isolate, per second.
const PER_ISOLATE: f64 = 5.0;

const WARM_UP_S: f64 = 30.0;

/// A world and what it came to.
#[derive(Debug, Clone, Serialize)]
pub struct Ran {
    /// The world.
    pub settings: Settings,
    /// What it came to.
    pub outcome: Outcome,
}

/// Worlds of many workspaces: each traffic with each lease, and more leases at [`COMPARED_AT`].
#[must_use]
pub fn by_traffic(shape: &Shape, leases_ms: &[u64], requests_per_s: &[f64]) -> Vec<Settings> {
    let mut worlds: Vec<(u64, f64)> = Vec::new();
    for rate in requests_per_s {
        let compared = COMPARED_MS.iter().filter(|_| *rate == COMPARED_AT);
        let mut leases_ms: Vec<u64> = leases_ms.iter().chain(compared).copied().collect();
        leases_ms.sort_unstable();
        leases_ms.dedup();
        let runs = |lease_ms: &u64| *lease_ms > 0 || *rate <= WITHOUT_LEASES_UP_TO;
        worlds.extend(leases_ms.into_iter().filter(runs).map(|lease_ms| (lease_ms, *rate)));
    }
    let settings = |(lease_ms, requests_per_s)| Settings {
        world: shape.clone(),
        lease_ms,
        requests_per_s,
        warm_up_s: WARM_UP_S,
        duration_s: (2e6_f64 / requests_per_s).clamp(3.0, 60.0),
    };
    worlds.into_iter().map(settings).collect()
}

/// Worlds of one workspace that is busy in so many isolates.
#[must_use]
pub fn by_isolates(shape: &Shape, leases_ms: &[u64]) -> Vec<Settings> {
    let worlds = leases_ms.iter().filter(|lease_ms| **lease_ms > 0).flat_map(|lease_ms| {
        ISOLATES.map(|isolates| Settings {
            world: Shape {
                locations: shape.locations.min(isolates),
                workspaces: 1,
                local: 0.0,
                isolate_requests_per_s: PER_ISOLATE,
                isolates_max: usize::MAX,
                revocations_per_s: 0.01,
                ..shape.clone()
            },
            lease_ms: *lease_ms,
            requests_per_s: isolates as f64 * PER_ISOLATE,
            warm_up_s: 1.5 * WARM_UP_S,
            duration_s: WARM_UP_S,
        })
    });
    worlds.collect()
}

/// Runs worlds on every core, the largest first. Their order is kept; `tell` is told of each that is done.
///
/// # Errors
/// The first thing that was wrong with a world.
pub fn run_all(worlds: &[Settings], tell: impl Fn(&Settings) + Sync) -> Result<Vec<Ran>, String> {
    let mut order: Vec<usize> = (0..worlds.len()).collect();
    order.sort_by(|a, b| worlds[*b].requests_per_s.total_cmp(&worlds[*a].requests_per_s));
    let (next, results) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || {
        while let Some(index) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
            let settings = &worlds[*index];
            let outcome = run(settings).map_err(|why| why.to_string());
            tell(settings);
            let ran = outcome.map(|outcome| Ran { settings: settings.clone(), outcome });
            results.lock().unwrap_or_else(PoisonError::into_inner).push((*index, ran));
        }
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| (0..cores).for_each(|_| drop(scope.spawn(work))));
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, ran)| ran).collect()
}
