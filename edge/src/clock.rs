//! The one place that reads the clock.

use shared::timestamp::Timestamp;

/// The platform's wall clock. In production it stands still between I/O, and a pending
/// timer holds it back: whoever measures time keeps no timer pending.
#[expect(clippy::disallowed_methods, reason = "this is the one place")]
pub(crate) fn now() -> Timestamp {
    Timestamp(js_sys::Date::now() as u64)
}
