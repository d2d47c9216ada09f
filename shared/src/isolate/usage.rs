//! Which tokens were used, to be told to the ledger by the way.

use crate::id::TokenId;
use crate::limits::{REPORT_MAX, USAGE_INTERVAL_MS};
use crate::timestamp::Timestamp;
use alloc::vec::Vec;

/// Tokens of one workspace that were used and are not reported yet.
#[derive(Debug, Clone, Default)]
pub(super) struct Usage {
    used: Vec<TokenId>,
    /// When a request last promised to report.
    promised: Option<Timestamp>,
}

impl Usage {
    /// Notes a use, if this isolate has not reported the token for a while. `reported` is kept beside the record.
    pub(super) fn note(&mut self, token_id: &TokenId, reported: &mut Option<Timestamp>, now: Timestamp) {
        if !is_recent(*reported, now) && self.used.len() < REPORT_MAX {
            self.used.push(token_id.clone());
            *reported = Some(now);
        }
    }

    /// Whether the request at hand should promise to report, since no renewal may come to do it.
    pub(super) fn promise(&mut self, now: Timestamp) -> bool {
        let promise = !self.used.is_empty() && !is_recent(self.promised, now);
        if promise {
            self.promised = Some(now);
        }
        promise
    }

    /// Takes what is to be reported.
    pub(super) fn take(&mut self) -> Vec<TokenId> {
        self.promised = None;
        core::mem::take(&mut self.used)
    }

    /// Puts back what could not be reported.
    pub(super) fn put_back(&mut self, used: &[TokenId]) {
        let room = REPORT_MAX.saturating_sub(self.used.len());
        self.used.extend(used.iter().take(room).cloned());
    }

    pub(super) fn is_empty(&self) -> bool {
        self.used.is_empty()
    }
}

/// A moment that lies further ahead than an interval was noted before the clock went back.
fn is_recent(moment: Option<Timestamp>, now: Timestamp) -> bool {
    moment.is_some_and(|at| now.ms_since(at) < USAGE_INTERVAL_MS && at.ms_since(now) < USAGE_INTERVAL_MS)
}
