//! Waiting for something, but not for ever.

use futures_util::future::{Either, select};
use std::future::Future;
use std::pin::pin;
use std::time::Duration;
use worker::Delay;

/// The future's output, or none after `ms` milliseconds. With an output the timer is gone, since a pending one
/// holds the platform's clock back; without, as after [`pause`].
pub(crate) async fn within<F: Future>(ms: u64, future: F) -> Option<F::Output> {
    match select(pin!(future), pin!(Delay::from(Duration::from_millis(ms)))).await {
        Either::Left((output, _)) => Some(output),
        Either::Right(((), _)) => None,
    }
}

/// Waits so long. The clock is to be read by [`now_after_timer`](crate::clock::now_after_timer) then.
pub(crate) async fn pause(ms: u64) {
    Delay::from(Duration::from_millis(ms)).await;
}
