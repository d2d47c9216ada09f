//! What a request costs at the edge.
//!
//! Raw `workerd serve`, a process per program, alone on one core; callers, platform and KV on another. Each subject runs
//! between two runs of its baseline, so that what the machine does meanwhile falls on both; what counts are ratios.

mod load;
mod machine;
mod measure;
mod program;
mod report;
mod subject;
mod surroundings;
mod tokens;

use anyhow::Result;
use clap::Parser;
use std::path::PathBuf;
use std::time::Duration;

/// What a request costs at the edge; called by `cargo xtask bench`.
#[derive(Parser)]
struct Options {
    /// How often everything is measured.
    #[arg(long, default_value_t = 7)]
    rounds: usize,
    /// How long each run takes, in milliseconds.
    #[arg(long, default_value_t = 1_000)]
    run_ms: u64,
    /// Directory of the edges that were built with more or fewer rules.
    #[arg(long)]
    edges: PathBuf,
    /// Directory of the bundled references.
    #[arg(long)]
    references: PathBuf,
    /// File for what was measured, as JSON.
    #[arg(long)]
    json: Option<PathBuf>,
}

fn main() -> Result<()> {
    let options = Options::parse();
    machine::stay_on(machine::OTHERS)?;
    let mut subjects = subject::Subjects::start(&options.edges, &options.references)?;
    let figures = measure::measure(&mut subjects, options.rounds, Duration::from_millis(options.run_ms))?;
    let lines = report::lines(&subjects.all, &figures);
    report::print(&lines);
    options.json.iter().try_for_each(|path| report::write_json(path, &lines))
}
