//! `cargo xtask bench`: what things cost, measured on this machine.

mod control_plane;
mod edge;
mod micro;
mod peer;
mod policy;

use crate::run::say;
use anyhow::{Context, Result, ensure};
use clap::Args;
use serde_json::{Map, Value};
use std::fs;
use std::path::{Path, PathBuf};

/// What is measured.
#[derive(Args)]
pub(crate) struct Options {
    /// Lists, creates, revocations and authentications with a million tokens in a workspace, compared with a thousand, on
    /// SQLite and on Postgres. Takes about six minutes and 3 GB of disk.
    #[arg(long)]
    control_plane: bool,
    /// What a request costs at the edge, on raw workerd, beside references that do the same job. Takes about 25 minutes
    /// on an idle machine of two cores; anything else that runs on it spoils the figures.
    #[arg(long)]
    edge: bool,
    /// A decision and its parts, natively and in Wasm, next to the bare hash, with few and with many rules and tokens.
    /// Takes about ten minutes, half of which is building.
    #[arg(long)]
    micro: bool,
    /// What creating, checking, listing and revoking tokens costs the control plane on SQLite and on Postgres, beside
    /// better-auth with its API-key plugin. Takes about four minutes on an idle machine of two cores; anything else that runs
    /// on it spoils the figures. Linux only.
    #[arg(long)]
    peer: bool,
    /// Writes what `--edge`, `--micro` and `--peer` have measured into this file as JSON, too.
    #[arg(long)]
    json: Option<PathBuf>,
    /// Draws what `--edge` and `--micro` have measured into this folder, too; `docs` for the charts that README.md shows.
    #[arg(long)]
    plots: Option<PathBuf>,
}

/// Measures what the flags name.
pub(crate) fn run(options: &Options) -> Result<()> {
    let any = options.edge || options.micro || options.peer || options.control_plane;
    ensure!(any, "say what to measure: `--edge`, `--micro`, `--peer` or `--control-plane`");
    ensure!(options.plots.is_none() || options.edge || options.micro, "only `--edge` and `--micro` draw plots");
    let mut measured = Map::new();
    let mut verdict = Ok(());
    if options.edge {
        measured.insert("edge".into(), edge::run(options.plots.as_deref())?);
    }
    if options.micro {
        measured.insert("micro".into(), micro::run(options.plots.as_deref())?);
    }
    if options.peer {
        let (peer, is_good_enough) = peer::run()?;
        measured.insert("peer".into(), peer);
        verdict = is_good_enough;
    }
    if let Some(file) = &options.json {
        write(&format!("{:#}\n", Value::Object(measured)), file)?;
    }
    if options.control_plane {
        control_plane::run()?;
    }
    verdict
}

fn write(text: &str, file: &Path) -> Result<()> {
    fs::write(file, text).with_context(|| format!("{} cannot be written", file.display()))?;
    say(&format!("wrote {}", file.display()));
    Ok(())
}
