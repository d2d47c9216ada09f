//! Tokens: everything about them but their text.

mod list;

pub use list::{Filter, Status, list};

use super::{Corrupt, Store};
use shared::digest::Digest;
use shared::id::{TokenId, WorkspaceId};
use shared::record::{Record, State};
use shared::scope::ScopeSet;
use shared::timestamp::Timestamp;
use sqlx::AnyConnection;
use std::collections::BTreeMap;

/// A token. Times are milliseconds since 1970.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct TokenRow {
    /// Public id.
    pub id: String,
    /// Its workspace.
    pub workspace_id: String,
    /// The one project that it covers.
    pub project_id: Option<String>,
    /// What people call it.
    pub name: String,
    /// What may be shown of its text.
    pub prefix: String,
    /// Its digest.
    pub digest: String,
    /// The pepper under which the digest was made.
    pub pepper_id: String,
    /// Bits of its [`ScopeSet`].
    pub scopes: i64,
    /// When it was made.
    pub created_at: i64,
    /// The token that made it, or `operator`.
    pub created_by: String,
    /// First moment at which it is no longer valid.
    pub expires_at: Option<i64>,
    /// When its revocation was committed.
    pub revoked_at: Option<i64>,
    /// When it was last seen.
    pub last_used_at: Option<i64>,
    /// The token that replaced it.
    pub superseded_by: Option<String>,
    /// First moment at which it is over since it was replaced.
    pub superseded_until: Option<i64>,
    /// Its last change.
    pub version: i64,
    /// When that change was effective on the whole edge. Not of this table: joined.
    #[sqlx(default)]
    pub effective_at: Option<i64>,
}

impl TokenRow {
    fn corrupt(&self, what: &str) -> Corrupt {
        Corrupt(format!("token {}: {what}", self.id))
    }

    /// Its workspace.
    ///
    /// # Errors
    /// If the row cannot be read; so for the other methods.
    pub fn workspace_id(&self) -> Result<WorkspaceId, Corrupt> {
        self.workspace_id.parse().map_err(|_| self.corrupt("unreadable workspace id"))
    }

    /// Its digest.
    ///
    /// # Errors
    /// If the row cannot be read.
    pub fn digest(&self) -> Result<Digest, Corrupt> {
        self.digest.parse().map_err(|_| self.corrupt("unreadable digest"))
    }

    /// The bits of its scopes; bits that do not fit allow nothing.
    #[must_use]
    pub fn scope_bits(&self) -> u8 {
        u8::try_from(self.scopes).unwrap_or(0)
    }

    /// What edge and ledger know of it.
    ///
    /// # Errors
    /// If the row cannot be read.
    pub fn record(&self) -> Result<Record, Corrupt> {
        let expires_at = self.expires_at.map(u64::try_from).transpose().map_err(|_| self.corrupt("negative expiry"))?;
        Ok(Record {
            token_id: self.id.parse().map_err(|_| self.corrupt("unreadable id"))?,
            project_id: self.project_id.as_deref().map(str::parse).transpose().map_err(|_| self.corrupt("project"))?,
            scopes: ScopeSet::from_bits(self.scope_bits()),
            expires_at: expires_at.map(Timestamp),
            state: self.state()?,
        })
    }

    fn state(&self) -> Result<State, Corrupt> {
        if self.revoked_at.is_some() {
            return Ok(State::Revoked);
        }
        let until = self.superseded_until.map(u64::try_from).transpose().map_err(|_| self.corrupt("negative grace"))?;
        Ok(until.map_or(State::Active, |until| State::Superseded { until: Timestamp(until) }))
    }

    /// When it was revoked, or when its grace was over.
    #[must_use]
    pub fn dead_since(&self, now: Timestamp) -> Option<i64> {
        self.revoked_at.or(self.superseded_until.filter(|until| *until <= now.0.cast_signed()))
    }

    /// When it ends by itself: its expiry, or the end of its grace.
    #[must_use]
    pub fn ends_at(&self) -> Option<i64> {
        self.expires_at.into_iter().chain(self.superseded_until).min()
    }
}

/// Every column of [`TokenRow`], with when its last change was effective.
pub(super) const SELECT: &str =
    "SELECT t.id, t.workspace_id, t.project_id, t.name, t.prefix, t.digest, t.pepper_id, t.scopes,
    t.created_at, t.created_by, t.expires_at, t.revoked_at, t.last_used_at, t.superseded_by, t.superseded_until,
    t.version, c.effective_at
  FROM tokens t LEFT JOIN changes c ON c.workspace_id = t.workspace_id AND c.version = t.version";

/// The token of a digest.
///
/// # Errors
/// If the database fails.
pub async fn by_digest(connection: &mut AnyConnection, digest: &Digest) -> Result<Option<TokenRow>, sqlx::Error> {
    sqlx::query_as(sqlx::AssertSqlSafe(format!("{SELECT} WHERE t.digest = $1")))
        .bind(digest.to_hex())
        .fetch_optional(connection)
        .await
}

/// One token of a workspace.
///
/// # Errors
/// If the database fails.
pub async fn get(
    connection: &mut AnyConnection,
    workspace_id: &str,
    id: &str,
) -> Result<Option<TokenRow>, sqlx::Error> {
    sqlx::query_as(sqlx::AssertSqlSafe(format!("{SELECT} WHERE t.workspace_id = $1 AND t.id = $2")))
        .bind(workspace_id)
        .bind(id)
        .fetch_optional(connection)
        .await
}

