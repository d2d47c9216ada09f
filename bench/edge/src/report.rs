//! What was measured, for people and for machines.

use crate::measure::{Figures, Spread};
use crate::plan::{BASELINES, Plan};
use anyhow::{Context, Result};
use serde::Serialize;
use std::fs;
use std::path::Path;

/// A line of the table.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Line {
    subject: &'static str,
    baseline: &'static str,
    cpu_us: Spread,
    requests_per_s: Spread,
    cpu_to_baseline: Spread,
    requests_per_s_to_baseline: Spread,
    #[serde(skip_serializing_if = "Option::is_none")]
    cpu_to_js_authorizer: Option<Spread>,
}

impl Line {
    /// The figures of a subject as medians with quartiles.
    pub(crate) fn new(plan: &Plan, figures: &Figures) -> Option<Self> {
        Some(Self {
            subject: plan.name,
            baseline: plan.baseline_name(),
            cpu_us: Spread::of(&figures.cpu_us)?,
            requests_per_s: Spread::of(&figures.per_s)?,
            cpu_to_baseline: Spread::of(&figures.cpu_ratio)?,
            requests_per_s_to_baseline: Spread::of(&figures.per_s_ratio)?,
            cpu_to_js_authorizer: Spread::of(&figures.cpu_to_authorizer),
        })
    }
}

/// Prints a table per baseline.
pub(crate) fn print(lines: &[Line], rounds: usize) {
    println!("\nmedians of {rounds} rounds (quartiles)");
    for baseline in BASELINES.map(|plan| plan.name) {
        let lines: Vec<_> = lines.iter().filter(|line| line.baseline == baseline).collect();
        if !lines.is_empty() {
            print_table(baseline, &lines);
        }
    }
}

fn print_table(baseline: &str, lines: &[&Line]) {
    let (cpu, authorizer) = ("CPU × baseline", "CPU × JS authorizer");
    println!("\nbaseline: {baseline}");
    println!("{:<34} {cpu:>18} {authorizer:>19} {:>13} {:>10} {:>7}", "", "CPU µs/request", "requests/s", "×");
    for line in lines {
        println!(
            "{:<34} {:>18} {:>19} {:>14.0} {:>10.0} {:>7.2}",
            line.subject,
            shown(&line.cpu_to_baseline),
            line.cpu_to_js_authorizer.as_ref().map(shown).unwrap_or_default(),
            line.cpu_us.median,
            line.requests_per_s.median,
            line.requests_per_s_to_baseline.median,
        );
    }
}

/// Writes the lines as JSON.
pub(crate) fn write_json(path: &Path, lines: &[Line]) -> Result<()> {
    fs::write(path, serde_json::to_string_pretty(lines)? + "\n")
        .with_context(|| format!("{} cannot be written", path.display()))
}

fn shown(spread: &Spread) -> String {
    let Spread { lower_quartile, median, upper_quartile } = spread;
    format!("{median:.2} ({lower_quartile:.2}–{upper_quartile:.2})")
}
