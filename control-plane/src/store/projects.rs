//! Projects of a workspace.

use shared::timestamp::Timestamp;
use sqlx::AnyConnection;

/// A project.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ProjectRow {
    /// Public id.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Milliseconds since 1970.
    pub created_at: i64,
    /// When it was deleted, in milliseconds since 1970.
    pub deleted_at: Option<i64>,
    /// The last change of its deletion; none if it had no live tokens.
    pub deleted_version: Option<i64>,
    /// How many tokens its deletion revoked.
    pub deleted_tokens: Option<i64>,
}

/// Makes a project.
///
/// # Errors
/// If the id is taken or the database fails.
pub async fn insert(
    connection: &mut AnyConnection,
    workspace_id: &str,
    id: &str,
    name: &str,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO projects (id, workspace_id, name, created_at) VALUES ($1, $2, $3, $4)")
        .bind(id)
        .bind(workspace_id)
        .bind(name)
        .bind(now.0.cast_signed())
        .execute(connection)
        .await
        .map(drop)
}

/// One project of a workspace, deleted ones included.
///
/// # Errors
/// If the database fails.
pub async fn get(
    connection: &mut AnyConnection,
    workspace_id: &str,
    id: &str,
) -> Result<Option<ProjectRow>, sqlx::Error> {
    sqlx::query_as(
        "SELECT id, name, created_at, deleted_at, deleted_version, deleted_tokens
         FROM projects WHERE workspace_id = $1 AND id = $2",
    )
    .bind(workspace_id)
    .bind(id)
    .fetch_optional(connection)
    .await
}

/// Projects that are not deleted, newest first; `only` narrows it to one, `before` goes on after a page.
///
/// # Errors
/// If the database fails.
pub async fn list(
    connection: &mut AnyConnection,
    workspace_id: &str,
    only: Option<&str>,
    before: Option<&str>,
    limit: i64,
) -> Result<Vec<ProjectRow>, sqlx::Error> {
    sqlx::query_as(
        "SELECT id, name, created_at, deleted_at, deleted_version, deleted_tokens
         FROM projects
         WHERE workspace_id = $1 AND deleted_at IS NULL
           AND (CAST($2 AS TEXT) IS NULL OR id = $2)
           AND (CAST($3 AS TEXT) IS NULL OR id < $3)
         ORDER BY id DESC LIMIT $4",
    )
    .bind(workspace_id)
    .bind(only)
    .bind(before)
    .bind(limit)
    .fetch_all(connection)
    .await
}

/// Marks a project as deleted.
///
/// # Errors
/// If the database fails.
pub async fn set_deleted(
    connection: &mut AnyConnection,
    id: &str,
    now: Timestamp,
    version: Option<i64>,
    tokens: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE projects SET deleted_at = $2, deleted_version = $3, deleted_tokens = $4 WHERE id = $1")
        .bind(id)
        .bind(now.0.cast_signed())
        .bind(version)
        .bind(tokens)
        .execute(connection)
        .await
        .map(drop)
}
