//! How fast a workspace may make tokens: each is a change that its ledger and KV have to take. Nothing limits
//! revocations.

use crate::error::Error;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota};
use shared::id::WorkspaceId;
use shared::problem::Problem;
use std::num::NonZeroU32;

/// Tokens per second and workspace in the long run. A ledger takes far more; KV is billed by the write.
const PER_S: NonZeroU32 = nonzero(20);

/// Tokens that a workspace may make at once, as when a large organisation moves everything to new tokens.
const BURST: NonZeroU32 = nonzero(500);

/// Counts creates per workspace, in this process.
pub struct CreateLimit(DefaultKeyedRateLimiter<WorkspaceId>);

impl Default for CreateLimit {
    fn default() -> Self {
        Self(DefaultKeyedRateLimiter::keyed(Quota::per_second(PER_S).allow_burst(BURST)))
    }
}

impl CreateLimit {
    /// Counts one create.
    ///
    /// # Errors
    /// If there were too many; says when to try again.
    pub(crate) fn check(&self, workspace_id: &WorkspaceId) -> Result<(), Error> {
        self.0.check_key(workspace_id).map_err(|not_until| {
            let wait = not_until.wait_time_from(DefaultClock::default().now());
            let detail = format!(
                "A workspace may make {BURST} access tokens at once and {PER_S} per second after that. Nothing was made."
            );
            Problem::rate_limited(u32::try_from(wait.as_secs() + 1).unwrap_or(u32::MAX), &detail).into()
        })
    }
}

const fn nonzero(number: u32) -> NonZeroU32 {
    match NonZeroU32::new(number) {
        Some(number) => number,
        None => NonZeroU32::MIN,
    }
}

#[cfg(test)]
mod tests {
    use super::{BURST, CreateLimit};
    use crate::error::Error;

    #[test]
    fn a_burst_is_allowed_and_then_it_takes_time_in_this_workspace_alone() {
        let limit = CreateLimit::default();
        let (busy, quiet) = ("ws_busy".parse().unwrap(), "ws_quiet".parse().unwrap());
        let refused = (0..2 * BURST.get()).find_map(|_| limit.check(&busy).err());
        let Some(Error::Problem(problem)) = refused else { panic!("not refused: {refused:?}") };
        assert_eq!((problem.status(), problem.slug(), problem.retry_after_s()), (429, "rate-limited", Some(1)));
        assert!(limit.check(&quiet).is_ok());
    }
}
