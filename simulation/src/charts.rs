//! The results as charts.

use crate::cost::Usage;
use crate::platform::{KV_TTL, OBJECT_CALLS_PER_S};
use crate::sweep::{COMPARED_AT, Ran};
use crate::tally::Spread;
use plot::{Axis, Error, Guide, LineChart, Series};
use shared::limits::RENEWALS_PER_S;

/// A chart and the name of its file.
pub type Named = (&'static str, LineChart);

/// Every chart.
#[must_use]
pub fn charts(by_traffic: &[Ran], by_isolates: &[Ran]) -> [Named; 3] {
    [
        ("scale-revocation.svg", revocation(by_traffic)),
        ("scale-ledger.svg", ledger(by_isolates)),
        ("scale-cost.svg", cost(by_traffic)),
    ]
}

/// A chart as the text of its file.
///
/// # Errors
/// If it has nothing to show.
pub fn svg((name, chart): &Named) -> Result<String, String> {
    chart.svg().map_err(|why: Error| format!("{name}: {why}"))
}

fn revocation(worlds: &[Ran]) -> LineChart {
    let compared = || worlds.iter().filter(|ran| ran.settings.requests_per_s == COMPARED_AT);
    let series = |name: &str, of: fn(&Spread) -> f64| Series {
        name: name.into(),
        points: compared().map(|ran| (ran.settings.lease_ms as f64 / 1e3, of(&ran.outcome.revoked) / 1e3)).collect(),
    };
    LineChart {
        x: Axis::log("lease (LEASE_MS), in seconds"),
        y: Axis::log("from commit to refused everywhere, in seconds"),
        series: vec![
            series("longest", |spread| spread.max),
            series("99 of 100", |spread| spread.p99),
            series("median", |spread| spread.p50),
        ],
        guides: vec![Guide { name: "a cache of 60 s".into(), y: KV_TTL as f64 / 1e6 }],
    }
}

fn ledger(worlds: &[Ran]) -> LineChart {
    LineChart {
        x: Axis::log("isolates that the workspace is busy in"),
        y: Axis::log("renewals per second at its ledger"),
        series: by_lease(worlds, |ran| (ran.outcome.isolates as f64, ran.outcome.busiest_per_s)),
        guides: vec![
            Guide { name: "what an object can answer".into(), y: OBJECT_CALLS_PER_S as f64 },
            Guide { name: "leases lengthen from here".into(), y: RENEWALS_PER_S as f64 },
        ],
    }
}

fn cost(worlds: &[Ran]) -> LineChart {
    let other = |name: &str, usage: fn(u64) -> Usage| {
        let mut points: Vec<(f64, f64)> = worlds
            .iter()
            .map(|ran| (ran.settings.requests_per_s, usage(ran.outcome.usage.requests).dollars_per_million()))
            .collect();
        points.dedup_by_key(|point| point.0);
        Series { name: name.into(), points }
    };
    let mut series = by_lease(worlds, |ran| (ran.settings.requests_per_s, ran.outcome.dollars_per_million()));
    // A lease that was run at one traffic only is no line.
    series.retain(|series| series.points.len() > 1);
    series.push(other("an object per request", Usage::with_object_per_request));
    series.push(other("KV per request", Usage::with_kv_per_request));
    LineChart {
        x: Axis::log("requests per second, all workspaces"),
        y: Axis::log("dollars per million requests"),
        series,
        guides: Vec::new(),
    }
}

fn by_lease(worlds: &[Ran], point: impl Fn(&Ran) -> (f64, f64)) -> Vec<Series> {
    let mut leases_ms: Vec<u64> = worlds.iter().map(|ran| ran.settings.lease_ms).collect();
    leases_ms.sort_unstable();
    leases_ms.dedup();
    let series = |lease_ms| Series {
        name: if lease_ms == 0 { "no lease".into() } else { format!("lease {} s", lease_ms as f64 / 1e3) },
        points: worlds.iter().filter(|ran| ran.settings.lease_ms == lease_ms).map(&point).collect(),
    };
    leases_ms.into_iter().map(series).collect()
}
