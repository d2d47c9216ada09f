//! Runs the simulation: one seed and what happens in it, or very many.

use clap::Parser;
use proof::{Coverage, Replay, Run, Violation, without};
use shared::safeguard::Safeguard;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// After how many violations no more seeds are run.
const VIOLATIONS_MAX: usize = 10;

/// How often the progress is shown.
const PROGRESS: Duration = Duration::from_millis(500);

/// Runs the revocation protocol through crashes, delays and wrong clocks, and looks for a late admission.
#[derive(Debug, Parser)]
struct Arguments {
    /// Run this seed and print what happens.
    #[arg(long, value_name = "N", conflicts_with = "seeds")]
    seed: Option<u64>,
    /// Run so many seeds.
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    seeds: u64,
    /// The first of them.
    #[arg(long, value_name = "N", default_value_t = 0)]
    from: u64,
    /// With --seed: leave out whatever a violation does not need.
    #[arg(long)]
    minimise: bool,
    /// Run machines that lack this safeguard, for example `WaitAgain`.
    #[arg(long, value_name = "SAFEGUARD", value_parser = safeguard)]
    without: Option<Safeguard>,
    /// Let clocks leap by up to so many milliseconds: beyond what is assumed of them.
    #[arg(long, value_name = "MS", default_value_t = 0)]
    leap_ms: i64,
}

fn safeguard(name: &str) -> Result<Safeguard, String> {
    let names = || Safeguard::ALL.map(|safeguard| format!("{safeguard:?}")).join(", ");
    let found = Safeguard::ALL.into_iter().find(|safeguard| format!("{safeguard:?}") == name);
    found.ok_or_else(|| format!("expected one of {}", names()))
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let violated = match arguments.seed {
        Some(seed) => show(seed, &arguments),
        None => search(&arguments),
    };
    // Fails only if nobody reads.
    violated.map_or(ExitCode::FAILURE, |violated| if violated { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Prints what happens in the run of a seed.
fn show(seed: u64, arguments: &Arguments) -> io::Result<bool> {
    let missing = arguments.without;
    let (outcome, mut script) = without(missing, Run { seed, leap_max_ms: arguments.leap_ms });
    if arguments.minimise && outcome.violation.is_some() {
        script = script.minimised(missing);
    }
    let outcome = without(missing, Replay { script: &script, traced: true });
    let said = outcome.violation.as_ref().map_or_else(|| "no violation".into(), ToString::to_string);
    writeln!(io::stdout().lock(), "{}seed {seed}: {said}\n{}", outcome.trace, outcome.coverage)?;
    Ok(outcome.violation.is_some())
}

/// What the runs so far came to.
#[derive(Debug, Default)]
struct Total {
    seeds: u64,
    coverage: Coverage,
    violations: Vec<(u64, Violation)>,
}

/// Runs seeds on every core.
#[expect(clippy::disallowed_methods, reason = "a tool may tell how long it took")]
fn search(arguments: &Arguments) -> io::Result<bool> {
    let (start, next, total) = (Instant::now(), AtomicU64::new(0), Mutex::new(Total::default()));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(|| work(arguments, &next, &total))).collect();
        while !workers.iter().all(|worker| worker.is_finished()) {
            std::thread::sleep(PROGRESS.min(Duration::from_millis(20) + start.elapsed() / 4));
            show_progress(&lock(&total), arguments.seeds, start.elapsed());
        }
    });
    let total = lock(&total);
    let mut out = io::stdout().lock();
    for (seed, violation) in &total.violations {
        writeln!(out, "seed {seed}: {violation}")?;
    }
    let (seeds, violations) = (total.seeds, total.violations.len());
    let seconds = start.elapsed().as_secs_f64();
    writeln!(out, "{seeds} seeds, {violations} violations, {seconds:.1} s, {}", total.coverage)?;
    Ok(violations > 0)
}

fn work(arguments: &Arguments, next: &AtomicU64, total: &Mutex<Total>) {
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= arguments.seeds || lock(total).violations.len() >= VIOLATIONS_MAX {
            return;
        }
        let seed = arguments.from + number;
        let (outcome, _) = without(arguments.without, Run { seed, leap_max_ms: arguments.leap_ms });
        let mut total = lock(total);
        total.seeds += 1;
        total.coverage += outcome.coverage;
        total.violations.extend(outcome.violation.map(|violation| (seed, violation)));
    }
}

fn show_progress(total: &Total, seeds: u64, elapsed: Duration) {
    let mut err = io::stderr().lock();
    if err.is_terminal() {
        let line = format!(
            "{} of {seeds} seeds, {} violations, {:.0} s",
            total.seeds,
            total.violations.len(),
            elapsed.as_secs_f64()
        );
        // Nobody misses a progress line.
        let _ =
            write!(err, "\r{line}\x1b[K{}", if total.seeds >= seeds { "\n" } else { "" }).and_then(|()| err.flush());
    }
}

/// Every critical section is a single step, so a poisoned lock still holds sound data.
fn lock(total: &Mutex<Total>) -> std::sync::MutexGuard<'_, Total> {
    total.lock().unwrap_or_else(PoisonError::into_inner)
}
