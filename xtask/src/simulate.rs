//! `cargo xtask simulate`: what the system costs at any size, by simulation.

use crate::run::{cargo, run as run_command};
use anyhow::Result;
use clap::Args;

/// What is simulated.
#[derive(Args)]
#[command(disable_help_flag = true)]
pub(crate) struct Options {
    /// Goes to the simulation as it is; `--help` lists what it takes.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

/// Runs the simulation, with optimisations.
pub(crate) fn run(options: &Options) -> Result<()> {
    let mut simulation = cargo(&["run", "--quiet", "--release", "-p", "simulation", "--"]);
    run_command(simulation.args(&options.arguments))
}
