//! The one place that reads the clock.

use jiff::Timestamp;

/// Now, by this machine.
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}
