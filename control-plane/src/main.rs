//! The `control-plane` program.

use clap::Parser;
use control_plane::cli::Cli;
use control_plane::rate_limit::Limiting;
use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    control_plane::cli::run(Cli::parse(), Limiting::On).await
}
