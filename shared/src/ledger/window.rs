//! The ownership window: during which an instance may answer, and what it leaves behind.
//!
//! When the platform replaces an instance, only the old one's storage *writes* fail; it
//! may go on answering from memory. So an instance answers only inside a window that a
//! confirmed write opened, and the write says for how long. Whoever comes next waits that out.

use crate::limits::{CLOCK_AGREEMENT_MS, margin_ms};
use crate::timestamp::Timestamp;
use serde::{Deserialize, Serialize};

/// What a window's write leaves for the next instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredWindow {
    /// How long, from before the write, any right to answer or to remember may live, in milliseconds.
    pub alive_ms: u64,
    /// The writer's wall clock before the write.
    pub at: Timestamp,
}

impl StoredWindow {
    /// Until when, by the reader's clock, what was stored may still live, margin included. The
    /// reader has made a confirmed write before, so nothing was added after what it reads.
    ///
    /// The whole duration counts from now, since the clocks of two machines only agree within
    /// 30 s; it is left out only when it is over by more than that.
    #[must_use]
    pub fn inherited_until(self, now: Timestamp) -> Timestamp {
        let alive_ms = self.alive_ms.saturating_add(margin_ms(self.alive_ms));
        let long_over = self.at.plus_ms(alive_ms).plus_ms(CLOCK_AGREEMENT_MS);
        if now > long_over { Timestamp(0) } else { now.plus_ms(alive_ms) }
    }
}

/// A window whose write has been issued and is not confirmed yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "a window opens only when its write is confirmed"]
pub struct PlannedWindow {
    pub(super) ends: Timestamp,
    pub(super) stored: StoredWindow,
}

impl PlannedWindow {
    /// What is to be written.
    #[must_use]
    pub const fn stored(self) -> StoredWindow {
        self.stored
    }
}
