//! The control plane beside a peer; `control-plane/benches/peer` says what is measured.

use crate::run::{cargo, root, run as run_command, say};
use crate::tools;
use ::tests::{Fsync, Postgres};
use anyhow::Result;
use serde_json::Value;
use std::fs;

/// Measures the control plane on both databases, and the peer. Returns what was measured, and whether it is good enough.
pub(super) fn run() -> Result<(Value, Result<()>)> {
    tools::check_prerequisites()?;
    let peer = tools::ensure_peer()?;
    let bin = tools::postgres()?;
    let postgres = Postgres::start(&bin, Fsync::On)?;
    let json = root().join("target/bench/peer.json");
    fs::create_dir_all(root().join("target/bench"))?;
    say("measuring the control plane beside better-auth (about four minutes, after building)");
    let mut measuring = cargo(&["bench", "--quiet", "-p", "control-plane", "--bench", "peer", "--"]);
    measuring.args(["--postgres", &postgres.url("postgres")]).arg("--node").arg(tools::node());
    // One that broke off has written nothing.
    let _ = fs::remove_file(&json);
    let verdict = run_command(measuring.arg("--peer").arg(peer).arg("--json").arg(&json));
    match fs::read_to_string(json) {
        Ok(measured) => Ok((serde_json::from_str(&measured)?, verdict)),
        Err(why) => verdict.and(Err(why.into())),
    }
}
