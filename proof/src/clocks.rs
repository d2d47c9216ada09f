//! True time, and what each machine's clock makes of it.

use shared::limits::{CLOCK_AGREEMENT_MS, CLOCK_STEP_MS, LEASE_MS_MAX};
use shared::timestamp::Timestamp;
use std::collections::VecDeque;

/// Over how long a clock's steps are added up, in milliseconds: longer than any right and the wait for it.
const BUDGET_INTERVAL_MS: u64 = 4 * LEASE_MS_MAX;

/// Any two machines agree within 30 s, so none is further than half of it from true time.
pub(crate) const OFFSET_MAX_MS: i64 = CLOCK_AGREEMENT_MS as i64 / 2;

/// One machine's clock.
#[derive(Debug, Clone)]
pub(crate) struct Clock {
    offset_ms: i64,
    /// Steps of the last while: when, and how far.
    steps: VecDeque<(u64, u64)>,
}

impl Clock {
    /// A clock that is off by so much.
    pub(crate) fn new(offset_ms: i64) -> Self {
        Self { offset_ms: offset_ms.clamp(-OFFSET_MAX_MS, OFFSET_MAX_MS), steps: VecDeque::new() }
    }

    /// What it shows at a true time.
    pub(crate) const fn at(&self, time: u64) -> Timestamp {
        Timestamp(time.saturating_add_signed(self.offset_ms))
    }

    /// True time at which it shows this, if it does not step until then.
    pub(crate) const fn when(&self, shown: Timestamp) -> u64 {
        shown.0.saturating_add_signed(-self.offset_ms)
    }

    /// Steps, if the assumption allows it: one clock may contribute a quarter of the smallest margin. Many small
    /// steps are also how a clock of another rate looks.
    pub(crate) fn step(&mut self, by_ms: i64, time: u64) -> bool {
        self.steps.retain(|(at, _)| time - at < BUDGET_INTERVAL_MS);
        let spent: u64 = self.steps.iter().map(|(_, by)| by).sum();
        let offset_ms = self.offset_ms + by_ms;
        if by_ms == 0 || spent + by_ms.unsigned_abs() > CLOCK_STEP_MS || offset_ms.abs() > OFFSET_MAX_MS {
            return false;
        }
        self.steps.push_back((time, by_ms.unsigned_abs()));
        self.offset_ms = offset_ms;
        true
    }

    /// Steps beyond the assumption.
    pub(crate) const fn leap(&mut self, by_ms: i64) {
        self.offset_ms += by_ms;
    }
}
