//! What was measured, round by round.

use super::{Machine, ROUNDS, Rules};
use anyhow::{Context, Result};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The benchmark that all are compared with.
pub(crate) const BARE: &str = "bare/hmac";

/// The figures of each benchmark.
#[derive(Default)]
pub(crate) struct Figures(BTreeMap<(String, Rules, Machine), Vec<Figure>>);

/// One benchmark in one round.
#[derive(Debug, Clone, Copy)]
struct Figure {
    /// Median time, in nanoseconds.
    ns: f64,
    /// How many times the bare hash of the same round that is.
    times_bare: f64,
}

/// Over all rounds: half of them lie between the quartiles.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Spread {
    pub(crate) lower: f64,
    pub(crate) median: f64,
    pub(crate) upper: f64,
}

impl Figures {
    /// Takes in the medians that criterion has left in a folder.
    pub(super) fn add(&mut self, machine: Machine, rules: Rules, folder: &Path) -> Result<()> {
        let mut medians = BTreeMap::new();
        read(folder, &mut medians)?;
        let bare_ns = *medians.get(BARE).with_context(|| format!("criterion did not measure {BARE}"))?;
        for (id, ns) in medians {
            self.0.entry((id, rules, machine)).or_default().push(Figure { ns, times_bare: ns / bare_ns });
        }
        Ok(())
    }

    /// Nanoseconds, over all rounds.
    pub(super) fn ns(&self, id: &str, rules: Rules, machine: Machine) -> Result<Spread> {
        self.spread(id, rules, machine, |figure| figure.ns)
    }

    /// Multiples of the bare hash, over all rounds.
    pub(super) fn times_bare(&self, id: &str, rules: Rules, machine: Machine) -> Result<Spread> {
        self.spread(id, rules, machine, |figure| figure.times_bare)
    }

    fn spread(&self, id: &str, rules: Rules, machine: Machine, value: fn(&Figure) -> f64) -> Result<Spread> {
        let figures = self.0.get(&(id.to_owned(), rules, machine));
        let figures = figures.with_context(|| format!("{id} was not measured with {rules:?}"))?;
        Spread::of(figures.iter().map(value).collect()).context("there was no round")
    }

    /// Everything, for machines.
    pub(super) fn to_json(&self) -> Value {
        let all = self.0.iter().filter_map(|((id, rules, machine), figures)| {
            let ns = Spread::of(figures.iter().map(|figure| figure.ns).collect())?;
            let times_bare = Spread::of(figures.iter().map(|figure| figure.times_bare).collect())?;
            Some(json!({
                "benchmark": id,
                "rules": match rules { Rules::Own => json!("policy.toml"), Rules::Many(count) => json!(count) },
                "machine": machine.name(),
                "ns": ns.to_json(),
                "timesBare": times_bare.to_json(),
            }))
        });
        json!({ "bare": BARE, "rounds": ROUNDS, "benchmarks": all.collect::<Vec<_>>() })
    }
}

impl Spread {
    fn of(mut values: Vec<f64>) -> Option<Self> {
        values.sort_by(f64::total_cmp);
        let at = |quarters: usize| values.get((values.len().checked_sub(1)?) * quarters / 4).copied();
        Some(Self { lower: at(1)?, median: at(2)?, upper: at(3)? })
    }

    fn to_json(self) -> Value {
        json!({ "lowerQuartile": self.lower, "median": self.median, "upperQuartile": self.upper })
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
    use super::Spread;

    #[test]
    fn half_of_the_rounds_lie_between_the_quartiles() {
        let spread = Spread::of(vec![5.0, 1.0, 3.0, 2.0, 4.0]);
        assert_eq!(spread, Some(Spread { lower: 2.0, median: 3.0, upper: 4.0 }));
        assert_eq!(Spread::of(Vec::new()), None);
    }
}
