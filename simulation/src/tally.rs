//! What is counted.

use crate::cost::Usage;
use crate::platform::Us;
use serde::Serialize;

/// What is counted of a world, after its warm-up.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally {
    pub(crate) usage: Usage,
    /// Requests whose answer was released.
    pub(crate) released: u64,
    /// Requests that were refused, before or after the origin had answered.
    pub(crate) refused: u64,
    /// Requests that were told 503.
    pub(crate) unknown: u64,
    /// How long each request waited that waited.
    pub(crate) waited: Vec<Us>,
    /// How long each revocation took.
    pub(crate) revoked: Vec<Us>,
    /// The longest lease of the busiest workspace at the end, in milliseconds.
    pub(crate) longest_lease_ms: u64,
    /// How long requests would wait if each asked its ledger: a sample.
    pub(crate) round_trips: Vec<Us>,
}

/// A few numbers that stand for many, in milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Spread {
    /// Half are below.
    pub p50: f64,
    /// All but one in a hundred are below.
    pub p99: f64,
    /// The greatest.
    pub max: f64,
}

impl Spread {
    /// Of these times; zeros if there are none.
    #[must_use]
    pub fn of(mut times: Vec<Us>) -> Self {
        times.sort_unstable();
        let at = |share: f64| {
            let index = (times.len() as f64 * share).ceil() as usize;
            times.get(index.saturating_sub(1)).map_or(0.0, |time| *time as f64 / 1_000.0)
        };
        Self { p50: at(0.5), p99: at(0.99), max: at(1.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::Spread;

    #[test]
    fn a_spread_is_taken_by_rank() {
        let times = (1..=200).rev().map(|ms| ms * 1_000).collect();
        assert_eq!(Spread::of(times), Spread { p50: 100.0, p99: 198.0, max: 200.0 });
        assert_eq!(Spread::of(Vec::new()), Spread::default());
    }
}
