//! What was measured, round by round.

use super::{Machine, ROUNDS, Rules};
use anyhow::{Context, Result};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The benchmark that all are compared with.
pub(crate) const BARE: &str = "bare/hmac";

/// The median time of each benchmark in each round, in nanoseconds.
#[derive(Default)]
pub(crate) struct Figures(BTreeMap<(String, Rules, Machine), Vec<f64>>);

/// A time over all rounds, in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Time {
    pub(crate) least: f64,
    /// A quarter of the rounds took at most this. It is what the benchmark counts for, since whatever else the machine
    /// does only adds time, to some rounds much of it.
    pub(crate) quartile: f64,
    pub(crate) median: f64,
}

impl Figures {
    /// Takes in the medians that criterion has left in a folder.
    pub(super) fn add(&mut self, machine: Machine, rules: Rules, folder: &Path) -> Result<()> {
        let mut medians = BTreeMap::new();
        read(folder, &mut medians)?;
        for (id, ns) in medians {
            self.0.entry((id, rules, machine)).or_default().push(ns);
        }
        Ok(())
    }

    /// How long it takes.
    pub(super) fn time(&self, id: &str, rules: Rules, machine: Machine) -> Result<Time> {
        let rounds = self.0.get(&(id.to_owned(), rules, machine));
        rounds.and_then(|rounds| Time::of(rounds)).with_context(|| format!("{id} was not measured with {rules:?}"))
    }

    /// How many times the bare hash that is, as measured in the same rounds.
    pub(super) fn times_bare(&self, id: &str, rules: Rules, machine: Machine) -> Result<f64> {
        Ok(self.time(id, rules, machine)?.quartile / self.time(BARE, rules, machine)?.quartile)
    }

    /// Everything, for machines.
    pub(super) fn to_json(&self) -> Result<Value> {
        let benchmark = |(id, rules, machine): &(String, Rules, Machine)| {
            let Time { least, quartile, median } = self.time(id, *rules, *machine)?;
            Ok(json!({
                "benchmark": id,
                "rules": match rules { Rules::Own => json!("policy.toml"), Rules::Many(count) => json!(count) },
                "machine": machine.name(),
                "ns": { "least": least, "quartile": quartile, "median": median },
                "timesBare": self.times_bare(id, *rules, *machine)?,
            }))
        };
        let benchmarks = self.0.keys().map(benchmark).collect::<Result<Vec<_>>>()?;
        Ok(json!({ "bare": BARE, "rounds": ROUNDS, "benchmarks": benchmarks }))
    }
}

impl Time {
    fn of(rounds: &[f64]) -> Option<Self> {
        let mut sorted = rounds.to_vec();
        sorted.sort_by(f64::total_cmp);
        let at = |quarters: usize| sorted.get(sorted.len().checked_sub(1)? * quarters / 4).copied();
        Some(Self { least: at(0)?, quartile: at(1)?, median: at(2)? })
    }
}

/// Criterion keeps a folder for each benchmark, or for each of a group in the group's; in it, `new` is the last run.
fn read(folder: &Path, medians: &mut BTreeMap<String, f64>) -> Result<()> {
    let run = folder.join("new");
    if run.is_dir() {
        let (benchmark, estimates) = (json_file(&run.join("benchmark.json"))?, json_file(&run.join("estimates.json"))?);
        let id = benchmark["full_id"].as_str().context("criterion's benchmark has no full_id")?;
        let ns = estimates["median"]["point_estimate"].as_f64().context("criterion's estimates have no median")?;
        medians.insert(id.into(), ns);
        return Ok(());
    }
    for entry in fs::read_dir(folder)?.flatten().filter(|entry| entry.path().is_dir()) {
        read(&entry.path(), medians)?;
    }
    Ok(())
}

fn json_file(file: &Path) -> Result<Value> {
    let text = fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    Ok(serde_json::from_str(&text)?)
}

#[cfg(test)]
mod tests {
    use super::Time;

    #[test]
    fn a_quarter_of_the_rounds_take_at_most_the_quartile() {
        let time = Time::of(&[5.0, 1.0, 3.0, 2.0, 4.0]);
        assert_eq!(time, Some(Time { least: 1.0, quartile: 2.0, median: 3.0 }));
        assert_eq!(Time::of(&[]), None);
    }
}
