//! What must be true of every simulated world, and a few small ones whose numbers are known.

use shared::limits::{LEASE_MS_MAX, RENEWALS_PER_S, margin_ms};
use simulation::cost::Usage;
use simulation::{Outcome, Settings, Shape, run};

/// A small world, in which nobody is old.
fn small() -> Settings {
    let world = Shape { locations: 40, workspaces: 20, tokens: 5, isolate_life_s: 60.0, ..Shape::default() };
    Settings { world, requests_per_s: 2_000.0, warm_up_s: 10.0, duration_s: 10.0, ..Settings::default() }
}

#[expect(clippy::expect_used, reason = "it is for tests")]
fn outcome(settings: &Settings) -> Outcome {
    run(settings).expect("a world")
}

#[test]
fn the_same_seed_gives_the_same_numbers_and_another_gives_others() {
    let first = outcome(&small());
    assert_eq!(outcome(&small()), first);
    let other = Settings { world: Shape { seed: 2, ..small().world }, ..small() };
    assert_ne!(outcome(&other), first);
}

#[test]
fn every_request_is_decided() {
    for lease_ms in [0, 100, 1_000] {
        let outcome = outcome(&Settings { lease_ms, ..small() });
        assert_eq!(outcome.decided.iter().sum::<u64>(), outcome.usage.requests, "with a lease of {lease_ms} ms");
        assert!(outcome.usage.requests > 15_000, "{}", outcome.usage.requests);
    }
}

/// Twice: before the origin and after it. Some find an answer that others asked for while they waited.
#[test]
fn without_leases_every_request_waits_for_a_ledger() {
    let world = Shape { isolate_life_s: 1e9, revocations_per_s: 1e-3, ..small().world };
    let settings = Settings { lease_ms: 0, requests_per_s: 20.0, world, ..small() };
    let outcome = outcome(&settings);
    assert_eq!(outcome.waited_part, 1.0);
    let asks = outcome.renewals_per_s * settings.duration_s / outcome.usage.requests as f64;
    assert!((1.8..=2.1).contains(&asks), "{asks} calls of ledgers per request");
}

#[test]
fn a_revocation_waits_for_the_longest_lease_its_margin_and_the_way() {
    for lease_ms in [0, 500, 5_000] {
        let outcome = outcome(&Settings { lease_ms, ..small() });
        let longest_ms = outcome.longest_lease_ms.max(lease_ms);
        assert_eq!(longest_ms, lease_ms, "so few isolates make no load");
        // A write and a call of the object, and a long round trip. Without leases a window is waited for that an
        // instance before has left.
        let way_ms = 10.0 + 1.6 + 700.0;
        let waits_ms = (lease_ms + margin_ms(lease_ms)).max(2_000 + margin_ms(2_000)) as f64;
        assert!(outcome.revoked.max <= waits_ms + way_ms, "{:?} with a lease of {lease_ms} ms", outcome.revoked);
        assert!(outcome.revoked.p50 >= lease_ms as f64, "{:?} with a lease of {lease_ms} ms", outcome.revoked);
    }
}

/// One workspace, busy in this many isolates.
fn crowded(isolates: u32) -> Settings {
    let world =
        Shape { workspaces: 1, local: 0.0, isolate_requests_per_s: 5.0, revocations_per_s: 1e-3, ..Shape::default() };
    let requests_per_s = f64::from(isolates) * 5.0;
    Settings { world, requests_per_s, warm_up_s: 60.0, duration_s: 20.0, ..Settings::default() }
}

#[test]
fn leases_lengthen_until_a_ledger_is_asked_as_often_as_it_likes() {
    let outcome = outcome(&crowded(1_500));
    assert!(outcome.longest_lease_ms > 3_000 && outcome.longest_lease_ms < LEASE_MS_MAX, "{outcome:?}");
    assert!(outcome.busiest_second <= 2 * RENEWALS_PER_S, "{} in a second", outcome.busiest_second);
    assert_eq!(outcome.decided[2], 0, "nobody is told 503");
}

#[test]
fn requests_that_are_only_counted_change_nothing() {
    let exactly = Settings { world: Shape { exact: true, ..small().world }, ..small() };
    let (counted, exact) = (outcome(&small()), outcome(&exactly));
    for (name, of) in [
        ("renewals", (|outcome| outcome.renewals_per_s) as fn(&Outcome) -> f64),
        ("waits", |outcome| outcome.waited_part),
        ("reads of KV", |outcome| outcome.usage.kv_reads as f64),
        ("rows", |outcome| outcome.usage.rows_written as f64),
        ("revocations", |outcome| outcome.revoked.p99),
    ] {
        let ratio = of(&counted) / of(&exact);
        assert!((0.95..=1.05).contains(&ratio), "{name}: {} instead of {}", of(&counted), of(&exact));
    }
}

#[test]
fn a_bill_is_what_one_gets_by_hand() {
    let usage = Usage {
        requests: 2_000_000,
        kv_reads: 1_000_000,
        kv_writes: 100_000,
        object_calls: 400_000,
        object_us: 1_000_000_000,
        rows_read: 10_000_000,
        rows_written: 50_000,
    };
    // 0.60 + 0.4 of CPU × 0.02 + 0.50 + 0.50 + 0.06 + 128 GB-s × 12.50 / 1e6 + 0.01 + 0.05
    assert!((usage.dollars() - 1.7296).abs() < 1e-9, "{}", usage.dollars());
    assert!((Usage::with_kv_per_request(1_000_000).dollars() - 0.804).abs() < 1e-9);
}
