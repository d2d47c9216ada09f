//! `cargo xtask bench`: what things cost, measured on this machine.

use crate::run::{cargo, run as run_command, say};
use crate::test::POSTGRES_URL;
use crate::tools;
use ::tests::{Fsync, Postgres};
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

/// Measures on both databases, and fails if something takes more than twice its time with many tokens.
pub(crate) fn run(options: &Options) -> Result<()> {
    ensure!(options.control_plane, "say what to measure: `--control-plane` is all there is yet");
    let bench = || cargo(&["bench", "--quiet", "-p", "control-plane", "--bench", "scale"]);
    say("measuring the control plane on SQLite");
    let on_sqlite = run_command(bench().env_remove(POSTGRES_URL));
    let bin = tools::postgres()?;
    say(&format!("measuring the control plane on Postgres ({})", bin.display()));
    let postgres = Postgres::start(&bin, Fsync::On)?;
    let on_postgres = run_command(bench().env(POSTGRES_URL, postgres.url("postgres")));
    on_sqlite.and(on_postgres)
}
