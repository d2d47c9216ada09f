//! The control plane as a process of its own: this program, called by another name.

use control_plane::cli;
use control_plane::rate_limit::Limiting;
use std::env;
use std::process::ExitCode;
use tokio::process::Command;

/// With this argument this program is the control plane.
const SERVE: &str = "serve";

/// Whether this process is to be the control plane.
pub(crate) fn is_wanted() -> bool {
    env::args().nth(1).as_deref() == Some(SERVE)
}

/// Serves without rate limits, and like the program in everything else.
pub(crate) async fn serve() -> ExitCode {
    cli::run(clap::Parser::parse(), Limiting::Off).await
}

/// What starts the control plane, once [`SERVE`] is added.
pub(crate) fn command() -> Command {
    Command::new(env::current_exe().unwrap())
}
