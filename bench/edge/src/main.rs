//! What a request costs at the edge.
//!
//! Raw `workerd serve`, a process per program, alone on one core; callers, platform and KV on another. Each subject runs in
//! turn with its baseline, so that what the machine does meanwhile falls on both; what counts are ratios.

mod load;
mod machine;
mod measure;
mod plan;
mod program;
mod report;
mod subject;
mod surroundings;
mod tokens;

use anyhow::Result;
use clap::Parser;
use measure::{Effort, measure};
use plan::BASELINES;
use report::Line;
use std::path::PathBuf;
use std::time::Duration;
use subject::{Files, Subjects};

/// What a request costs at the edge; called by `cargo xtask bench`.
#[derive(Parser)]
struct Options {
    /// How often everything is measured.
    #[arg(long, default_value_t = 15)]
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
    /// Measures, beside the JS authorizer, only what has this in its name.
    #[arg(long, default_value = "")]
    only: String,
    /// File for what was measured, as JSON.
    #[arg(long)]
    json: Option<PathBuf>,
}

fn main() -> Result<()> {
    let options = Options::parse();
    machine::stay_on(machine::OTHERS)?;
    let files = Files { edges: options.edges, references: options.references };
    let mut subjects = Subjects::start(files, &options.only)?;
    let effort = Effort { rounds: options.rounds, run: Duration::from_millis(options.run_ms) };
    let mut lines = Vec::new();
    for index in 0..subjects.all.len() {
        let plan = subjects.all[index].plan;
        if !BASELINES.contains(&plan) {
            lines.extend(Line::new(&plan, &measure(&mut subjects, index, effort)?));
        }
    }
    report::print(&lines, effort.rounds);
    options.json.iter().try_for_each(|path| report::write_json(path, &lines))
}
