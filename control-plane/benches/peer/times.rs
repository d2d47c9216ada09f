//! CPU time that was used.

use std::collections::BTreeMap;
use std::time::Duration;

/// CPU time of a subject's processes so far.
pub(crate) struct Times {
    pub(crate) server: Duration,
    /// Of each process of its database, if that is not the server itself.
    pub(crate) database: Option<BTreeMap<u32, Duration>>,
}

/// CPU time of a subject's processes meanwhile.
pub(crate) struct Used {
    pub(crate) server: Duration,
    pub(crate) database: Option<Duration>,
}

impl Times {
    /// What was used since then. A process that has ended since does not count, one that was started does.
    pub(crate) fn since(&self, before: &Self) -> Used {
        let earlier = |pid: &u32| before.database.as_ref()?.get(pid).copied();
        let since = |(pid, time): (&u32, &Duration)| time.saturating_sub(earlier(pid).unwrap_or_default());
        let database = self.database.as_ref().map(|times| times.iter().map(since).sum());
        Used { server: self.server.saturating_sub(before.server), database }
    }
}
