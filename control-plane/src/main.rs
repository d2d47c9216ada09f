//! The `control-plane` program.

use clap::Parser;
use control_plane::cli::Cli;
use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    control_plane::cli::run(Cli::parse()).await
}
