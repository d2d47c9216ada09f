//! The ledger's records in the object's SQLite database.
//!
//! Writes of one turn become durable together: nothing here waits between two of them.

use crate::glue::ledger::execute;
use serde::Serialize;
use serde::de::DeserializeOwned;
use shared::change::Change;
use shared::digest::Digest;
use shared::id::TokenId;
use shared::ledger::{LedgerStorage, Position, Snapshot, StagedSnapshot, StoredWindow, TokenRecord};
use shared::record::{Record, State};
use shared::timestamp::Timestamp;
use wasm_bindgen::JsValue;

/// What the storage says when it fails, in words for the log.
type Result<T> = std::result::Result<T, String>;

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
    /// The object's `DurableObjectState`.
    state: JsValue,
}

/// A value in a statement.
#[derive(Serialize)]
#[serde(untagged)]
enum Value<'a> {
    Integer(u64),
    Text(&'a str),
}

impl SqlLedgerStorage {
    pub(crate) const fn new(state: JsValue) -> Self {
        Self { state }
    }

    /// Writes something that only the owner can get confirmed, and makes the tables of a newer release.
    pub(crate) fn claim(&mut self) -> Result<()> {
        self.write(SCHEMA, &[])?;
        self.write("UPDATE ledger SET claims = claims + 1", &[])
    }

    /// Keeps that tokens were used. Returns whether these are the first since all were reported.
    pub(crate) fn keep_used(&mut self, token_ids: &[TokenId], now: Timestamp) -> Result<bool> {
        let is_first = !self.has_used()?;
        for token_id in token_ids {
            self.write(
                "INSERT INTO used (token_id, at) VALUES (?1, ?2) ON CONFLICT (token_id) DO UPDATE SET at = excluded.at",
                &[Value::Text(token_id.as_str()), integer(now.0)?],
            )?;
        }
        Ok(is_first)
    }

    /// Whether there are tokens whose use was not reported yet. Every renewal may ask, so it looks at one row.
    pub(crate) fn has_used(&self) -> Result<bool> {
        Ok(self.first::<u64>("SELECT 1 FROM used LIMIT 1", &[])?.is_some())
    }

    /// Tokens whose use was not reported yet, and when they were used, oldest first, at most `limit`. Looks at all of them:
    /// an index would double what every use writes, and only reports ask.
    pub(crate) fn used(&self, limit: usize) -> Result<Vec<(TokenId, Timestamp)>> {
        self.rows("SELECT json_array(token_id, at) FROM used ORDER BY at LIMIT ?1", &[integer(limit as u64)?])
    }

    /// Forgets uses that were reported, unless there was another one since.
    pub(crate) fn forget_used(&mut self, used: &[(TokenId, Timestamp)]) -> Result<()> {
        for (token_id, at) in used {
            let bindings = &[Value::Text(token_id.as_str()), integer(at.0)?];
            self.write("DELETE FROM used WHERE token_id = ?1 AND at = ?2", bindings)?;
        }
        Ok(())
    }

    /// Whether the tables are there. Reading does not make them: a stranger's made-up
    /// workspace id must cost no storage.
    fn has_tables(&self) -> Result<bool> {
        let query = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'ledger'";
        Ok(self.first::<u64>(query, &[])?.is_some())
    }

    fn epoch(&self) -> Result<u64> {
        self.position()?.map(|position| position.epoch).ok_or_else(|| "the ledger is not initialised".into())
    }

    fn put(&self, epoch: u64, version: u64, digest: &Digest, record: &Record) -> Result<()> {
        self.write(
            "INSERT INTO records (epoch, digest, created, changed, revoked, held_over, record)
             VALUES (?1, ?2, ?3, ?3, ?4, 0, ?5)
             ON CONFLICT (epoch, digest) DO UPDATE
             SET changed = excluded.changed, revoked = excluded.revoked, held_over = 0, record = excluded.record",
            &[
                integer(epoch)?,
                Value::Text(&digest.to_hex()),
                integer(version)?,
                integer(u64::from(record.state == State::Revoked))?,
                Value::Text(&text(record)?),
            ],
        )
    }

