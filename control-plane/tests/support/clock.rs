//! A machine's clock that a test moves.

use control_plane::clock::{Clock, SystemClock};
use shared::timestamp::Timestamp;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// The wall clock, moved by some milliseconds. Its clones move with it.
#[derive(Clone, Default)]
pub struct MovedClock(Arc<AtomicI64>);

impl MovedClock {
    /// From now on it shows so many milliseconds more than the real one.
    pub fn set_offset(&self, ms: i64) {
        self.0.store(ms, Ordering::SeqCst);
    }
}

impl Clock for MovedClock {
    fn now(&self) -> Timestamp {
        Timestamp(SystemClock.now().0.saturating_add_signed(self.0.load(Ordering::SeqCst)))
    }
}
