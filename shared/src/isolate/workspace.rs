//! What an isolate knows of one workspace besides its records.

use super::renewal::AsksInFlight;
use super::usage::Usage;
use crate::id::WorkspaceId;
use crate::ledger::{Grant, Standing};
use crate::safeguard::{Safeguard, Safeguards, keeps};
use crate::timestamp::Timestamp;

/// The right to remember.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Lease {
    /// First moment at which it is over.
    pub(super) ends: Option<Timestamp>,
    /// How long it was, in milliseconds.
    pub(super) length_ms: u64,
    /// Era of the clock in which it was measured.
    pub(super) era: u32,
}

impl Lease {
    /// Milliseconds that are left of it; none if it is not valid.
    pub(super) fn left_ms(self, era: u32, now: Timestamp) -> Option<u64> {
        let ends = self.ends.filter(|_| self.era == era)?;
        Some(ends.ms_since(now)).filter(|left_ms| *left_ms > 0)
    }

    /// The later of two leases, of those measured in this era. Each is a right of its own, so both may be used.
    pub(super) fn later(self, other: Self, era: u32) -> Self {
        if other.era != era || (self.era == era && self.ends > other.ends) { self } else { other }
    }
}

/// Where records are remembered: a workspace's place in the isolate, and which of its memories. Records of an
/// earlier memory are forgotten, without being looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) index: usize,
    pub(super) memory: u64,
}

/// What an isolate knows of one workspace.
#[derive(Debug, Clone)]
pub(super) struct Workspace {
    pub(super) id: WorkspaceId,
    /// Number of its memory; unique in the isolate.
    pub(super) memory: u64,
    /// Up to where every change of its records is known; none: nothing is remembered.
    pub(super) standing: Option<Standing>,
    pub(super) lease: Lease,
    pub(super) asks: AsksInFlight,
    pub(super) usage: Usage,
    /// When it was needed last; the least recently needed is forgotten first.
    pub(super) needed: Timestamp,
}

/// What an answer means for a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fit {
    /// It was overtaken by another answer.
    Older,
    /// It leaves out changes that the state does not have.
    Gap,
    /// It goes on from the state.
    Follows,
    /// It stands for itself: whatever was remembered is forgotten.
    Replaces,
}

impl Workspace {
    pub(super) fn new(id: WorkspaceId, memory: u64, now: Timestamp) -> Self {
        let (asks, usage) = (AsksInFlight::default(), Usage::default());
        Self { id, memory, standing: None, lease: Lease::default(), asks, usage, needed: now }
    }

    /// What this answer means for what is remembered.
    pub(super) fn fit<G: Safeguards>(&self, grant: &Grant) -> Fit {
        let Some(standing) = self.standing else { return Fit::Replaces };
        let ordered = keeps::<G>(Safeguard::OlderAnswersChangeNothing);
        let matched = keeps::<G>(Safeguard::RightSinceAndEpoch);
        if matched && grant.epoch != standing.epoch {
            return if grant.epoch > standing.epoch { Fit::Replaces } else { Fit::Older };
        }
        if ordered && grant.version < standing.version {
            return Fit::Older;
        }
        match grant {
            Grant { forget_everything: true, .. } => Fit::Replaces,
            Grant { since, .. } if matched && *since > standing.version => Fit::Gap,
            _ => Fit::Follows,
        }
    }
}
