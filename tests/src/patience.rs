//! Waiting for something that happens in another process.

use std::thread::sleep;
use std::time::{Duration, Instant};

/// How often it is looked at.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// Looks until it is so, for as long as `limit`; returns whether it is.
#[expect(clippy::disallowed_methods, reason = "the one place of this crate that measures time")]
pub fn wait_until(limit: Duration, mut is_so: impl FnMut() -> bool) -> bool {
    let give_up_at = Instant::now() + limit;
    loop {
        if is_so() {
            return true;
        }
        if Instant::now() > give_up_at {
            return false;
        }
        sleep(LOOK_AGAIN);
    }
}
