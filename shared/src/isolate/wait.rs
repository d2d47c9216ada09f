//! Requests that wait for an answer of the ledger.

use super::renewal::Ask;
use crate::bounded::{BoundedMap, bounded};
use crate::decide::{Permit, decide};
use crate::digest::Digest;
use crate::id::WorkspaceId;
use crate::ledger::{RenewalAnswer, WantedRecord};
use crate::limits::{WAIT_LOST_MS, WAITS_MAX, WANT_MAX};
use crate::question::Requirement;
use crate::record::Record;
use crate::refusal::Refusal;
use crate::safeguard::{Safeguard, Safeguards, keeps};
use crate::timestamp::Timestamp;
use alloc::vec::Vec;
use core::fmt;

/// A waiting request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaitId(u64);

/// What a waiting request should do now.
#[derive(Debug)]
pub enum Next {
    /// Decide by this, at once.
    Decide(Answer),
    /// Send this ask to the ledger, and give the answer to the isolate.
    Ask(Ask),
    /// Others are asking: look again in a few milliseconds.
    LookAgain,
}

/// What a ledger said of a token, fit to decide one request by.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The workspace whose ledger said so.
    pub workspace_id: WorkspaceId,
    /// What it said.
    pub truth: Truth,
    /// End of the lease; none if the answer decides this request and nothing else.
    pub lease_ends: Option<Timestamp>,
}

/// What a ledger says of a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Truth {
    /// This is true of it.
    Record(Record),
    /// The workspace has no such token.
    NoSuchToken,
    /// The ledger that answered knows of no workspace. One that was replaced before the workspace was made says so for
    /// as long as it lives.
    NoLedger,
}

impl Answer {
    /// Decides the request that waited for this.
    ///
    /// # Errors
    /// Why it is refused. Where no ledger is, there is no token.
    pub fn decide(&self, requirement: &Requirement<'_>, now: Timestamp) -> Result<Permit<'_>, Refusal> {
        match &self.truth {
            Truth::Record(record) => decide(&self.workspace_id, record, requirement, now),
            Truth::NoSuchToken | Truth::NoLedger => Err(Refusal::UnknownToken),
        }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Wait {
    since: Timestamp,
    pub(super) workspace_id: WorkspaceId,
    pub(super) digests: Vec<Digest>,
    /// The last ask that asked for it.
    pub(super) asked: Option<u64>,
    pub(super) answered: Option<Truth>,
}

/// Every request of an isolate that waits, oldest first, by its place in the isolate's one order of waits and asks. Each looks
/// again every few milliseconds, so that finding one must not take longer the more there are.
#[derive(Clone)]
pub(super) struct Waits(BoundedMap<u64, Wait>);

impl Default for Waits {
    fn default() -> Self {
        Self(bounded(WAITS_MAX))
    }
}

impl fmt::Debug for Waits {
    /// The map's own would only show how many they are.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.0.iter().rev()).finish()
    }
}

impl Waits {
    pub(super) fn start(&mut self, sequence: u64, id: &WorkspaceId, digests: &[Digest], now: Timestamp) -> WaitId {
        while self.0.peek_lru().is_some_and(|(_, oldest)| oldest.is_lost(now)) {
            self.0.pop_lru();
        }
        let (workspace_id, digests) = (id.clone(), digests.to_vec());
        self.0.put(sequence, Wait { since: now, workspace_id, digests, asked: None, answered: None });
        WaitId(sequence)
    }

    pub(super) fn end(&mut self, id: WaitId) {
        self.0.pop(&id.0);
    }

    pub(super) fn get(&self, id: WaitId) -> Option<&Wait> {
        self.0.peek(&id.0)
    }

    /// What the requests of this workspace wait for, oldest first, for an ask that will ask for it.
    pub(super) fn take_wanted(&mut self, workspace_id: &WorkspaceId, ask: u64) -> Vec<Digest> {
        let mut wanted: Vec<Digest> = Vec::new();
        let all = self.0.iter_mut().rev().map(|(_, wait)| wait);
        for wait in all.filter(|wait| wait.answered.is_none() && wait.workspace_id == *workspace_id) {
            if wanted.len() + wait.digests.len() > WANT_MAX {
                break;
            }
            wait.asked = Some(ask);
            for digest in &wait.digests {
                if !wanted.contains(digest) {
                    wanted.push(*digest);
                }
            }
        }
        wanted
    }

    /// Puts an answer beside every wait that is older than the ask, and that the ask asked for.
    pub(super) fn put<G: Safeguards>(&mut self, ask: &Ask, answer: &RenewalAnswer) {
        for (sequence, wait) in self.0.iter_mut() {
            let is_older = *sequence < ask.sequence || !keeps::<G>(Safeguard::OnceRuleOrder);
            if is_older && wait.answered.is_none() && wait.wants(ask) {
                wait.answered = truth(answer, &wait.digests);
            }
        }
    }
}

impl Wait {
    /// Whoever waits looks again every few milliseconds; one that is this old was cancelled. One that lies further
    /// ahead than any waits is of before the clock went back.
    fn is_lost(&self, now: Timestamp) -> bool {
        now.ms_since(self.since) >= WAIT_LOST_MS || self.since.ms_since(now) >= WAIT_LOST_MS
    }

    fn wants(&self, ask: &Ask) -> bool {
        self.workspace_id == ask.workspace_id && self.digests.iter().all(|digest| ask.renewal.want.contains(digest))
    }
}

fn truth(answer: &RenewalAnswer, digests: &[Digest]) -> Option<Truth> {
    let RenewalAnswer::Granted(grant) = answer else {
        return matches!(answer, RenewalAnswer::Uninitialised).then_some(Truth::NoLedger);
    };
    let said_of = |digest: &Digest| grant.wanted.iter().find(|wanted| wanted.digest == *digest);
    let said: Option<Vec<&WantedRecord>> = digests.iter().map(said_of).collect();
    let record = said?.into_iter().find_map(|wanted| wanted.record.clone());
    Some(record.map_or(Truth::NoSuchToken, Truth::Record))
}
