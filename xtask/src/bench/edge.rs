//! What a request costs at the edge, beside references that do the same job.

use super::policy;
use crate::edge_build;
use crate::run::{cargo, command, root, run as run_command, run_quietly, say};
use anyhow::Result;
use serde_json::Value;
use std::fs;
use std::path::Path;

/// Rules of the edges that are built for this; see bench/edge/src/subject.rs.
const RULES: [usize; 3] = [10, 100, 1_000];

/// Builds edges and references, and measures them. Returns what was measured.
pub(super) fn run() -> Result<Value> {
    let directory = root().join("target/bench");
    for rules in RULES {
        say(&format!("building the worker with {rules} rules"));
        edge_build::build(&directory.join(format!("rules-{rules}")), &policy::with_rules(rules)?)?;
    }
    edge_build::run()?;
    bundle_references(&directory.join("references"))?;
    let json = directory.join("edge.json");
    let measuring = ["run", "--quiet", "--profile", "measure", "-p", "edge-bench", "--"];
    let mut measuring = cargo(&measuring);
    measuring.arg("--edges").arg(&directory).arg("--references").arg(directory.join("references"));
    run_command(measuring.arg("--json").arg(&json))?;
    Ok(serde_json::from_str(&fs::read_to_string(json)?)?)
}

/// Each reference as one file, as `wrangler deploy` would make it.
fn bundle_references(into: &Path) -> Result<()> {
    let esbuild = root().join("node_modules/.bin/esbuild");
    let outdir = format!("--outdir={}", into.display());
    let options = ["--bundle", "--format=esm", "--minify", "--log-level=warning", &outdir];
    let sources = ["pass_through", "static_401", "authorizer", "hono"];
    let sources = sources.map(|name| format!("bench/edge/references/{name}.js"));
    let arguments: Vec<_> = options.into_iter().chain(sources.iter().map(String::as_str)).collect();
    run_quietly(&mut command(&esbuild.to_string_lossy(), &arguments)).map(drop)
}
