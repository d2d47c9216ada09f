//! Pages of tokens, newest first. Whatever page of whatever kind, what it costs grows with the page and not with the
//! workspace: each kind has an index of its own (`query_plans` holds them against it).

use super::{SELECT, TokenRow};
use shared::timestamp::Timestamp;
use sqlx::AnyConnection;

/// Sorts behind every id, in every collation.
const BEHIND_ALL: &str = "tokz";

/// Which tokens a list shows, by where they stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Those that work, and those whose last change is pending.
    Active,
    /// Those whose time is over.
    Expired,
    /// Those that were revoked, and those whose grace is over.
    Revoked,
    /// All of them.
    All,
}

/// Which tokens a page shows.
#[derive(Debug, Clone, Copy)]
pub struct Filter<'a> {
    /// By where they stand.
    pub status: Status,
    /// Only this project's.
    pub project_id: Option<&'a str>,
    /// Only those after this one, for the next page.
    pub after: Option<&'a str>,
    /// At most so many.
    pub limit: i64,
}

/// The ids of a page. `$1` workspace, `$2` cursor, `$3` limit, `$4` now; `{of_project}` narrows it to one.
///
/// Of the tokens that are active four kinds are put together, each found by an index: the permanent ones by their
/// id; the temporary ones by their expiry and the replaced ones by their grace, since of those the ones that are over
/// are many; and those whose revocation is pending, by their change.
const ACTIVE: &str = "SELECT id FROM (
      SELECT id FROM tokens WHERE workspace_id = $1 AND revoked_at IS NULL AND expires_at IS NULL
        AND superseded_by IS NULL AND id < $2 {of_project} ORDER BY id DESC LIMIT $3
    ) AS permanent
    UNION ALL SELECT id FROM (
      SELECT id FROM tokens WHERE workspace_id = $1 AND revoked_at IS NULL AND expires_at > $4
        AND superseded_by IS NULL AND id < $2 {of_project} ORDER BY id DESC LIMIT $3
    ) AS temporary
    UNION ALL SELECT id FROM (
      SELECT id FROM tokens WHERE workspace_id = $1 AND revoked_at IS NULL AND superseded_until > $4
        AND (expires_at IS NULL OR expires_at > $4) AND id < $2 {of_project} ORDER BY id DESC LIMIT $3
    ) AS replaced
    UNION ALL SELECT id FROM (
      SELECT tokens.id FROM changes JOIN tokens ON tokens.id = changes.token_id AND tokens.version = changes.version
      WHERE (acknowledged_at IS NULL OR replicated_at IS NULL) AND changes.workspace_id = $1
        AND effective_at IS NULL AND revoked_at IS NOT NULL AND tokens.id < $2 {of_project}
      ORDER BY tokens.id DESC LIMIT $3
    ) AS pending";

const EXPIRED: &str = "SELECT id FROM tokens WHERE workspace_id = $1 AND revoked_at IS NULL AND expires_at <= $4
      AND (superseded_until IS NULL OR superseded_until > $4) AND id < $2 {of_project} ORDER BY id DESC LIMIT $3";

const REVOKED: &str = "SELECT id FROM (
      SELECT tokens.id FROM tokens JOIN changes
        ON changes.workspace_id = tokens.workspace_id AND changes.version = tokens.version
      WHERE tokens.workspace_id = $1 AND revoked_at IS NOT NULL AND effective_at IS NOT NULL AND tokens.id < $2
        {of_project} ORDER BY tokens.id DESC LIMIT $3
    ) AS revoked
    UNION ALL SELECT id FROM (
      SELECT id FROM tokens WHERE workspace_id = $1 AND revoked_at IS NULL AND superseded_until <= $4 AND id < $2
        {of_project} ORDER BY id DESC LIMIT $3
    ) AS superseded";

const ALL: &str = "SELECT id FROM tokens WHERE workspace_id = $1 AND id < $2 {of_project} ORDER BY id DESC LIMIT $3";

/// A page of a workspace's tokens, newest first.
///
/// # Errors
/// If the database fails.
pub async fn list(
    connection: &mut AnyConnection,
    workspace_id: &str,
    filter: Filter<'_>,
    now: Timestamp,
) -> Result<Vec<TokenRow>, sqlx::Error> {
    let ids = match filter.status {
        Status::Active => ACTIVE,
        Status::Expired => EXPIRED,
        Status::Revoked => REVOKED,
        Status::All => ALL,
    };
    // A database knows no type of a parameter that its statement does not use.
    let takes_now = filter.status != Status::All;
    let of_project = match filter.project_id {
        Some(_) => format!("AND tokens.project_id = ${}", if takes_now { 5 } else { 4 }),
        None => String::new(),
    };
    let ids = ids.replace("{of_project}", &of_project);
    let page = format!("{SELECT} WHERE t.id IN (SELECT id FROM ({ids}) AS page) ORDER BY t.id DESC LIMIT $3");
    let mut query = sqlx::query_as(sqlx::AssertSqlSafe(page))
        .bind(workspace_id)
        .bind(filter.after.unwrap_or(BEHIND_ALL))
        .bind(filter.limit);
    if takes_now {
        query = query.bind(now.0.cast_signed());
    }
    if let Some(project_id) = filter.project_id {
        query = query.bind(project_id);
    }
    query.fetch_all(connection).await
}
