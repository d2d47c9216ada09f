//! The repository's own commands; `cargo xtask --help` lists them.

mod bench;
mod browser;
mod check;
mod chromium;
mod dev;
mod edge_build;
mod run;
mod simulate;
mod test;
mod tools;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The repository's own commands")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Start control plane, edge and an echo origin on this machine, until Ctrl-C.
    Dev(dev::Options),
    /// Run every test, or those that the flags name.
    Test(test::Options),
    /// Take pictures of every page and dialog of the dashboard, in both themes and two widths, into target/screenshots.
    Screenshots,
    /// Measure what the flag names.
    Bench(bench::Options),
    /// Simulate the whole world, and print and draw what it costs.
    Simulate(simulate::Options),
    /// Format, lints, dependencies, policy, and whether the worker can be deployed.
    Check,
    /// Build the edge worker into build/.
    Build,
}

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Dev(options) => dev::run(&options),
        Command::Test(options) => test::run(&options),
        Command::Screenshots => browser::take_screenshots(),
        Command::Bench(options) => bench::run(&options),
        Command::Simulate(options) => simulate::run(&options),
        Command::Check => check::run(),
        Command::Build => edge_build::run(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("xtask: {why:#}");
            ExitCode::FAILURE
        }
    }
}