/// How many tokens of a workspace are live: not revoked, not expired, not superseded.
///
/// # Errors
/// If the database fails.
pub async fn count_live(
    connection: &mut AnyConnection,
    workspace_id: &str,
    now: Timestamp,
) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT COUNT(*) FROM tokens
         WHERE workspace_id = $1 AND revoked_at IS NULL AND superseded_by IS NULL
           AND (expires_at IS NULL OR expires_at > $2)",
    )
    .bind(workspace_id)
    .bind(now.0.cast_signed())
    .fetch_one(connection)
    .await
}

/// How many live tokens of all workspaces were made under which pepper. Reads every token.
///
/// # Errors
/// If the database fails.
pub async fn live_by_pepper(
    connection: &mut AnyConnection,
    now: Timestamp,
) -> Result<BTreeMap<String, i64>, sqlx::Error> {
    let counts: Vec<(String, i64)> = sqlx::query_as(
        "SELECT pepper_id, COUNT(*) FROM tokens
         WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $1)
           AND (superseded_until IS NULL OR superseded_until > $1)
         GROUP BY pepper_id",
    )
    .bind(now.0.cast_signed())
    .fetch_all(connection)
    .await?;
    Ok(counts.into_iter().collect())
}

/// Every token of a workspace, for a snapshot.
///
/// # Errors
/// If the database fails.
pub async fn all(connection: &mut AnyConnection, workspace_id: &str) -> Result<Vec<TokenRow>, sqlx::Error> {
    sqlx::query_as(sqlx::AssertSqlSafe(format!("{SELECT} WHERE t.workspace_id = $1 ORDER BY t.id")))
        .bind(workspace_id)
        .fetch_all(connection)
        .await
}

/// The tokens of a workspace that follow this id, in the order of their ids.
///
/// # Errors
/// If the database fails.
pub async fn after(
    connection: &mut AnyConnection,
    workspace_id: &str,
    id: &str,
    limit: usize,
) -> Result<Vec<TokenRow>, sqlx::Error> {
    sqlx::query_as(sqlx::AssertSqlSafe(format!(
        "{SELECT} WHERE t.workspace_id = $1 AND t.id > $2 ORDER BY t.id LIMIT $3"
    )))
    .bind(workspace_id)
    .bind(id)
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .fetch_all(connection)
    .await
}

/// How many tokens of a workspace come up to this id, and how many there are.
///
/// # Errors
/// If the database fails.
pub async fn count_up_to(
    connection: &mut AnyConnection,
    workspace_id: &str,
    id: &str,
) -> Result<(usize, usize), sqlx::Error> {
    let (done, all): (i64, i64) =
        sqlx::query_as("SELECT COUNT(CASE WHEN id <= $2 THEN 1 END), COUNT(*) FROM tokens WHERE workspace_id = $1")
            .bind(workspace_id)
            .bind(id)
            .fetch_one(connection)
            .await?;
    Ok((usize::try_from(done).unwrap_or_default(), usize::try_from(all).unwrap_or_default()))
}

/// Tokens of a project that are live.
///
/// # Errors
/// If the database fails.
pub async fn live_of_project(
    connection: &mut AnyConnection,
    project_id: &str,
    now: Timestamp,
) -> Result<Vec<TokenRow>, sqlx::Error> {
    sqlx::query_as(sqlx::AssertSqlSafe(format!(
        "{SELECT} WHERE t.project_id = $1 AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > $2)
           AND (t.superseded_until IS NULL OR t.superseded_until > $2) ORDER BY t.id"
    )))
    .bind(project_id)
    .bind(now.0.cast_signed())
    .fetch_all(connection)
    .await
}

/// Keeps a new token.
///
/// # Errors
/// If the database fails.
pub async fn insert(connection: &mut AnyConnection, row: &TokenRow) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO tokens (id, workspace_id, project_id, name, prefix, digest, pepper_id, scopes,
           created_at, created_by, expires_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(&row.id)
    .bind(&row.workspace_id)
    .bind(&row.project_id)
    .bind(&row.name)
    .bind(&row.prefix)
    .bind(&row.digest)
    .bind(&row.pepper_id)
    .bind(row.scopes)
    .bind(row.created_at)
    .bind(&row.created_by)
    .bind(row.expires_at)
    .bind(row.version)
    .execute(connection)
    .await
    .map(drop)
}

/// Writes down when tokens were used, unless they were used later already. Unknown ids are passed over.
///
/// # Errors
/// If the database fails.
pub async fn set_last_used(store: &Store, used: &[(TokenId, Timestamp)]) -> Result<(), sqlx::Error> {
    let mut transaction = store.begin().await?;
    // In the order in which other transactions take many rows, so that they cannot wait for each other.
    let mut used: Vec<_> = used.iter().collect();
    used.sort_unstable_by_key(|(id, _)| id);
    for (id, at) in used {
        sqlx::query(
            "UPDATE tokens SET last_used_at = $1 WHERE id = $2 AND (last_used_at IS NULL OR last_used_at < $1)",
        )
        .bind(at.0.cast_signed())
        .bind(id.as_str())
        .execute(&mut *transaction)
        .await?;
    }
    transaction.commit().await
}

/// Keeps what a change may have changed of a token.
///
/// # Errors
/// If the database fails.
pub async fn update(connection: &mut AnyConnection, row: &TokenRow) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE tokens SET name = $2, scopes = $3, expires_at = $4, revoked_at = $5, superseded_by = $6,
           superseded_until = $7, version = $8 WHERE id = $1",
    )
    .bind(&row.id)
    .bind(&row.name)
    .bind(row.scopes)
    .bind(row.expires_at)
    .bind(row.revoked_at)
    .bind(&row.superseded_by)
    .bind(row.superseded_until)
    .bind(row.version)
    .execute(connection)
    .await
    .map(drop)
}
