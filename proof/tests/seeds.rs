//! The promise holds in every run that seeds draw, and a seed always draws the same run.

use proof::{Coverage, Outcome, Replay, Run, without};

/// How many seeds every build runs; `proof --seeds` runs more.
const SEEDS: u64 = 10_000;

#[test]
fn the_promise_holds_within_the_assumptions() {
    let runs = |half: u64| {
        let mut coverage = Coverage::default();
        for seed in (half * SEEDS / 2)..((half + 1) * SEEDS / 2) {
            let Outcome { violation, coverage: one, .. } = without(None, Run::of(seed)).0;
            assert_eq!(violation, None, "seed {seed}");
            coverage += one;
        }
        coverage
    };
    let other = std::thread::spawn(move || runs(1));
    let mut coverage = runs(0);
    coverage += other.join().expect("the other half holds, too");
    assert_nothing_is_vacuous(&coverage);
}

/// Whatever can happen has happened often.
fn assert_nothing_is_vacuous(coverage: &Coverage) {
    let text = coverage.to_string();
    println!("{text}");
    for counted in text.split(", ") {
        let count = counted.split(' ').next().and_then(|count| count.parse().ok()).unwrap_or(0_u64);
        assert!(count >= 100, "too rare to prove anything: {counted}");
    }
}

#[test]
fn a_seed_reproduces_a_run() {
    for seed in 0..50 {
        let (first, script) = without(None, Run::of(seed));
        let (second, _) = without(None, Run::of(seed));
        let traced = || without(None, Replay { script: &script, traced: true });
        let (third, fourth) = (traced(), traced());
        assert_eq!(first.coverage.to_string(), second.coverage.to_string(), "seed {seed}");
        assert_eq!(first.coverage.to_string(), third.coverage.to_string(), "seed {seed}");
        assert_eq!(third.trace.to_string(), fourth.trace.to_string(), "seed {seed}");
    }
}
