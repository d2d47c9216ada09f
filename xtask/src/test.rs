//! `cargo xtask test`: every test, and a last line that counts what ran.

use crate::browser::Browser;
use crate::edge_build;
use crate::run::{cargo, run as run_command, run_and_read, say};
use crate::tools;
use ::tests::{Fsync, Postgres};
use anyhow::{Result, ensure};
use clap::{ArgGroup, Args};

/// With it, the control plane's tests make each server a database of its own in this cluster.
pub(crate) const POSTGRES_URL: &str = "TEST_POSTGRES_URL";

/// Which tests run; none of the flags means all.
#[derive(Args, Default)]
#[command(group = ArgGroup::new("whole system").args(["e2e", "browser"]).multiple(true))]
pub(crate) struct Options {
    /// Tests that need nothing but Rust, on SQLite.
    #[arg(long)]
    unit: bool,
    /// Tests of the whole system, through `wrangler dev`.
    #[arg(long)]
    e2e: bool,
    /// Tests of the dashboard in Chromium, on the whole system. It is this machine's (`CHROMIUM` names another), else
    /// Debian's, which is installed where that can be done.
    #[arg(long)]
    browser: bool,
    /// Tests on Postgres: the control plane's once more, and those of the whole system that need it. The servers are
    /// temporary; their programs are this machine's, else npm's.
    #[arg(long)]
    postgres: bool,
    /// Only tests of the whole system or in the browser whose name contains this.
    #[arg(long, requires = "whole system")]
    name: Option<String>,
}

/// How many tests ran.
#[derive(Debug, Default, PartialEq, Eq)]
struct Count {
    passed: u64,
    failed: u64,
    ignored: u64,
}

/// Runs the tests and prints `N passed, N failed`. A test that is ignored has failed to run.
pub(crate) fn run(options: &Options) -> Result<()> {
    let all = !options.unit && !options.postgres && !options.e2e && !options.browser;
    let (mut count, mut sound) = (Count::default(), true);
    if all || options.unit {
        let packages = ["shared", "proof", "plot", "simulation", "control-plane", "cli", "xtask"]
            .into_iter()
            .flat_map(|name| ["-p", name]);
        let arguments: Vec<_> = ["test", "--no-fail-fast"].into_iter().chain(packages).collect();
        sound &= add(&mut count, cargo(&arguments).env_remove(POSTGRES_URL))?;
        sound &= add(&mut count, &mut cargo(&["test", "-p", "tests", "--lib"]))?;
    }
    if all || options.postgres {
        let bin = tools::postgres()?;
        say(&format!("the control plane's tests on Postgres ({})", bin.display()));
        let postgres = Postgres::start(&bin, Fsync::Off)?;
        let packages = ["test", "--no-fail-fast", "-p", "control-plane"];
        sound &= add(&mut count, cargo(&packages).env(POSTGRES_URL, postgres.url("postgres")))?;
    }
    if all || options.e2e || options.postgres {
        prepare_system()?;
        let name = if all || options.e2e { options.name.as_deref() } else { Some("postgres") };
        let arguments: Vec<_> = ["test", "-p", "tests", "--test", "system", "--"].into_iter().chain(name).collect();
        let mut tests = cargo(&arguments);
        tests.env("POSTGRES_BIN", tools::postgres()?).env("SCHEMATHESIS", tools::schemathesis()?);
        sound &= add(&mut count, &mut tests)?;
    }
    if all || options.browser {
        prepare_system()?;
        let browser = Browser::start()?;
        for project in ["tests", "stopping"] {
            let mut tests = browser.playwright(project);
            tests.arg("--pass-with-no-tests").args(options.name.iter().flat_map(|name| ["--grep", name]));
            sound &= add(&mut count, &mut tests)?;
            ensure!(!browser.is_stopped(), "stopped");
        }
    }
    println!("\n{} passed, {} failed", count.passed, count.failed);
    ensure!(count.ignored == 0, "{} tests were skipped; a test that cannot run here has failed", count.ignored);
    ensure!(sound && count.failed == 0, "tests failed");
    ensure!(count.passed > 0, "no test ran");
    Ok(())
}

/// Builds what the tests of the whole system start.
pub(crate) fn prepare_system() -> Result<()> {
    tools::check_prerequisites()?;
    edge_build::run()?;
    say("building the control plane and the command line");
    run_command(&mut cargo(&["build", "--quiet", "-p", "control-plane", "-p", "cli"]))
}

fn add(count: &mut Count, command: &mut std::process::Command) -> Result<bool> {
    let (text, succeeded) = run_and_read(command)?;
    for line in text.lines().filter_map(parse) {
        count.passed += line.passed;
        count.failed += line.failed;
        count.ignored += line.ignored;
    }
    Ok(succeeded)
}

/// Reads `test result: ok. 3 passed; 0 failed; 0 ignored; …`.
fn parse(line: &str) -> Option<Count> {
    let mut count = Count::default();
    for part in line.strip_prefix("test result: ")?.split([';', '.']) {
        let mut words = part.split_whitespace();
        let (number, what) = (words.next().and_then(|word| word.parse().ok()), words.next());
        match (number, what) {
            (Some(number), Some("passed")) => count.passed = number,
            (Some(number), Some("failed")) => count.failed = number,
            (Some(number), Some("ignored")) => count.ignored = number,
            _ => {}
        }
    }
    Some(count)
}

#[cfg(test)]
mod tests {
    use super::{Count, parse};

    #[test]
    fn a_result_line_is_counted() {
        let line = "test result: FAILED. 12 passed; 3 failed; 1 ignored; 0 measured; 4 filtered out; finished in 0.1s";
        assert_eq!(parse(line), Some(Count { passed: 12, failed: 3, ignored: 1 }));
        assert_eq!(parse("running 3 tests"), None);
    }
}
