//! The ledger's records in the object's SQLite database.
//!
//! Writes of one turn become durable together: nothing here waits between two of them.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use shared::change::{Change, Head};
use shared::digest::Digest;
use shared::id::TokenId;
use shared::ledger::{LedgerStorage, Position, Snapshot, StagedSnapshot, StoredWindow, TokenRecord};
use shared::record::{Record, State};
use shared::timestamp::Timestamp;
use worker::{Error, Result, SqlStorage, SqlStorageValue};

/// `ledger` has one row once the ledger is initialised or a first snapshot is on its way;
/// `epoch` is null until one took over. Records of another epoch than that are staged.
const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS ledger (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  claims INTEGER NOT NULL,
  epoch INTEGER, version INTEGER, hash TEXT,
  window_alive_ms INTEGER, window_at INTEGER,
  staged_epoch INTEGER, staged_version INTEGER, staged_hash TEXT, staged_next_part INTEGER
);
CREATE TABLE IF NOT EXISTS records (
  epoch INTEGER NOT NULL,
  digest TEXT NOT NULL,
  created INTEGER NOT NULL,
  changed INTEGER NOT NULL,
  revoked INTEGER NOT NULL,
  held_over INTEGER NOT NULL,
  record TEXT NOT NULL,
  PRIMARY KEY (epoch, digest)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS records_changed ON records (epoch, changed);
CREATE INDEX IF NOT EXISTS records_held_over ON records (epoch, held_over) WHERE held_over = 1;
CREATE TABLE IF NOT EXISTS reserved (id INTEGER PRIMARY KEY CHECK (id = 1), epoch INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS used (token_id TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO ledger (id, claims) VALUES (1, 0) ON CONFLICT DO NOTHING;
";

/// The storage of one ledger object.
pub(crate) struct SqlLedgerStorage {
    sql: SqlStorage,
}

#[derive(Deserialize)]
struct PositionRow {
    epoch: u64,
    version: u64,
    hash: String,
}

#[derive(Deserialize)]
struct StagedRow {
    epoch: u64,
    version: u64,
    hash: String,
    next_part: u64,
}

#[derive(Deserialize)]
struct WindowRow {
    alive_ms: u64,
    at: u64,
}

#[derive(Deserialize)]
struct RecordRow {
    digest: String,
    record: String,
}

#[derive(Deserialize)]
struct ReservedRow {
    epoch: u64,
}

#[derive(Deserialize)]
struct UsedRow {
    token_id: TokenId,
    at: u64,
}

#[derive(Deserialize)]
struct DigestRow {
    digest: String,
}

impl SqlLedgerStorage {
    pub(crate) fn new(sql: SqlStorage) -> Self {
        Self { sql }
    }

    /// Writes something that only the owner can get confirmed, and makes the tables of a newer release.
    pub(crate) fn claim(&mut self) -> Result<()> {
        self.write(SCHEMA, vec![])?;
        self.write("UPDATE ledger SET claims = claims + 1", vec![])
    }

    /// Keeps that tokens were used. Returns whether these are the first since all were reported.
    pub(crate) fn keep_used(&mut self, token_ids: &[TokenId], now: Timestamp) -> Result<bool> {
        let is_first = self.used(1)?.is_empty();
        for token_id in token_ids {
            self.write(
                "INSERT INTO used (token_id, at) VALUES (?1, ?2) ON CONFLICT (token_id) DO UPDATE SET at = excluded.at",
                vec![token_id.as_str().into(), integer(now.0)?],
            )?;
        }
        Ok(is_first)
    }

    /// Tokens whose use was not reported yet, and when they were used, oldest first, at most `limit`.
    pub(crate) fn used(&self, limit: usize) -> Result<Vec<(TokenId, Timestamp)>> {
        let rows: Vec<UsedRow> =
            self.rows("SELECT token_id, at FROM used ORDER BY at LIMIT ?1", vec![integer(limit as u64)?])?;
        Ok(rows.into_iter().map(|UsedRow { token_id, at }| (token_id, Timestamp(at))).collect())
    }

    /// Forgets uses that were reported, unless there was another one since.
    pub(crate) fn forget_used(&mut self, used: &[(TokenId, Timestamp)]) -> Result<()> {
        for (token_id, at) in used {
            let bindings = vec![token_id.as_str().into(), integer(at.0)?];
            self.write("DELETE FROM used WHERE token_id = ?1 AND at = ?2", bindings)?;
        }
        Ok(())
    }

    /// Whether the tables are there. Reading does not make them: a stranger's made-up
    /// workspace id must cost no storage.
    fn has_tables(&self) -> Result<bool> {
        let query = "SELECT name AS digest FROM sqlite_master WHERE type = 'table' AND name = 'ledger'";
        Ok(!self.rows::<DigestRow>(query, vec![])?.is_empty())
    }

    fn epoch(&self) -> Result<u64> {
        self.position()?.map(|position| position.epoch).ok_or_else(|| Error::from("the ledger is not initialised"))
    }

    fn put(&self, epoch: u64, version: u64, digest: &Digest, record: &Record) -> Result<()> {
        self.write(
            "INSERT INTO records (epoch, digest, created, changed, revoked, held_over, record)
             VALUES (?1, ?2, ?3, ?3, ?4, 0, ?5)
             ON CONFLICT (epoch, digest) DO UPDATE
             SET changed = excluded.changed, revoked = excluded.revoked, held_over = 0, record = excluded.record",
            vec![
                integer(epoch)?,
                digest.to_hex().into(),
                integer(version)?,
                integer(u64::from(record.state == State::Revoked))?,
                serde_json::to_string(record)?.into(),
            ],
        )
    }

    fn rows<T: DeserializeOwned>(&self, query: &str, bindings: Vec<SqlStorageValue>) -> Result<Vec<T>> {
        self.sql.exec(query, bindings)?.to_array()
    }

    fn first<T: DeserializeOwned>(&self, query: &str, bindings: Vec<SqlStorageValue>) -> Result<Option<T>> {
        Ok(self.rows(query, bindings)?.into_iter().next())
    }

    fn write(&self, query: &str, bindings: Vec<SqlStorageValue>) -> Result<()> {
        self.sql.exec(query, bindings).map(drop)
    }
}

impl LedgerStorage for SqlLedgerStorage {
    type Error = Error;

    fn position(&self) -> Result<Option<Position>> {
        if !self.has_tables()? {
            return Ok(None);
        }
        let row = self.first("SELECT epoch, version, hash FROM ledger WHERE epoch IS NOT NULL", vec![])?;
        row.map(|PositionRow { epoch, version, hash }| position(epoch, version, &hash)).transpose()
    }

    fn record(&self, digest: &Digest) -> Result<Option<Record>> {
        let row: Option<RecordRow> = self.first(
            "SELECT digest, record FROM records WHERE epoch = ?1 AND digest = ?2",
            vec![integer(self.epoch()?)?, digest.to_hex().into()],
        )?;
        row.map(|row| Ok(serde_json::from_str(&row.record)?)).transpose()
    }

    fn changed_since(&self, version: u64, limit: usize) -> Result<Vec<TokenRecord>> {
        let rows: Vec<RecordRow> = self.rows(
            "SELECT digest, record FROM records WHERE epoch = ?1 AND changed > ?2 AND changed > created LIMIT ?3",
            vec![integer(self.epoch()?)?, integer(version)?, integer(limit as u64)?],
        )?;
        let read = |row: RecordRow| {
            Ok(TokenRecord { digest: digest(&row.digest)?, record: serde_json::from_str(&row.record)? })
        };
        rows.into_iter().map(read).collect()
    }

    fn apply(&mut self, change: &Change) -> Result<()> {
        self.put(self.epoch()?, change.version, &change.digest, &change.record)?;
        self.pass_over(change)
    }

    fn pass_over(&mut self, change: &Change) -> Result<()> {
        let head = change.head();
        self.write("UPDATE ledger SET version = ?1, hash = ?2", vec![integer(head.version)?, head.hash.to_hex().into()])
    }

    fn window(&self) -> Result<Option<StoredWindow>> {
        let row = self.first(
            "SELECT window_alive_ms AS alive_ms, window_at AS at FROM ledger WHERE window_at IS NOT NULL",
            vec![],
        )?;
        Ok(row.map(|WindowRow { alive_ms, at }| StoredWindow { alive_ms, at: Timestamp(at) }))
    }

    fn set_window(&mut self, window: StoredWindow) -> Result<()> {
        self.write(
            "UPDATE ledger SET window_alive_ms = ?1, window_at = ?2",
            vec![integer(window.alive_ms)?, integer(window.at.0)?],
        )
    }

    fn reserved(&self) -> Result<u64> {
        if !self.has_tables()? {
            return Ok(0);
        }
        let row: Option<ReservedRow> = self.first("SELECT epoch FROM reserved", vec![])?;
        Ok(row.map_or(0, |row| row.epoch))
    }

    fn reserve(&mut self, epoch: u64) -> Result<()> {
        self.write(SCHEMA, vec![])?;
        self.write(
            "INSERT INTO reserved (id, epoch) VALUES (1, ?1) ON CONFLICT (id) DO UPDATE SET epoch = excluded.epoch",
            vec![integer(epoch)?],
        )
    }

    fn staged(&self) -> Result<Option<StagedSnapshot>> {
        if !self.has_tables()? {
            return Ok(None);
        }
        let row = self.first(
            "SELECT staged_epoch AS epoch, staged_version AS version, staged_hash AS hash, staged_next_part AS next_part
             FROM ledger WHERE staged_epoch IS NOT NULL",
            vec![],
        )?;
        row.map(|StagedRow { epoch, version, hash, next_part }| {
            Ok(StagedSnapshot { position: position(epoch, version, &hash)?, next_part })
        })
        .transpose()
    }

    fn stage(&mut self, snapshot: &Snapshot) -> Result<()> {
        let Position { epoch, head } = snapshot.position;
        if snapshot.part == 0 {
            self.write(SCHEMA, vec![])?;
            let in_force = "(SELECT ifnull(epoch, 0) FROM ledger)";
            self.write(&format!("DELETE FROM records WHERE epoch <> {in_force}"), vec![])?;
        }
        for TokenRecord { digest, record } in &snapshot.records {
            self.put(epoch, head.version, digest, record)?;
        }
        self.write(
            "UPDATE ledger SET staged_epoch = ?1, staged_version = ?2, staged_hash = ?3, staged_next_part = ?4",
            vec![integer(epoch)?, integer(head.version)?, head.hash.to_hex().into(), integer(snapshot.part + 1)?],
        )
    }

    fn adopt(&mut self, position: Position) -> Result<()> {
        let epoch = || integer(position.epoch);
        // `State::ends`. What is active never ends, and what is not staged holds nothing back either.
        let ends =
            |table| format!("iif({table}.revoked, 0, ifnull({table}.record ->> '$.state.until', 9223372036854775807))");
        self.write(
            &format!(
                "INSERT INTO records (epoch, digest, created, changed, revoked, held_over, record)
                 SELECT ?1, old.digest, ?2, ?2, 1, 1, json_set(old.record, '$.state', json(?3))
                 FROM records AS old JOIN ledger ON old.epoch = ledger.epoch
                 LEFT JOIN records AS new ON new.epoch = ?1 AND new.digest = old.digest
                 WHERE {} < {}
                 ON CONFLICT (epoch, digest) DO UPDATE SET revoked = 1, held_over = 1, record = excluded.record",
                ends("old"),
                ends("new"),
            ),
            vec![epoch()?, integer(position.head.version)?, serde_json::to_string(&State::Revoked)?.into()],
        )?;
        self.write("DELETE FROM records WHERE epoch <> ?1", vec![epoch()?])?;
        self.write(
            "UPDATE ledger SET epoch = staged_epoch, version = staged_version, hash = staged_hash,
             staged_epoch = NULL, staged_version = NULL, staged_hash = NULL, staged_next_part = NULL",
            vec![],
        )
    }

    fn held_over(&self) -> Result<Vec<Digest>> {
        let rows: Vec<DigestRow> = self.rows(
            "SELECT digest FROM records WHERE epoch = ?1 AND held_over = 1 ORDER BY digest",
            vec![integer(self.epoch()?)?],
        )?;
        rows.iter().map(|row| digest(&row.digest)).collect()
    }
}

fn integer(value: u64) -> Result<SqlStorageValue> {
    let value = i64::try_from(value).map_err(|_| Error::from("number beyond what SQLite holds"))?;
    SqlStorageValue::try_from_i64(value)
}

fn digest(text: &str) -> Result<Digest> {
    text.parse().map_err(|why| Error::from(format!("stored digest: {why}")))
}

fn position(epoch: u64, version: u64, hash: &str) -> Result<Position> {
    let hash = hash.parse().map_err(|why| Error::from(format!("stored hash: {why}")))?;
    Ok(Position { epoch, head: Head { version, hash } })
}
