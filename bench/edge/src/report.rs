//! What was measured, for people and for machines.

use crate::measure::{Figures, Spread};
use crate::subject::{Baseline, Subject};
use anyhow::{Context, Result};
use serde::Serialize;
use std::fs;
use std::path::Path;

/// A line of the table.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Line {
    subject: String,
    baseline: &'static str,
    cpu_us: Spread,
    requests_per_s: Spread,
    cpu_to_baseline: Spread,
    requests_per_s_to_baseline: Spread,
    cpu_to_js_authorizer: Spread,
}

/// The figures as medians with ranges.
pub(crate) fn lines(subjects: &[Subject], figures: &[Figures]) -> Vec<Line> {
    let line = |(subject, own): (&Subject, &Figures)| {
        let same = |other: &&Subject| other.baseline == subject.baseline && other.name.starts_with("JS authorizer");
        let js = subjects.iter().position(|other| same(&other)).map(|index| &figures[index].cpu_ratio);
        let to_js: Vec<_> = own.cpu_ratio.iter().zip(js.into_iter().flatten()).map(|(own, js)| own / js).collect();
        Line {
            subject: subject.name.clone(),
            baseline: baseline_name(subject.baseline),
            cpu_us: Spread::of(&own.cpu_us),
            requests_per_s: Spread::of(&own.per_s),
            cpu_to_baseline: Spread::of(&own.cpu_ratio),
            requests_per_s_to_baseline: Spread::of(&own.per_s_ratio),
            cpu_to_js_authorizer: Spread::of(&to_js),
        }
    };
    subjects.iter().zip(figures).map(line).collect()
}

/// Prints a table per baseline.
pub(crate) fn print(lines: &[Line]) {
    for baseline in [Baseline::PassThrough, Baseline::Static401].map(baseline_name) {
        println!(
            "\n{:<36} {:>24} {:>20} {:>8} {:>6} {:>20}",
            format!("median (range), against {baseline}"),
            "CPU × baseline",
            "CPU µs/request",
            "req/s",
            "×",
            "CPU × JS authorizer"
        );
        for line in lines.iter().filter(|line| line.baseline == baseline) {
            println!(
                "{:<36} {:>24} {:>20} {:>8.0} {:>6.2} {:>20}",
                line.subject,
                shown(line.cpu_to_baseline, 2),
                shown(line.cpu_us, 1),
                line.requests_per_s.median,
                line.requests_per_s_to_baseline.median,
                shown(line.cpu_to_js_authorizer, 2)
            );
        }
    }
}

/// Writes the lines as JSON.
pub(crate) fn write_json(path: &Path, lines: &[Line]) -> Result<()> {
    fs::write(path, serde_json::to_string_pretty(lines)? + "\n")
        .with_context(|| format!("{} cannot be written", path.display()))
}

fn shown(spread: Spread, digits: usize) -> String {
    let Spread { median, least, most } = spread;
    format!("{median:.digits$} ({least:.digits$}–{most:.digits$})")
}

fn baseline_name(baseline: Baseline) -> &'static str {
    match baseline {
        Baseline::PassThrough => "bare pass-through",
        Baseline::Static401 => "static 401",
    }
}
