//! What tests of the isolate do over and over: learn a token, ask by memory, answer as a ledger would.

use super::{digest, record};
use shared::digest::Digest;
use shared::id::WorkspaceId;
use shared::isolate::{Answer, Ask, Bounds, Isolate, Next};
use shared::ledger::{Format, Grant, RenewalAnswer, TokenRecord, WantedRecord};
use shared::policy::Need;
use shared::question::{Reach, Requirement};
use shared::record::Record;
use shared::timestamp::Timestamp;
use std::num::NonZeroUsize;

/// Every sound token of the workspace fulfils it.
pub const ANYTHING: Requirement<'_> = Requirement { need: Need::AnyToken, workspace: None, reach: Reach::Covered };

pub fn workspace(number: u16) -> WorkspaceId {
    format!("ws_{number}").parse().expect("an id")
}

/// An isolate with room for whatever one of these tests does: the real bounds take a while to be set up.
pub fn isolate() -> Isolate {
    small(1_000, 1_000, 100)
}

/// An isolate with these bounds.
pub fn small(records: usize, unknown: usize, workspaces: usize) -> Isolate {
    let bound = |number| NonZeroUsize::new(number).expect("more than zero");
    Isolate::new(Bounds { records: bound(records), unknown: bound(unknown), workspaces: bound(workspaces) })
}

/// What a ledger says that stands at `version` of epoch 1 and knows `records`.
pub fn grant(ask: &Ask, version: u64, lease_ms: u64, records: &[(Digest, Record)]) -> Grant {
    let record_of =
        |digest: &Digest| records.iter().find(|(known, _)| known == digest).map(|(_, record)| record.clone());
    let wanted = |digest: &Digest| WantedRecord { digest: *digest, record: record_of(digest) };
    Grant {
        format: Format,
        epoch: 1,
        since: ask.renewal().standing.map_or(version, |standing| standing.version),
        version,
        lease_ms,
        wanted: ask.renewal().want.iter().map(wanted).collect(),
        changed: Vec::new(),
        forget_everything: false,
    }
}

/// The same, from a ledger that changed `changed` since the asker's version.
pub fn grant_of_changes(ask: &Ask, version: u64, lease_ms: u64, changed: &[(Digest, Record)]) -> Grant {
    let changed = changed.iter().map(|(digest, record)| TokenRecord { digest: *digest, record: record.clone() });
    Grant { changed: changed.collect(), ..grant(ask, version, lease_ms, &[]) }
}

/// What an isolate of these tests is asked to do.
pub trait Drive {
    /// The ask that a request makes which waits for a digest, if it makes one. The request gives up at once.
    fn try_ask_for(&mut self, workspace: &WorkspaceId, digest: Digest, now: Timestamp) -> Option<Ask>;
    /// The same, where it certainly asks.
    fn ask_for(&mut self, workspace: &WorkspaceId, digest: Digest, now: Timestamp) -> Ask;
    /// Takes in a grant.
    fn granted(&mut self, ask: &Ask, grant: Grant, now: Timestamp);
    /// Learns one record at version 1, under a lease from `now`.
    fn learn(&mut self, workspace: &WorkspaceId, token: u8, lease_ms: u64, now: Timestamp);
    /// Learns at version 1 that a digest is no token.
    fn learn_unknown(&mut self, workspace: &WorkspaceId, token: u8, lease_ms: u64, now: Timestamp);
    /// The id of the token by whose record a request is decided without asking; none if it would have to ask.
    fn by_memory(&mut self, token: u8, now: Timestamp) -> Option<String>;
    /// What a waiting request is told at once, without asking.
    fn told(&mut self, workspace: &WorkspaceId, token: u8, now: Timestamp) -> Option<Answer>;
}

impl Drive for Isolate {
    fn try_ask_for(&mut self, workspace: &WorkspaceId, digest: Digest, now: Timestamp) -> Option<Ask> {
        let wait = self.wait(workspace, &[digest], now);
        let next = self.next(wait, now);
        self.give_up(wait);
        match next {
            Next::Ask(ask) => Some(ask),
            Next::Decide(_) | Next::LookAgain => None,
        }
    }

    fn ask_for(&mut self, workspace: &WorkspaceId, digest: Digest, now: Timestamp) -> Ask {
        self.try_ask_for(workspace, digest, now).expect("it asks")
    }

    fn granted(&mut self, ask: &Ask, grant: Grant, now: Timestamp) {
        self.receive(ask, &RenewalAnswer::Granted(grant), now);
    }

    fn learn(&mut self, workspace: &WorkspaceId, token: u8, lease_ms: u64, now: Timestamp) {
        let ask = self.ask_for(workspace, digest(token), now);
        let said = grant(&ask, 1, lease_ms, &[(digest(token), record(u64::from(token), 1))]);
        self.granted(&ask, said, now);
    }

    fn learn_unknown(&mut self, workspace: &WorkspaceId, token: u8, lease_ms: u64, now: Timestamp) {
        let ask = self.ask_for(workspace, digest(token), now);
        let said = grant(&ask, 1, lease_ms, &[]);
        self.granted(&ask, said, now);
    }

    fn by_memory(&mut self, token: u8, now: Timestamp) -> Option<String> {
        let decided = self.decide(&[digest(token)], &ANYTHING, now)?;
        Some(decided.verdict.map_or_else(|refusal| format!("{refusal:?}"), |permit| permit.token_id().to_string()))
    }

    fn told(&mut self, workspace: &WorkspaceId, token: u8, now: Timestamp) -> Option<Answer> {
        let wait = self.wait(workspace, &[digest(token)], now);
        let next = self.next(wait, now);
        self.give_up(wait);
        match next {
            Next::Decide(answer) => Some(answer),
            Next::Ask(ask) => {
                self.fail(&ask, None);
                None
            }
            Next::LookAgain => None,
        }
    }
}
