//! The one place that reads the clock.

use shared::limits::TIMER_LATE_MS;
use shared::timestamp::Timestamp;
use std::cell::Cell;

thread_local! {
    static LATEST: Cell<Timestamp> = const { Cell::new(Timestamp(0)) };
}

/// The platform's wall clock. In production it stands still between I/O, and a pending
/// timer holds it back: whoever measures time keeps no timer pending.
#[expect(clippy::disallowed_methods, reason = "this is the one place")]
pub(crate) fn now() -> Timestamp {
    let now = Timestamp(js_sys::Date::now() as u64);
    LATEST.set(now);
    now
}

/// The same, right after a timer has fired: until its callback is over the clock may stand at the moment for which
/// the timer was set, although other requests have seen a later one. That is no clock that goes back.
pub(crate) fn now_after_timer() -> Timestamp {
    let latest = LATEST.get();
    let read = now();
    if latest.ms_since(read) > TIMER_LATE_MS {
        return read;
    }
    LATEST.set(latest.max(read));
    LATEST.get()
}
