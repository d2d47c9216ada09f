//! The change log: what has to reach the edge, in order, and what has.

use super::{Corrupt, Store, TokenRow, WorkspaceRow, tokens};
use crate::error::Error;
use shared::change::{Change, Head};
use shared::digest::Digest;
use shared::timestamp::Timestamp;
use sqlx::{Any, AnyConnection, Transaction};

/// The condition of the index `changes_unfinished`, which SQLite uses only where it stands word for
/// word. Without it every publish would read the whole log.
macro_rules! unfinished {
    ($before:literal, $after:literal) => {
        concat!($before, " (acknowledged_at IS NULL OR replicated_at IS NULL) ", $after)
    };
}

/// What kind of change it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A token that nobody knew before: effective as soon as ledger and KV have it.
    Create,
    /// Anything else: effective when nobody remembers what was before.
    Update,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
        }
    }
}

/// A changing transaction: the workspace's row is locked, so changes are numbered in the
/// order of their commits and limits are exact.
pub struct Locked {
    transaction: Transaction<'static, Any>,
    /// The workspace as it stood when it was locked.
    pub workspace: WorkspaceRow,
    head: Head,
}

impl Store {
    /// Begins a changing transaction by locking the workspace's row.
    ///
    /// # Errors
    /// If there is no such workspace or the database fails.
    pub(crate) async fn lock(&self, workspace_id: &str) -> Result<Locked, Error> {
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        let workspace: Option<WorkspaceRow> = sqlx::query_as(
            "UPDATE workspaces SET version = version WHERE id = $1
             RETURNING id, name, plan, epoch, version, hash, initialised_at, conflict",
        )
        .bind(workspace_id)
        .fetch_optional(&mut *transaction)
        .await?;
        let workspace = workspace.ok_or_else(|| Corrupt(format!("there is no workspace {workspace_id}")))?;
        let head = workspace.position()?.head;
        Ok(Locked { transaction, workspace, head })
    }
}

impl Locked {
    /// The connection that sees what this transaction has done.
    pub fn connection(&mut self) -> &mut AnyConnection {
        &mut self.transaction
    }

    /// Keeps a new token together with its change, which gets the next number.
    pub(crate) async fn create(&mut self, mut row: TokenRow, now: Timestamp) -> Result<TokenRow, Error> {
        row.version = self.next_version();
        tokens::insert(self.connection(), &row).await?;
        self.append(Kind::Create, &row, now).await?;
        Ok(row)
    }

    /// Revokes a token: its row together with its change, which gets the next number.
    pub(crate) async fn revoke(&mut self, mut row: TokenRow, now: Timestamp) -> Result<TokenRow, Error> {
        row.revoked_at = Some(now.0.cast_signed());
        row.effective_at = None;
        row.version = self.next_version();
        tokens::update(self.connection(), &row).await?;
        self.append(Kind::Update, &row, now).await?;
        Ok(row)
    }

    const fn next_version(&self) -> i64 {
        self.head.version.cast_signed() + 1
    }

    async fn append(&mut self, kind: Kind, row: &TokenRow, now: Timestamp) -> Result<(), Error> {
        let change = Change {
            version: self.head.version + 1,
            previous: self.head.hash,
            digest: row.digest()?,
            record: row.record()?,
        };
        self.head = change.head();
        sqlx::query(
            "INSERT INTO changes (workspace_id, version, kind, token_id, previous, hash, digest, record, created_at, announced)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0)",
        )
        .bind(&row.workspace_id)
        .bind(row.version)
        .bind(kind.name())
        .bind(&row.id)
        .bind(change.previous.to_hex())
        .bind(self.head.hash.to_hex())
        .bind(&row.digest)
        .bind(serde_json::to_string(&change.record).map_err(|why| Corrupt(why.to_string()))?)
        .bind(now.0.cast_signed())
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    /// Moves the workspace's head to the last change and commits everything.
    pub(crate) async fn commit(mut self) -> Result<(), Error> {
        sqlx::query("UPDATE workspaces SET version = $2, hash = $3 WHERE id = $1")
            .bind(&self.workspace.id)
            .bind(self.head.version.cast_signed())
            .bind(self.head.hash.to_hex())
            .execute(&mut *self.transaction)
            .await?;
        self.transaction.commit().await?;
        Ok(())
    }
}

#[derive(sqlx::FromRow)]
struct ChangeRow {
    version: i64,
    previous: String,
    digest: String,
    record: String,
}

impl ChangeRow {
    fn read(self) -> Result<Change, Corrupt> {
        let corrupt = |what: &str| Corrupt(format!("change {}: {what}", self.version));
        Ok(Change {
            version: u64::try_from(self.version).map_err(|_| corrupt("negative version"))?,
            previous: self.previous.parse().map_err(|_| corrupt("unreadable hash"))?,
            digest: self.digest.parse().map_err(|_| corrupt("unreadable digest"))?,
            record: serde_json::from_str(&self.record).map_err(|why| corrupt(&why.to_string()))?,
        })
    }
}

/// Changes from a version on, in order.
pub(crate) async fn from_version(
    connection: &mut AnyConnection,
    workspace_id: &str,
    version: u64,
    limit: usize,
) -> Result<Vec<Change>, Error> {
    let rows: Vec<ChangeRow> = sqlx::query_as(
        "SELECT version, previous, digest, record FROM changes
         WHERE workspace_id = $1 AND version >= $2 ORDER BY version LIMIT $3",
    )
    .bind(workspace_id)
    .bind(version.cast_signed())
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(ChangeRow::read).collect::<Result<_, _>>()?)
}

