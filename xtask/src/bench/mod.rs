//! `cargo xtask bench`: what things cost, measured on this machine.

mod control_plane;

use anyhow::{Result, ensure};
use clap::Args;

/// What is measured.
#[derive(Args)]
pub(crate) struct Options {
    /// Lists, creates, revocations and authentications with a million tokens in a workspace, compared with a thousand, on
    /// SQLite and on Postgres. Takes about six minutes and 3 GB of disk.
    #[arg(long)]
    control_plane: bool,
}

/// Measures what the flags name.
pub(crate) fn run(options: &Options) -> Result<()> {
    ensure!(options.control_plane, "say what to measure: `--control-plane` is all there is yet");
    control_plane::run()
}
