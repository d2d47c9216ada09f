//! A ledger's storage in memory.

use shared::change::Change;
use shared::digest::Digest;
use shared::ledger::{LedgerStorage, Position, Snapshot, StagedSnapshot, StoredWindow, TokenRecord};
use shared::record::{Record, State};
use shared::timestamp::Timestamp;
use std::collections::BTreeMap;
use std::convert::Infallible;

#[derive(Debug, Clone)]
struct Kept {
    created: u64,
    changed: u64,
    held_over: bool,
    record: Record,
}

/// A ledger's storage in memory. Every write is confirmed at once.
#[derive(Debug, Clone, Default)]
pub struct MemoryStorage {
    position: Option<Position>,
    records: BTreeMap<Digest, Kept>,
    staged: Option<StagedSnapshot>,
    staged_records: BTreeMap<Digest, Kept>,
    window: Option<StoredWindow>,
    reserved: u64,
    /// How often something was written.
    pub writes: u64,
}

impl LedgerStorage for MemoryStorage {
    type Error = Infallible;

    fn position(&self) -> Result<Option<Position>, Infallible> {
        Ok(self.position)
    }

    fn record(&self, digest: &Digest) -> Result<Option<Record>, Infallible> {
        Ok(self.records.get(digest).map(|kept| kept.record.clone()))
    }

    fn changed_since(&self, version: u64, limit: usize) -> Result<Vec<TokenRecord>, Infallible> {
        let changed = self.records.iter().filter(|(_, kept)| kept.changed > version && kept.changed > kept.created);
        Ok(changed
            .take(limit)
            .map(|(digest, kept)| TokenRecord { digest: *digest, record: kept.record.clone() })
            .collect())
    }

    fn apply(&mut self, change: &Change) -> Result<(), Infallible> {
        let created = self.records.get(&change.digest).map_or(change.version, |kept| kept.created);
        let kept = Kept { created, changed: change.version, held_over: false, record: change.record.clone() };
        self.records.insert(change.digest, kept);
        self.pass_over(change)
    }

    fn pass_over(&mut self, change: &Change) -> Result<(), Infallible> {
        self.writes += 1;
        if let Some(position) = &mut self.position {
            position.head = change.head();
        }
        Ok(())
    }

    fn window(&self) -> Result<Option<StoredWindow>, Infallible> {
        Ok(self.window)
    }

    fn set_window(&mut self, window: StoredWindow) -> Result<(), Infallible> {
        self.writes += 1;
        self.window = Some(window);
        Ok(())
    }

    fn reserved(&self) -> Result<u64, Infallible> {
        Ok(self.reserved)
    }

    fn reserve(&mut self, epoch: u64) -> Result<(), Infallible> {
        self.writes += 1;
        self.reserved = epoch;
        Ok(())
    }

    fn staged(&self) -> Result<Option<StagedSnapshot>, Infallible> {
        Ok(self.staged)
    }

    fn stage(&mut self, snapshot: &Snapshot) -> Result<(), Infallible> {
        self.writes += 1;
        if snapshot.part == 0 {
            self.staged_records.clear();
        }
        let version = snapshot.position.head.version;
        for TokenRecord { digest, record } in &snapshot.records {
            let kept = Kept { created: version, changed: version, held_over: false, record: record.clone() };
            self.staged_records.insert(*digest, kept);
        }
        self.staged = Some(StagedSnapshot { position: snapshot.position, next_part: snapshot.part + 1 });
        Ok(())
    }

    fn adopt(&mut self, position: Position) -> Result<(), Infallible> {
        self.writes += 1;
        let mut records = core::mem::take(&mut self.staged_records);
        for (digest, old) in &self.records {
            let ends = |kept: &Kept| kept.record.state.ends();
            if ends(old) < records.get(digest).map_or(Timestamp::MAX, ends) {
                let version = position.head.version;
                let record = Record { state: State::Revoked, ..old.record.clone() };
                records.insert(*digest, Kept { created: version, changed: version, held_over: true, record });
            }
        }
        (self.records, self.position, self.staged) = (records, Some(position), None);
        Ok(())
    }

    fn held_over(&self) -> Result<Vec<Digest>, Infallible> {
        Ok(self.records.iter().filter(|(_, kept)| kept.held_over).map(|(digest, _)| *digest).collect())
    }
}