/// The first change that is not acknowledged yet.
///
/// # Errors
/// If the database fails.
pub async fn first_not_acknowledged(
    connection: &mut AnyConnection,
    workspace_id: &str,
) -> Result<Option<u64>, sqlx::Error> {
    let version: Option<i64> = sqlx::query_scalar(unfinished!(
        "SELECT MIN(version) FROM changes WHERE",
        "AND workspace_id = $1 AND acknowledged_at IS NULL"
    ))
    .bind(workspace_id)
    .fetch_one(connection)
    .await?;
    Ok(version.map(i64::cast_unsigned))
}

/// The hash of the history up to a version, if there is such a change.
///
/// # Errors
/// If the database fails.
pub async fn hash_at(
    connection: &mut AnyConnection,
    workspace_id: &str,
    version: u64,
) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar("SELECT hash FROM changes WHERE workspace_id = $1 AND version = $2")
        .bind(workspace_id)
        .bind(version.cast_signed())
        .fetch_optional(connection)
        .await
}

/// When a change became effective; none: not yet, or no such change.
///
/// # Errors
/// If the database fails.
pub async fn effective_at(
    connection: &mut AnyConnection,
    workspace_id: &str,
    version: i64,
) -> Result<Option<i64>, sqlx::Error> {
    let found: Option<Option<i64>> =
        sqlx::query_scalar("SELECT effective_at FROM changes WHERE workspace_id = $1 AND version = $2")
            .bind(workspace_id)
            .bind(version)
            .fetch_optional(connection)
            .await?;
    Ok(found.flatten())
}

/// Notes that every change up to a version is acknowledged: the ledger has it, and nobody
/// remembers anything older.
///
/// # Errors
/// If the database fails.
pub async fn set_acknowledged(
    connection: &mut AnyConnection,
    workspace_id: &str,
    up_to: u64,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query(unfinished!(
        "UPDATE changes SET acknowledged_at = $3,
           effective_at = CASE WHEN kind = 'update' OR replicated_at IS NOT NULL THEN COALESCE(effective_at, $3) END
         WHERE",
        "AND workspace_id = $1 AND version <= $2 AND acknowledged_at IS NULL"
    ))
    .bind(workspace_id)
    .bind(up_to.cast_signed())
    .bind(now.0.cast_signed())
    .execute(connection)
    .await
    .map(drop)
}

/// Notes that KV has what the changes of these tokens up to a version say, which the ledger has.
///
/// # Errors
/// If the database fails.
pub async fn set_replicated(
    connection: &mut AnyConnection,
    workspace_id: &str,
    up_to: u64,
    digests: &[Digest],
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    for digest in digests {
        sqlx::query(unfinished!(
            "UPDATE changes SET replicated_at = $4,
               effective_at = CASE WHEN acknowledged_at IS NOT NULL OR (kind = 'create' AND announced = 0)
                 THEN COALESCE(effective_at, $4) END
             WHERE",
            "AND workspace_id = $1 AND version <= $2 AND digest = $3 AND replicated_at IS NULL"
        ))
        .bind(workspace_id)
        .bind(up_to.cast_signed())
        .bind(digest.to_hex())
        .bind(now.0.cast_signed())
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// Notes that the secret of a create goes out although the create is not effective; false
/// if it became effective meanwhile.
///
/// # Errors
/// If the database fails.
pub async fn announce(connection: &mut AnyConnection, workspace_id: &str, version: i64) -> Result<bool, sqlx::Error> {
    let done = sqlx::query(
        "UPDATE changes SET announced = 1 WHERE workspace_id = $1 AND version = $2 AND effective_at IS NULL",
    )
    .bind(workspace_id)
    .bind(version)
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Tokens with changes up to a version that KV does not have yet.
///
/// # Errors
/// If the database fails.
pub async fn not_replicated(
    connection: &mut AnyConnection,
    workspace_id: &str,
    up_to: u64,
    limit: usize,
) -> Result<Vec<TokenRow>, sqlx::Error> {
    let ids: Vec<String> = sqlx::query_scalar(unfinished!(
        "SELECT DISTINCT token_id FROM changes WHERE",
        "AND workspace_id = $1 AND version <= $2 AND replicated_at IS NULL ORDER BY token_id LIMIT $3"
    ))
    .bind(workspace_id)
    .bind(up_to.cast_signed())
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .fetch_all(&mut *connection)
    .await?;
    let mut rows = Vec::with_capacity(ids.len());
    for id in ids {
        rows.extend(tokens::get(connection, workspace_id, &id).await?);
    }
    Ok(rows)
}

/// Workspaces with something left to do: a ledger to initialise, a change to publish or to replicate.
///
/// # Errors
/// If the database fails.
pub async fn unfinished_workspaces(connection: &mut AnyConnection) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar(unfinished!(
        "SELECT workspace_id FROM changes WHERE",
        "UNION SELECT id FROM workspaces WHERE initialised_at IS NULL"
    ))
    .fetch_all(connection)
    .await
}

/// When the oldest change was made that is not effective, in milliseconds since 1970.
///
/// # Errors
/// If the database fails.
pub async fn oldest_not_effective(connection: &mut AnyConnection) -> Result<Option<i64>, sqlx::Error> {
    sqlx::query_scalar(unfinished!("SELECT MIN(created_at) FROM changes WHERE", "AND effective_at IS NULL"))
        .fetch_one(connection)
        .await
}
