//! What a request costs at the edge, beside references that do the same job.

use super::{policy, write};
use crate::edge_build;
use crate::run::{cargo, command, root, run as run_command, run_quietly, say};
use anyhow::Result;
use plot::{Bar, BarChart};
use serde::Deserialize;
use serde_json::Value;
use std::fs;
use std::path::Path;

/// Rules of the edges that are built for this; see bench/edge/src/plan.rs.
const RULES: [usize; 3] = [10, 100, 1_000];

/// Builds edges and references, and measures them. Draws a chart into the folder. Returns what was measured.
pub(super) fn run(plots: Option<&Path>) -> Result<Value> {
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
    let measured: Value = serde_json::from_str(&fs::read_to_string(json)?)?;
    if let Some(folder) = plots {
        draw(&Vec::deserialize(&measured)?, &folder.join("edge.svg"))?;
    }
    Ok(measured)
}

/// What is drawn of a line of the table.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    subject: String,
    baseline: String,
    cpu_to_baseline: Spread,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Spread {
    lower_quartile: f64,
    median: f64,
    upper_quartile: f64,
}

/// Whose lines are drawn. Asking KV and ledgers takes so much longer that nothing else could be seen beside it.
const DRAWN: [&str; 2] = ["bare pass-through", "static 401"];

fn draw(lines: &[Line], file: &Path) -> Result<()> {
    let is_drawn = |line: &&Line| DRAWN.contains(&&*line.baseline) && !line.subject.contains("asks");
    let bar = |line: &Line| Bar {
        name: line.subject.clone(),
        value: line.cpu_to_baseline.median,
        range: (line.cpu_to_baseline.lower_quartile, line.cpu_to_baseline.upper_quartile),
        kind: usize::from(line.subject.starts_with("edge")),
    };
    let bars = lines.iter().filter(is_drawn).map(bar).collect();
    let label = "CPU per request, × bare pass-through or × static 401".into();
    write(&BarChart { label, bars, guides: vec![1.0] }.svg()?, file)
}

/// Each reference as one file, as `wrangler deploy` would make it.
fn bundle_references(into: &Path) -> Result<()> {
    let esbuild = root().join("node_modules/.bin/esbuild");
    let outdir = format!("--outdir={}", into.display());
    let options = ["--bundle", "--format=esm", "--minify", "--log-level=warning", &outdir];
    let sources = ["pass_through", "static_401", "header_edit", "authorizer", "hono"];
    let sources = sources.map(|name| format!("bench/edge/references/{name}.js"));
    let arguments: Vec<_> = options.into_iter().chain(sources.iter().map(String::as_str)).collect();
    run_quietly(&mut command(&esbuild.to_string_lossy(), &arguments)).map(drop)
}
