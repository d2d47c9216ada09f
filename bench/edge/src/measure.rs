//! Runs: each subject runs in turn with what it is compared with, round by round, in an order of its own each time.
//!
//! Only these few are busy at a time, and each of them runs unmeasured for a moment before it is measured: a process that
//! has slept for longer than another has lost more of its caches, and its heap has shrunk.

use crate::load::Until;
use crate::plan::{AUTHORIZER, Plan};
use crate::subject::Subjects;
use anyhow::{Context, Result};
use fastrand::Rng;
use std::time::Duration;

/// What was measured of a subject, a number per round.
#[derive(Default)]
pub(crate) struct Figures {
    /// CPU time per request in microseconds.
    pub(crate) cpu_us: Vec<f64>,
    /// Answered requests per second.
    pub(crate) per_s: Vec<f64>,
    /// CPU time per request, divided by that of the baseline in the same round.
    pub(crate) cpu_ratio: Vec<f64>,
    /// Requests per second, divided likewise.
    pub(crate) per_s_ratio: Vec<f64>,
    /// CPU time per request, divided by that of the JavaScript that does the same job.
    pub(crate) cpu_to_authorizer: Vec<f64>,
}

/// One run.
#[derive(Clone, Copy)]
struct Run {
    cpu_us: f64,
    per_s: f64,
}

/// How often and how long.
#[derive(Clone, Copy)]
pub(crate) struct Effort {
    /// Rounds of each subject.
    pub(crate) rounds: usize,
    /// Length of each run.
    pub(crate) run: Duration,
}

/// Measures a subject. `own` is its index.
pub(crate) fn measure(subjects: &mut Subjects, own: usize, effort: Effort) -> Result<Figures> {
    let plan = subjects.all[own].plan;
    eprintln!("==> measuring: {}", plan.name);
    let index_of = |is: &dyn Fn(&Plan) -> bool| subjects.all.iter().position(|subject| is(&subject.plan));
    let baseline = index_of(&|other| other.baseline == plan.baseline).context("no baseline")?;
    let authorizer = index_of(&|other| other.baseline == plan.baseline && other.server == AUTHORIZER);
    let mut figures = Figures::default();
    let mut rng = Rng::with_seed(7);
    for _ in 0..effort.rounds {
        let mut order = vec![baseline, own];
        order.extend(authorizer);
        order.sort_unstable();
        order.dedup();
        rng.shuffle(&mut order);
        let mut runs = Vec::new();
        for index in order {
            runs.push((index, run(subjects, index, effort.run)?));
        }
        let of = |wanted| runs.iter().find(|(index, _)| *index == wanted).map(|(_, run)| *run);
        figures.add(of(own).context("did not run")?, of(baseline).context("did not run")?, authorizer.and_then(of));
    }
    Ok(figures)
}

fn run(subjects: &mut Subjects, index: usize, duration: Duration) -> Result<Run> {
    subjects.run(index, Until::Passed(duration / 4))?;
    let (answered, cpu_time) = subjects.run(index, Until::Passed(duration))?;
    let answered = answered as f64;
    Ok(Run { cpu_us: cpu_time.as_secs_f64() * 1e6 / answered, per_s: answered / duration.as_secs_f64() })
}

impl Figures {
    fn add(&mut self, own: Run, baseline: Run, authorizer: Option<Run>) {
        self.cpu_us.push(own.cpu_us);
        self.per_s.push(own.per_s);
        self.cpu_ratio.push(own.cpu_us / baseline.cpu_us);
        self.per_s_ratio.push(own.per_s / baseline.per_s);
        self.cpu_to_authorizer.extend(authorizer.map(|authorizer| own.cpu_us / authorizer.cpu_us));
    }
}

/// The middle of some numbers, and what a quarter of them stay below and above: the range of all would tell most of what
/// else the machine did in the worst moments.
#[derive(Clone, Copy, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Spread {
    pub(crate) lower_quartile: f64,
    pub(crate) median: f64,
    pub(crate) upper_quartile: f64,
}

impl Spread {
    /// None of no numbers.
    pub(crate) fn of(numbers: &[f64]) -> Option<Self> {
        let mut sorted = numbers.to_vec();
        sorted.sort_by(f64::total_cmp);
        let last = sorted.len().saturating_sub(1) as f64;
        let at = |share: f64| sorted.get((share * last).round() as usize).copied();
        Some(Self { lower_quartile: at(0.25)?, median: at(0.5)?, upper_quartile: at(0.75)? })
    }
}
