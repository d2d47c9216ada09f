//! Rounds: in each, every subject runs once between two runs of its baseline, in an order of its own.

use crate::load::Until;
use crate::subject::{Baseline, Subjects};
use anyhow::Result;
use fastrand::Rng;
use std::time::Duration;

/// What was measured of a subject, a number per round.
#[derive(Default, Clone)]
pub(crate) struct Figures {
    /// CPU time per request in microseconds.
    pub(crate) cpu_us: Vec<f64>,
    /// Answered requests per second.
    pub(crate) per_s: Vec<f64>,
    /// CPU time per request, divided by that of the baseline in the runs before and after.
    pub(crate) cpu_ratio: Vec<f64>,
    /// Requests per second, divided likewise.
    pub(crate) per_s_ratio: Vec<f64>,
}

/// One run.
#[derive(Clone, Copy)]
struct Run {
    cpu_us: f64,
    per_s: f64,
}

/// Measures every subject in so many rounds. Returns their figures in the subjects' order.
pub(crate) fn measure(subjects: &mut Subjects, rounds: usize, duration: Duration) -> Result<Vec<Figures>> {
    let mut figures = vec![Figures::default(); subjects.all.len()];
    let mut rng = Rng::with_seed(7);
    for round in 1..=rounds {
        eprintln!("==> round {round} of {rounds}");
        for baseline in [Baseline::PassThrough, Baseline::Static401] {
            // The baselines are the first two subjects, in this order.
            let baseline_index = baseline as usize;
            let of_baseline = |index: &usize| subjects.all[*index].baseline == baseline && *index != baseline_index;
            let mut order: Vec<usize> = (0..subjects.all.len()).filter(of_baseline).collect();
            rng.shuffle(&mut order);
            let mut before = run(subjects, baseline_index, duration)?;
            for index in order {
                let own = run(subjects, index, duration)?;
                let after = run(subjects, baseline_index, duration)?;
                let both =
                    Run { cpu_us: (before.cpu_us + after.cpu_us) / 2.0, per_s: (before.per_s + after.per_s) / 2.0 };
                figures[index].add(own, both);
                figures[baseline_index].add(after, before);
                before = after;
            }
        }
        subjects.check_cold()?;
    }
    Ok(figures)
}

fn run(subjects: &mut Subjects, index: usize, duration: Duration) -> Result<Run> {
    let (answered, cpu_time) = subjects.run(index, Until::Passed(duration))?;
    let answered = answered as f64;
    Ok(Run { cpu_us: cpu_time.as_secs_f64() * 1e6 / answered, per_s: answered / duration.as_secs_f64() })
}

impl Figures {
    fn add(&mut self, own: Run, baseline: Run) {
        self.cpu_us.push(own.cpu_us);
        self.per_s.push(own.per_s);
        self.cpu_ratio.push(own.cpu_us / baseline.cpu_us);
        self.per_s_ratio.push(own.per_s / baseline.per_s);
    }
}

/// The middle of some numbers, and their range.
#[derive(Clone, Copy, serde::Serialize)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) least: f64,
    pub(crate) most: f64,
}

impl Spread {
    pub(crate) fn of(numbers: &[f64]) -> Self {
        let mut sorted = numbers.to_vec();
        sorted.sort_by(f64::total_cmp);
        let at = |index: usize| sorted.get(index).copied().unwrap_or(f64::NAN);
        let (half, last) = (sorted.len() / 2, sorted.len().saturating_sub(1));
        let median = if sorted.len() % 2 == 1 { at(half) } else { (at(half.saturating_sub(1)) + at(half)) / 2.0 };
        Self { median, least: at(0), most: at(last) }
    }
}
