//! Republishes that have begun and are not over, so that one that was interrupted goes on where it was.

use shared::ledger::Position;
use shared::timestamp::Timestamp;
use sqlx::AnyConnection;

/// How far the republish of a workspace has come.
#[derive(Debug, Clone, Default, sqlx::FromRow)]
pub struct RepublishRow {
    /// The workspace.
    pub workspace_id: String,
    /// Epoch of the snapshot that is being sent; none: not yet.
    pub epoch: Option<i64>,
    /// Version of that snapshot.
    pub version: Option<i64>,
    /// The snapshot is in force, and KV has every token up to this one; empty: none yet.
    pub kv_after: Option<String>,
}

/// Which snapshot it is: the epoch that it begins, and the last change that it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SnapshotId {
    /// Its epoch.
    pub epoch: u64,
    /// Its version.
    pub version: u64,
}

impl RepublishRow {
    /// The snapshot that was being sent; none: not yet.
    #[must_use]
    pub fn snapshot(&self) -> Option<SnapshotId> {
        Some(SnapshotId { epoch: self.epoch?.cast_unsigned(), version: self.version?.cast_unsigned() })
    }

    /// Whether this is the snapshot that was being sent.
    #[must_use]
    pub fn is_at(&self, position: Position) -> bool {
        self.snapshot() == Some(SnapshotId { epoch: position.epoch, version: position.head.version })
    }
}

/// Notes that a workspace is to be republished, unless that is noted.
///
/// # Errors
/// If the database fails.
pub async fn begin(connection: &mut AnyConnection, workspace_id: &str, now: Timestamp) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO republishes (workspace_id, begun_at) VALUES ($1, $2) ON CONFLICT (workspace_id) DO NOTHING",
    )
    .bind(workspace_id)
    .bind(now.0.cast_signed())
    .execute(connection)
    .await
    .map(drop)
}

/// Notes that every workspace is to be republished.
///
/// # Errors
/// If the database fails.
pub async fn begin_all(connection: &mut AnyConnection, now: Timestamp) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO republishes (workspace_id, begun_at) SELECT id, $1 FROM workspaces WHERE true
         ON CONFLICT (workspace_id) DO NOTHING",
    )
    .bind(now.0.cast_signed())
    .execute(connection)
    .await
    .map(drop)
}

/// What is not over, in the order of the workspaces' ids.
///
/// # Errors
/// If the database fails.
pub async fn all(connection: &mut AnyConnection) -> Result<Vec<RepublishRow>, sqlx::Error> {
    sqlx::query_as("SELECT workspace_id, epoch, version, kv_after FROM republishes ORDER BY workspace_id")
        .fetch_all(connection)
        .await
}

/// How far a workspace's has come.
///
/// # Errors
/// If the database fails.
pub async fn get(connection: &mut AnyConnection, workspace_id: &str) -> Result<Option<RepublishRow>, sqlx::Error> {
    sqlx::query_as("SELECT workspace_id, epoch, version, kv_after FROM republishes WHERE workspace_id = $1")
        .bind(workspace_id)
        .fetch_optional(connection)
        .await
}

/// Notes the snapshot that is being sent.
///
/// # Errors
/// If the database fails.
pub async fn set_snapshot(
    connection: &mut AnyConnection,
    workspace_id: &str,
    position: Position,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE republishes SET epoch = $2, version = $3, kv_after = NULL WHERE workspace_id = $1")
        .bind(workspace_id)
        .bind(position.epoch.cast_signed())
        .bind(position.head.version.cast_signed())
        .execute(connection)
        .await
        .map(drop)
}

/// Notes that a snapshot is in force and KV has every token up to this one; empty: none yet. False if another run has
/// begun another snapshot.
///
/// # Errors
/// If the database fails.
pub async fn set_kv_after(
    connection: &mut AnyConnection,
    workspace_id: &str,
    epoch: u64,
    after: &str,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query("UPDATE republishes SET kv_after = $3 WHERE workspace_id = $1 AND epoch = $2")
        .bind(workspace_id)
        .bind(epoch.cast_signed())
        .bind(after)
        .execute(connection)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Notes that the run of an epoch is over.
///
/// # Errors
/// If the database fails.
pub async fn end(connection: &mut AnyConnection, workspace_id: &str, epoch: u64) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM republishes WHERE workspace_id = $1 AND epoch = $2")
        .bind(workspace_id)
        .bind(epoch.cast_signed())
        .execute(connection)
        .await
        .map(drop)
}