    /// The rows of a query with one column, which is JSON: what is read is what messages hold, by the code that reads them.
    fn rows<T: DeserializeOwned>(&self, query: &str, bindings: &[Value<'_>]) -> Result<Vec<T>> {
        read(&execute(&self.state, query, &text(bindings)?)?)
    }

    fn first<T: DeserializeOwned>(&self, query: &str, bindings: &[Value<'_>]) -> Result<Option<T>> {
        Ok(self.rows(query, bindings)?.into_iter().next())
    }

    fn write(&self, query: &str, bindings: &[Value<'_>]) -> Result<()> {
        execute(&self.state, query, &text(bindings)?).map(drop)
    }
}

impl LedgerStorage for SqlLedgerStorage {
    type Error = String;

    fn position(&self) -> Result<Option<Position>> {
        if !self.has_tables()? {
            return Ok(None);
        }
        let query = "SELECT json_object('epoch', epoch, 'head', json_object('version', version, 'hash', hash))
             FROM ledger WHERE epoch IS NOT NULL";
        self.first(query, &[])
    }

    fn record(&self, digest: &Digest) -> Result<Option<Record>> {
        self.first(
            "SELECT record FROM records WHERE epoch = ?1 AND digest = ?2",
            &[integer(self.epoch()?)?, Value::Text(&digest.to_hex())],
        )
    }

    fn changed_since(&self, version: u64, limit: usize) -> Result<Vec<TokenRecord>> {
        self.rows(
            "SELECT json_object('digest', digest, 'record', json(record))
             FROM records WHERE epoch = ?1 AND changed > ?2 AND changed > created LIMIT ?3",
            &[integer(self.epoch()?)?, integer(version)?, integer(limit as u64)?],
        )
    }

    fn apply(&mut self, change: &Change) -> Result<()> {
        self.put(self.epoch()?, change.version, &change.digest, &change.record)?;
        self.pass_over(change)
    }

    fn pass_over(&mut self, change: &Change) -> Result<()> {
        let head = change.head();
        self.write(
            "UPDATE ledger SET version = ?1, hash = ?2",
            &[integer(head.version)?, Value::Text(&head.hash.to_hex())],
        )
    }

    fn window(&self) -> Result<Option<StoredWindow>> {
        let query = "SELECT json_array(window_alive_ms, window_at) FROM ledger WHERE window_at IS NOT NULL";
        Ok(self.first(query, &[])?.map(|(alive_ms, at)| StoredWindow { alive_ms, at }))
    }

    fn set_window(&mut self, window: StoredWindow) -> Result<()> {
        self.write(
            "UPDATE ledger SET window_alive_ms = ?1, window_at = ?2",
            &[integer(window.alive_ms)?, integer(window.at.0)?],
        )
    }

    fn reserved(&self) -> Result<u64> {
        if !self.has_tables()? {
            return Ok(0);
        }
        Ok(self.first("SELECT epoch FROM reserved", &[])?.unwrap_or_default())
    }

    fn reserve(&mut self, epoch: u64) -> Result<()> {
        self.write(SCHEMA, &[])?;
        self.write(
            "INSERT INTO reserved (id, epoch) VALUES (1, ?1) ON CONFLICT (id) DO UPDATE SET epoch = excluded.epoch",
            &[integer(epoch)?],
        )
    }

    fn staged(&self) -> Result<Option<StagedSnapshot>> {
        if !self.has_tables()? {
            return Ok(None);
        }
        let position: Option<Position> = self.first(
            "SELECT json_object('epoch', staged_epoch, 'head', json_object('version', staged_version, 'hash', staged_hash))
             FROM ledger WHERE staged_epoch IS NOT NULL",
            &[],
        )?;
        let Some(position) = position else { return Ok(None) };
        let next_part = self.first("SELECT staged_next_part FROM ledger", &[])?.unwrap_or_default();
        Ok(Some(StagedSnapshot { position, next_part }))
    }

    fn stage(&mut self, snapshot: &Snapshot) -> Result<()> {
        let Position { epoch, head } = snapshot.position;
        if snapshot.part == 0 {
            self.write(SCHEMA, &[])?;
            let in_force = "(SELECT ifnull(epoch, 0) FROM ledger)";
            self.write(&format!("DELETE FROM records WHERE epoch <> {in_force}"), &[])?;
        }
        for TokenRecord { digest, record } in &snapshot.records {
            self.put(epoch, head.version, digest, record)?;
        }
        self.write(
            "UPDATE ledger SET staged_epoch = ?1, staged_version = ?2, staged_hash = ?3, staged_next_part = ?4",
            &[integer(epoch)?, integer(head.version)?, Value::Text(&head.hash.to_hex()), integer(snapshot.part + 1)?],
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
            &[epoch()?, integer(position.head.version)?, Value::Text(&text(&State::Revoked)?)],
        )?;
        self.write("DELETE FROM records WHERE epoch <> ?1", &[epoch()?])?;
        self.write(
            "UPDATE ledger SET epoch = staged_epoch, version = staged_version, hash = staged_hash,
             staged_epoch = NULL, staged_version = NULL, staged_hash = NULL, staged_next_part = NULL",
            &[],
        )
    }

    fn held_over(&self) -> Result<Vec<Digest>> {
        self.rows(
            "SELECT json_quote(digest) FROM records WHERE epoch = ?1 AND held_over = 1 ORDER BY digest",
            &[integer(self.epoch()?)?],
        )
    }
}

/// The database holds numbers as JavaScript does, exactly up to here.
const INTEGER_MAX: u64 = (1 << 53) - 1;

fn integer(value: u64) -> Result<Value<'static>> {
    if value <= INTEGER_MAX {
        Ok(Value::Integer(value))
    } else {
        Err(format!("{value} is beyond what the database holds"))
    }
}

fn text(value: &(impl Serialize + ?Sized)) -> Result<String> {
    serde_json::to_string(value).map_err(|why| why.to_string())
}

fn read<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|why| format!("stored: {why}"))
}
