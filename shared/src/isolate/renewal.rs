//! Asking the ledger: when, how often, and what for.

use crate::digest::Digest;
use crate::id::{TokenId, WorkspaceId};
use crate::ledger::{Format, Renewal, Standing};
use crate::limits::{ASK_LOST_MS, ASKS_MAX};
use crate::timestamp::Timestamp;
use alloc::vec::Vec;

/// A renewal that is under way. Goes back into the isolate with its answer, or as failed.
#[derive(Debug, Clone)]
#[must_use = "an ask is over when it is received or has failed"]
pub struct Ask {
    pub(super) workspace_id: WorkspaceId,
    /// Its place in the isolate's one order of waits and asks.
    pub(super) sequence: u64,
    /// When it was made: a lease counts from here.
    pub(super) at: Timestamp,
    pub(super) era: u32,
    pub(super) renewal: Renewal,
}

impl Ask {
    /// The workspace whose ledger is asked.
    #[must_use]
    pub const fn workspace_id(&self) -> &WorkspaceId {
        &self.workspace_id
    }

    /// What to send to it.
    #[must_use]
    pub const fn renewal(&self) -> &Renewal {
        &self.renewal
    }
}

pub(super) fn renewal(standing: Option<Standing>, want: Vec<Digest>, used: Vec<TokenId>) -> Renewal {
    Renewal { format: Format, standing, want, used }
}

/// The asks of one workspace that are under way. A mark is a time and no flag, so that an ask whose
/// request was cancelled does not block others for ever.
#[derive(Debug, Clone, Default)]
pub(super) struct AsksInFlight {
    /// Sequence and time of each.
    asks: Vec<(u64, Timestamp)>,
    not_before: Option<Timestamp>,
}

impl AsksInFlight {
    /// Whether one more may be made because requests wait for it.
    pub(super) fn allow(&self, now: Timestamp) -> bool {
        self.under_way(now) < ASKS_MAX && !self.is_spared(now)
    }

    /// Whether one may be made although the lease is valid.
    pub(super) fn allow_early(&self, now: Timestamp) -> bool {
        self.under_way(now) == 0 && !self.is_spared(now)
    }

    pub(super) fn start(&mut self, sequence: u64, now: Timestamp) {
        self.asks.retain(|(_, at)| is_under_way(*at, now));
        self.asks.push((sequence, now));
    }

    pub(super) fn end(&mut self, sequence: u64) {
        self.asks.retain(|(other, _)| *other != sequence);
    }

    pub(super) fn spare_until(&mut self, not_before: Timestamp) {
        self.not_before = self.not_before.max(Some(not_before));
    }

    /// Whether the ledger is to be left alone. A moment that is further ahead than an ask lasts was set before
    /// the clock went back.
    fn is_spared(&self, now: Timestamp) -> bool {
        self.not_before.is_some_and(|at| (1..ASK_LOST_MS).contains(&at.ms_since(now)))
    }

    fn under_way(&self, now: Timestamp) -> usize {
        self.asks.iter().filter(|(_, at)| is_under_way(*at, now)).count()
    }
}

/// A mark that lies further ahead than one can last was made before the clock went back.
fn is_under_way(at: Timestamp, now: Timestamp) -> bool {
    now.ms_since(at) < ASK_LOST_MS && at.ms_since(now) < ASK_LOST_MS
}
