//! The audit log: who did what to which token, from where and when, before and after. An event commits together
//! with what it tells of, and holds no secret.

use super::{Locked, TokenRow};
use crate::client::Client;
use crate::error::Error;
use crate::times;
use serde_json::{Map, Value, json};
use shared::scope::ScopeSet;
use shared::timestamp::Timestamp;
use sqlx::AnyConnection;

/// Who changes something, and from where.
#[derive(Debug, Clone)]
pub struct Actor {
    /// A token's id, or `operator`.
    pub id: String,
    /// From where.
    pub client: Client,
}

impl Actor {
    /// Somebody at the machine itself, by a command of this program.
    #[must_use]
    pub fn operator(command: &str) -> Self {
        let client = Client { user_agent: Some(format!("control-plane {command}")), ..Client::default() };
        Self { id: "operator".into(), client }
    }
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    WorkspaceCreated,
    PlanChanged,
    ProjectCreated,
    ProjectDeleted,
    TokenCreated,
    TokenChanged,
    TokenRotated,
    TokenRevoked,
    SessionCreated,
    SessionEnded,
}

impl Action {
    const fn name(self) -> &'static str {
        match self {
            Self::WorkspaceCreated => "workspace.created",
            Self::PlanChanged => "workspace.plan-changed",
            Self::ProjectCreated => "project.created",
            Self::ProjectDeleted => "project.deleted",
            Self::TokenCreated => "token.created",
            Self::TokenChanged => "token.changed",
            Self::TokenRotated => "token.rotated",
            Self::TokenRevoked => "token.revoked",
            Self::SessionCreated => "session.created",
            Self::SessionEnded => "session.ended",
        }
    }
}

/// What an event tells, besides who and when.
pub(crate) struct Event<'a> {
    pub(crate) action: Action,
    pub(crate) token_id: Option<&'a str>,
    pub(crate) project_id: Option<&'a str>,
    pub(crate) before: Value,
    pub(crate) after: Value,
}

impl<'a> Event<'a> {
    /// What became of a token: of both states only what differs; of a new token everything.
    pub(crate) fn of_token(action: Action, before: Option<&TokenRow>, after: &'a TokenRow) -> Self {
        let (mut new, mut old) = (told(after), before.map(told));
        if let Some(old) = &mut old {
            let changed: Vec<_> = new.keys().filter(|name| old.get(*name) != new.get(*name)).cloned().collect();
            old.retain(|name, _| changed.contains(name));
            new.retain(|name, _| changed.contains(name));
        }
        let (token_id, project_id) = (Some(&*after.id), after.project_id.as_deref());
        Self { action, token_id, project_id, before: old.map_or(Value::Null, Value::Object), after: Value::Object(new) }
    }

    /// What became of a session of a token.
    pub(crate) fn of_session(action: Action, token: &'a TokenRow, after: Value) -> Self {
        let (token_id, project_id) = (Some(&*token.id), token.project_id.as_deref());
        Self { action, token_id, project_id, before: Value::Null, after }
    }
}

impl Event<'static> {
    /// What became of a workspace.
    pub(crate) const fn of_workspace(action: Action, before: Value, after: Value) -> Self {
        Self { action, token_id: None, project_id: None, before, after }
    }
}

/// What the log tells of a token.
fn told(row: &TokenRow) -> Map<String, Value> {
    let shown = |at: Option<i64>| at.map(|at| times::format(Timestamp(at.cast_unsigned())));
    let told = json!({
        "name": row.name,
        "scopes": ScopeSet::from_bits(row.scope_bits()).names(),
        "projectId": row.project_id,
        "expiresAt": shown(row.expires_at),
        "revokedAt": shown(row.revoked_at),
        "supersededBy": row.superseded_by,
        "supersededUntil": shown(row.superseded_until),
    });
    if let Value::Object(fields) = told { fields } else { Map::new() }
}

impl Locked {
    /// Writes an event down; it commits with what it tells of.
    pub(crate) async fn audit(&mut self, event: Event<'_>) -> Result<(), Error> {
        self.audited += 1;
        let (number, now, actor) = (self.audited, self.now.0.cast_signed(), self.actor.clone());
        let text = |value: &Value| (!value.is_null()).then(|| value.to_string());
        sqlx::query(
            "INSERT INTO audit_events (workspace_id, number, created_at, actor, action, token_id, project_id,
               address, user_agent, request_id, state_before, state_after)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        )
        .bind(self.workspace.id.clone())
        .bind(number)
        .bind(now)
        .bind(actor.id)
        .bind(event.action.name())
        .bind(event.token_id)
        .bind(event.project_id)
        .bind(actor.client.address.map(|address| address.to_string()))
        .bind(actor.client.user_agent)
        .bind(Some(actor.client.request_id).filter(|id| !id.is_empty()))
        .bind(text(&event.before))
        .bind(text(&event.after))
        .execute(self.connection())
        .await?;
        Ok(())
    }
}

/// An event as it was written down.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct AuditEventRow {
    /// 1, 2, 3 … in this workspace.
    pub number: i64,
    /// Milliseconds since 1970.
    pub created_at: i64,
    /// A token's id, or `operator`.
    pub actor: String,
    /// What was done, such as `token.revoked`.
    pub action: String,
    /// The token that it was done to.
    pub token_id: Option<String>,
    /// The project that it, or that token, belongs to.
    pub project_id: Option<String>,
    /// Where the request came from.
    pub address: Option<String>,
    /// The client's program, by its own words.
    pub user_agent: Option<String>,
    /// Name of the request in the logs.
    pub request_id: Option<String>,
    /// JSON: what was changed, as it was.
    pub state_before: Option<String>,
    /// JSON: what was changed, as it is since.
    pub state_after: Option<String>,
}

const COLUMNS: &str = "number, created_at, actor, action, token_id, project_id, address, user_agent, request_id,
    state_before, state_after";

/// Whose events a list shows.
#[derive(Debug, Clone, Copy)]
pub enum Of<'a> {
    /// All of a workspace.
    Workspace(&'a str),
    /// What concerns a project.
    Project(&'a str),
    /// What was done to a token, or with it to its sessions.
    Token(&'a str),
}

/// A page of events, newest first; `before` goes on after a page.
///
/// # Errors
/// If the database fails.
pub async fn list(
    connection: &mut AnyConnection,
    of: Of<'_>,
    before: i64,
    limit: i64,
) -> Result<Vec<AuditEventRow>, sqlx::Error> {
    let (column, id) = match of {
        Of::Workspace(id) => ("workspace_id", id),
        Of::Project(id) => ("project_id", id),
        Of::Token(id) => ("token_id", id),
    };
    sqlx::query_as(sqlx::AssertSqlSafe(format!(
        "SELECT {COLUMNS} FROM audit_events WHERE {column} = $1 AND number < $2 ORDER BY number DESC LIMIT $3"
    )))
    .bind(id)
    .bind(before)
    .bind(limit)
    .fetch_all(connection)
    .await
}
