//! The control plane with few and with many tokens; `control-plane/benches/scale` says what is measured.

use crate::run::{cargo, run as run_command, say};
use crate::test::POSTGRES_URL;
use crate::tools;
use ::tests::{Fsync, Postgres};
use anyhow::Result;

/// Measures on both databases, and fails if something takes more than twice its time with many tokens.
pub(crate) fn run() -> Result<()> {
    let bench = || cargo(&["bench", "--quiet", "-p", "control-plane", "--bench", "scale"]);
    say("measuring the control plane on SQLite");
    let on_sqlite = run_command(bench().env_remove(POSTGRES_URL));
    let bin = tools::postgres()?;
    say(&format!("measuring the control plane on Postgres ({})", bin.display()));
    let postgres = Postgres::start(&bin, Fsync::On)?;
    let on_postgres = run_command(bench().env(POSTGRES_URL, postgres.url("postgres")));
    on_sqlite.and(on_postgres)
}
