//! The control plane's database: what survives its process, and what a backup brings back.

use crate::judge::{Judge, PAST};
use shared::change::{ChainHash, Change, Head};
use shared::digest::Digest;
use shared::ledger::{Compared, Position, compare};
use shared::record::{Record, State};
use shared::safeguard::Safeguards;
use shared::scope::ScopeSet;
use std::collections::BTreeMap;

/// Sets of scopes that allow anything. Each change gives a token another one.
const SCOPES_MAX: u8 = 15;

/// A row of the change log.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) change: Change,
    head: Head,
    creates: bool,
    /// The secret of this create went out before it was effective.
    announced: bool,
    pub(crate) acknowledged: bool,
    pub(crate) replicated: bool,
    effective: bool,
    /// Number of the truth at the judge's.
    truth: usize,
}

/// The control plane's database, as far as one workspace goes.
#[derive(Debug, Clone)]
pub(crate) struct Database {
    pub(crate) epoch: u64,
    pub(crate) initialised: bool,
    pub(crate) conflict: bool,
    pub(crate) rows: Vec<Row>,
    pub(crate) tokens: BTreeMap<Digest, Record>,
}

/// What is changed of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edit {
    /// Other scopes: more or fewer.
    Scopes,
    /// Its expiry is moved into the past.
    Expire,
    /// It is revoked.
    Revoke,
}

impl Database {
    pub(crate) fn new() -> Self {
        Self {
            epoch: Position::FIRST.epoch,
            initialised: false,
            conflict: false,
            rows: Vec::new(),
            tokens: BTreeMap::new(),
        }
    }

    /// The record of a token after an edit, or of a new one; none if there is nothing to edit, or no more scopes to
    /// tell its records apart by. `drafts` counts them, also those that a backup has forgotten.
    pub(crate) fn draft(
        &self,
        digest: Digest,
        edit: Option<Edit>,
        drafts: &mut BTreeMap<Digest, u8>,
    ) -> Option<Record> {
        let drafted = drafts.entry(digest).or_default();
        let record = self.tokens.get(&digest);
        // A digest that a backup has forgotten is never made again.
        let fits = match (record, edit) {
            (None, None) => *drafted == 0,
            (Some(record), Some(_)) => record.state != State::Revoked && *drafted < SCOPES_MAX,
            _ => false,
        };
        if !fits {
            return None;
        }
        *drafted += 1;
        let [number, ..] = digest.as_bytes();
        let token_id = format!("tok_{number}").parse().ok()?;
        Some(Record {
            token_id,
            project_id: None,
            scopes: ScopeSet::from_bits(*drafted),
            expires_at: (edit == Some(Edit::Expire)).then_some(PAST),
            state: if edit == Some(Edit::Revoke) { State::Revoked } else { State::Active },
        })
    }

    /// Commits a change together with its row in the change log.
    pub(crate) fn commit(&mut self, digest: Digest, record: Record, judge: &mut Judge) {
        let creates = !self.tokens.contains_key(&digest);
        let head = self.head();
        let truth = judge.commit(digest, Some(&record));
        let change = Change { version: head.version + 1, previous: head.hash, digest, record: record.clone() };
        let head = change.head();
        let (announced, acknowledged, effective) = (false, false, false);
        self.rows.push(Row { change, head, creates, announced, acknowledged, replicated: !creates, effective, truth });
        self.tokens.insert(digest, record);
    }

    /// Notes that the secret of a create goes out although it is not effective.
    pub(crate) fn announce(&mut self, digest: Digest) -> bool {
        let mut creates = self.rows.iter_mut().filter(|row| row.creates && row.change.digest == digest);
        let Some(row) = creates.next().filter(|row| !row.announced && !row.effective) else { return false };
        row.announced = true;
        true
    }

    /// Notes it of every create whose secret is out.
    pub(crate) fn announce_all(&mut self, judge: &Judge) {
        for row in self.rows.iter_mut().filter(|row| row.creates && judge.is_out(row.change.digest)) {
            row.announced = true;
        }
    }

    pub(crate) fn acknowledge(&mut self, version: u64) {
        self.rows.iter_mut().filter(|row| row.change.version <= version).for_each(|row| row.acknowledged = true);
    }

    /// The oldest change that every ledger that answers has, and KV does not.
    pub(crate) fn replicable(&mut self, told: u64) -> Option<&mut Row> {
        self.rows.iter_mut().find(|row| !row.replicated && (row.acknowledged || row.change.version <= told))
    }

    /// Calls whose change is effective now answer. A create is so without the wait, since nobody knew its token,
    /// unless its secret went out.
    pub(crate) fn answer(&mut self, told: u64, judge: &mut Judge) {
        for row in self.rows.iter_mut().filter(|row| !row.effective && row.replicated) {
            let early = row.creates && !row.announced && row.change.version <= told;
            if row.acknowledged || early {
                row.effective = true;
                judge.answer(row.change.digest, row.truth);
            }
        }
    }

    /// Revokes what the ledger knew as revoked, and a backup does not.
    pub(crate) fn revoke_held_over(&mut self, digests: &[Digest], judge: &mut Judge) {
        for digest in digests {
            let living = self.tokens.get(digest).filter(|record| record.state != State::Revoked).cloned();
            if let Some(record) = living {
                self.commit(*digest, Record { state: State::Revoked, ..record }, judge);
            }
        }
    }

    pub(crate) fn head(&self) -> Head {
        self.rows.last().map_or(Head::GENESIS, |row| row.head)
    }

    /// Whether nothing is left to do.
    pub(crate) fn is_finished(&self) -> bool {
        self.initialised && !self.conflict && self.rows.iter().all(|row| row.effective && row.acknowledged)
    }

    pub(crate) fn compare<G: Safeguards>(&self, position: Position) -> Compared {
        compare::<G>(position, self.epoch, self.hash_at(position.head.version))
    }

    fn hash_at(&self, version: u64) -> Option<ChainHash> {
        match version.checked_sub(1) {
            None => Some(ChainHash::GENESIS),
            Some(index) => self.rows.get(usize::try_from(index).ok()?).map(|row| row.head.hash),
        }
    }
}
