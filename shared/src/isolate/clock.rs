//! The isolate's clock, as far as it can be trusted.

use crate::limits::CLOCK_STEP_MS;
use crate::safeguard::{Safeguard, Safeguards, keeps};
use crate::timestamp::Timestamp;

/// Notices a clock that goes back by more than the margin allows. Every such step starts a new *era*, and what was
/// measured in another era counts for nothing.
#[derive(Debug, Clone, Default)]
pub(super) struct Clock {
    latest: Option<Timestamp>,
    era: u32,
}

impl Clock {
    /// Takes note of the time, and returns the era.
    pub(super) fn see<G: Safeguards>(&mut self, now: Timestamp) -> u32 {
        let back_ms = self.latest.map_or(0, |latest| latest.ms_since(now));
        if back_ms > CLOCK_STEP_MS && keeps::<G>(Safeguard::VoidOnBackwardClock) {
            self.era = self.era.wrapping_add(1);
            self.latest = Some(now);
        } else {
            self.latest = self.latest.max(Some(now));
        }
        self.era
    }
}
