//! What several test programs need.
#![expect(dead_code, unreachable_pub, reason = "each test program uses a part of it")]
#![expect(clippy::expect_used, reason = "a test that cannot go on has failed")]

use shared::change::{Change, Head};
use shared::digest::Digest;
use shared::keyring::{KEY_LEN, Keyring};
use shared::ledger::{LedgerStorage, Position, Snapshot, StagedSnapshot, StoredWindow, TokenRecord};
use shared::record::{Record, State};
use shared::scope::ScopeSet;
use shared::token::{NewToken, TokenPrefix};
use std::collections::BTreeMap;
use std::convert::Infallible;

/// A keyring of one key, whose bytes are drawn from a counter.
pub fn keyring(seed: u8) -> Keyring {
    let hex: String = (0..KEY_LEN as u8).map(|i| format!("{:02x}", i.wrapping_mul(37).wrapping_add(seed))).collect();
    format!("k{seed}:{hex}").parse().expect("a keyring")
}

/// A token out of a number. Made at run time, since a literal would look like somebody's secret.
pub fn token(seed: u64) -> NewToken {
    let mut state = seed.wrapping_add(1);
    NewToken::generate(&TokenPrefix::default(), |bytes| {
        for byte in bytes {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *byte = (state >> 56) as u8;
        }
    })
}

pub fn digest(seed: u8) -> Digest {
    Digest::from_bytes([seed; 32])
}

/// An active record without project and expiry.
pub fn record(number: u64, scopes: u8) -> Record {
    Record {
        token_id: format!("tok_{number}").parse().expect("an id"),
        project_id: None,
        scopes: ScopeSet::from_bits(scopes),
        expires_at: None,
        state: State::Active,
    }
}

/// Appends records to a history, one change each.
pub fn history(from: Head, records: &[(Digest, Record)]) -> Vec<Change> {
    let mut head = from;
    let append = |(digest, record): &(Digest, Record)| {
        let change = Change { version: head.version + 1, previous: head.hash, digest: *digest, record: record.clone() };
        head = change.head();
        change
    };
    records.iter().map(append).collect()
}

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
        let changed = self.records.iter().filter(|(_, kept)| kept.changed > version && kept.created <= version);
        Ok(changed
            .take(limit)
            .map(|(digest, kept)| TokenRecord { digest: *digest, record: kept.record.clone() })
            .collect())
    }

    fn apply(&mut self, change: &Change) -> Result<(), Infallible> {
        self.writes += 1;
        let created = self.records.get(&change.digest).map_or(change.version, |kept| kept.created);
        let kept = Kept { created, changed: change.version, held_over: false, record: change.record.clone() };
        self.records.insert(change.digest, kept);
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
            let revoked = |kept: &Kept| kept.record.state == State::Revoked;
            if revoked(old) && !records.get(digest).is_some_and(revoked) {
                let version = position.head.version;
                let kept = Kept { created: version, changed: version, held_over: true, record: old.record.clone() };
                records.insert(*digest, kept);
            }
        }
        (self.records, self.position, self.staged) = (records, Some(position), None);
        Ok(())
    }

    fn held_over(&self) -> Result<Vec<Digest>, Infallible> {
        Ok(self.records.iter().filter(|(_, kept)| kept.held_over).map(|(digest, _)| *digest).collect())
    }
}
