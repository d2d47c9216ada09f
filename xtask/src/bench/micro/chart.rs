//! How a decision grows with rules and with tokens, as the README shows it.

use super::figures::Figures;
use super::{Machine, Rules};
use crate::bench::write;
use anyhow::Result;
use plot::{Axis, Guide, LineChart, Series};
use std::path::Path;

/// What a line shows, and how its benchmark is found: by the number on the level axis.
type Line = (&'static str, fn(usize) -> (String, Rules));

/// Draws both charts into a folder.
pub(crate) fn draw(figures: &Figures, folder: &Path) -> Result<()> {
    let by_rules: [Line; 2] = [
        ("whole decision", |rules| ("decide/1".into(), Rules::Many(rules))),
        ("match route", |rules| ("route".into(), Rules::Many(rules))),
    ];
    let by_tokens: [Line; 2] = [
        ("whole decision", |tokens| (format!("decide/{tokens}"), Rules::Own)),
        ("decide by memory", |tokens| (format!("memory/{tokens}"), Rules::Own)),
    ];
    write(&chart(figures, "rules in the policy", [10, 100, 1_000], by_rules)?.svg()?, &folder.join("micro-rules.svg"))?;
    write(
        &chart(figures, "tokens that the isolate remembers", [1, 1_000, 100_000], by_tokens)?.svg()?,
        &folder.join("micro-tokens.svg"),
    )
}

fn chart(figures: &Figures, label: &str, sizes: [usize; 3], lines: [Line; 2]) -> Result<LineChart> {
    let mut series = Vec::new();
    for (words, benchmark) in lines {
        for machine in Machine::BOTH {
            let point = |size: usize| -> Result<(f64, f64)> {
                let (id, rules) = benchmark(size);
                Ok((size as f64, figures.times_bare(&id, rules, machine)?))
            };
            let points = sizes.into_iter().map(point).collect::<Result<_>>()?;
            series.push(Series { name: format!("{words}, {}", machine.name()), points });
        }
    }
    Ok(LineChart {
        x: Axis::log(label),
        y: Axis::linear("times the bare HMAC-SHA-256 of a token"),
        series,
        guides: vec![Guide { name: "bare hash".into(), y: 1.0 }],
    })
}
