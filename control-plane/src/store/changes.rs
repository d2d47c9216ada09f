//! The change log: what has to reach the edge, in order, and what has.

use super::{Corrupt, TokenRow, tokens};
use crate::error::Error;
use shared::change::{ChainHash, Change, Head};
use shared::digest::Digest;
use shared::timestamp::Timestamp;
use sqlx::AnyConnection;

/// The condition of the index `changes_unfinished`, which SQLite uses only where it stands word for
/// word. Without it every publish would read the whole log.
macro_rules! unfinished {
    ($before:literal, $after:literal) => {
        concat!($before, " (acknowledged_at IS NULL OR replicated_at IS NULL) ", $after)
    };
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

/// The last change of a project's tokens, creates aside, that is not effective yet.
///
/// # Errors
/// If the database fails.
pub(crate) async fn last_pending_update_of_project(
    connection: &mut AnyConnection,
    project_id: &str,
) -> Result<Option<i64>, sqlx::Error> {
    sqlx::query_scalar(unfinished!(
        "SELECT MAX(version) FROM changes WHERE",
        "AND kind = 'update' AND effective_at IS NULL
         AND token_id IN (SELECT id FROM tokens WHERE project_id = $1)"
    ))
    .bind(project_id)
    .fetch_one(connection)
    .await
}

/// The hash of the history up to a version, if there is such a change.
///
/// # Errors
/// If the database fails, or holds no hash there.
pub(crate) async fn hash_at(
    connection: &mut AnyConnection,
    workspace_id: &str,
    version: u64,
) -> Result<Option<ChainHash>, Error> {
    let hash: Option<String> = sqlx::query_scalar("SELECT hash FROM changes WHERE workspace_id = $1 AND version = $2")
        .bind(workspace_id)
        .bind(version.cast_signed())
        .fetch_optional(connection)
        .await?;
    let read = |text: String| text.parse().map_err(|_| Corrupt(format!("change {version}: unreadable hash")));
    Ok(hash.map(read).transpose()?)
}

/// Whether our history came by here.
///
/// # Errors
/// If the database fails, or holds no hash there.
pub(crate) async fn has(connection: &mut AnyConnection, workspace_id: &str, head: Head) -> Result<bool, Error> {
    Ok(hash_at(connection, workspace_id, head.version).await? == Some(head.hash))
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
/// remembers anything older. Returns when those were made that became effective by it, in
/// milliseconds since 1970.
///
/// # Errors
/// If the database fails.
pub async fn set_acknowledged(
    connection: &mut AnyConnection,
    workspace_id: &str,
    up_to: u64,
    now: Timestamp,
) -> Result<Vec<i64>, sqlx::Error> {
    let made: Vec<Option<i64>> = sqlx::query_scalar(unfinished!(
        "UPDATE changes SET acknowledged_at = $3,
           effective_at = CASE WHEN kind = 'update' OR replicated_at IS NOT NULL THEN COALESCE(effective_at, $3) END
         WHERE",
        "AND workspace_id = $1 AND version <= $2 AND acknowledged_at IS NULL
         RETURNING CASE WHEN kind = 'update' OR (announced = 1 AND replicated_at IS NOT NULL) THEN created_at END"
    ))
    .bind(workspace_id)
    .bind(up_to.cast_signed())
    .bind(now.0.cast_signed())
    .fetch_all(connection)
    .await?;
    Ok(made.into_iter().flatten().collect())
}

/// Notes that KV has what the changes of these tokens up to a version say, which the ledger has.
/// Returns when those were made that became effective by it, in milliseconds since 1970.
///
/// # Errors
/// If the database fails.
pub async fn set_replicated(
    connection: &mut AnyConnection,
    workspace_id: &str,
    up_to: u64,
    digests: &[Digest],
    now: Timestamp,
) -> Result<Vec<i64>, sqlx::Error> {
    if digests.is_empty() {
        return Ok(Vec::new());
    }
    let places: Vec<_> = (4..).take(digests.len()).map(|number| format!("${number}")).collect();
    let update = unfinished!(
        "UPDATE changes SET replicated_at = $3,
           effective_at = CASE WHEN acknowledged_at IS NOT NULL OR (kind = 'create' AND announced = 0)
             THEN COALESCE(effective_at, $3) END
         WHERE",
        "AND workspace_id = $1 AND version <= $2 AND replicated_at IS NULL AND digest IN ({places})
         RETURNING CASE WHEN kind = 'create' AND (announced = 0 OR acknowledged_at IS NOT NULL) THEN created_at END"
    );
    let update = sqlx::AssertSqlSafe(update.replace("{places}", &places.join(", ")));
    let query = sqlx::query_scalar(update).bind(workspace_id).bind(up_to.cast_signed()).bind(now.0.cast_signed());
    let query = digests.iter().fold(query, |query, digest| query.bind(digest.to_hex()));
    let made: Vec<Option<i64>> = query.fetch_all(connection).await?;
    Ok(made.into_iter().flatten().collect())
}

/// Notes that the secret of a create goes out although the create is not effective.
///
/// # Errors
/// If the database fails.
pub async fn announce(connection: &mut AnyConnection, workspace_id: &str, version: i64) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE changes SET announced = 1 WHERE workspace_id = $1 AND version = $2 AND effective_at IS NULL")
        .bind(workspace_id)
        .bind(version)
        .execute(connection)
        .await
        .map(drop)
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
    let ids = unfinished!(
        "SELECT DISTINCT token_id FROM changes WHERE",
        "AND workspace_id = $1 AND version <= $2 AND replicated_at IS NULL ORDER BY token_id LIMIT $3"
    );
    sqlx::query_as(sqlx::AssertSqlSafe(format!("{} WHERE t.id IN ({ids}) ORDER BY t.id", tokens::SELECT)))
        .bind(workspace_id)
        .bind(up_to.cast_signed())
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(connection)
        .await
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

/// How many changes have something left to do. Reads the index of those alone.
///
/// # Errors
/// If the database fails.
pub async fn count_unfinished(connection: &mut AnyConnection) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar(unfinished!("SELECT COUNT(*) FROM changes WHERE", "")).fetch_one(connection).await
}
