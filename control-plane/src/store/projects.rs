//! Projects of a workspace.

use super::audit_events::{Action, Event};
use super::{Locked, changes, tokens};
use crate::error::Error;
use serde_json::{Value, json};
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

impl Locked {
    /// Makes a project.
    pub(crate) async fn create_project(&mut self, id: &str, name: &str) -> Result<(), Error> {
        let (workspace_id, now) = (self.workspace.id.clone(), self.now);
        sqlx::query("INSERT INTO projects (id, workspace_id, name, created_at) VALUES ($1, $2, $3, $4)")
            .bind(id)
            .bind(workspace_id)
            .bind(name)
            .bind(now.0.cast_signed())
            .execute(self.connection())
            .await?;
        let (before, after) = (Value::Null, json!({"name": name}));
        let event = Event { action: Action::ProjectCreated, token_id: None, project_id: Some(id), before, after };
        self.audit(event).await
    }

    /// Marks a project as deleted and revokes its tokens. Effective it is with the last of these revocations, or with
    /// what became of its other tokens before and the edge has not confirmed.
    pub(crate) async fn delete_project(&mut self, project: ProjectRow) -> Result<ProjectRow, Error> {
        let now = self.now;
        let mut version = changes::last_pending_update_of_project(self.connection(), &project.id).await?;
        let live = tokens::live_of_project(self.connection(), &project.id, now).await?;
        let revoked = i64::try_from(live.len()).unwrap_or(i64::MAX);
        for token in live {
            version = Some(self.revoke(token).await?.version);
        }
        let deleted_at = Some(now.0.cast_signed());
        let project = ProjectRow { deleted_at, deleted_version: version, deleted_tokens: Some(revoked), ..project };
        set_deleted(self.connection(), &project).await?;
        let (before, after) = (json!({"name": project.name}), json!({"revoked": revoked}));
        let (action, project_id) = (Action::ProjectDeleted, Some(&*project.id));
        self.audit(Event { action, token_id: None, project_id, before, after }).await?;
        Ok(project)
    }
}

async fn set_deleted(connection: &mut AnyConnection, project: &ProjectRow) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE projects SET deleted_at = $2, deleted_version = $3, deleted_tokens = $4 WHERE id = $1")
        .bind(&project.id)
        .bind(project.deleted_at)
        .bind(project.deleted_version)
        .bind(project.deleted_tokens)
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
