//! Workspaces: owners of projects, tokens and one ledger.

use super::audit_events::{Action, Actor, Event};
use super::{Corrupt, Locked, Store};
use crate::error::Error;
use crate::plan::Plan;
use serde_json::{Value, json};
use shared::change::Head;
use shared::id::WorkspaceId;
use shared::ledger::Position;
use shared::timestamp::Timestamp;
use sqlx::AnyConnection;

/// A workspace as it stands.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct WorkspaceRow {
    /// Public id.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Name of its [`Plan`].
    pub plan: String,
    /// Epoch of its change log.
    pub epoch: i64,
    /// Number of its last change.
    pub version: i64,
    /// Hash of its history.
    pub hash: String,
    /// When its ledger was first initialised, in milliseconds since 1970.
    pub initialised_at: Option<i64>,
    /// Why the ledger's history differs, if it does.
    pub conflict: Option<String>,
    /// Number of its last audit event.
    pub audited: i64,
}

impl WorkspaceRow {
    /// Its plan.
    #[must_use]
    pub fn plan(&self) -> Plan {
        Plan::of_name(&self.plan)
    }

    /// Where its change log stands.
    ///
    /// # Errors
    /// If the row cannot be read.
    pub fn position(&self) -> Result<Position, Corrupt> {
        let corrupt = |what: &str| Corrupt(format!("workspace {}: {what}", self.id));
        let version = u64::try_from(self.version).map_err(|_| corrupt("negative version"))?;
        let epoch = u64::try_from(self.epoch).map_err(|_| corrupt("negative epoch"))?;
        let hash = self.hash.parse().map_err(|_| corrupt("unreadable hash"))?;
        Ok(Position { epoch, head: Head { version, hash } })
    }
}

const COLUMNS: &str = "id, name, plan, epoch, version, hash, initialised_at, conflict, audited";

impl Store {
    /// Makes a workspace in its first epoch and goes on with it in the same transaction; none if the id is taken.
    ///
    /// # Errors
    /// If the database fails.
    pub(crate) async fn create_workspace(
        &self,
        id: &WorkspaceId,
        name: &str,
        plan: Plan,
        actor: Actor,
        now: Timestamp,
    ) -> Result<Option<Locked>, Error> {
        let mut transaction = self.begin().await?;
        let made: Option<WorkspaceRow> = sqlx::query_as(sqlx::AssertSqlSafe(format!(
            "INSERT INTO workspaces (id, name, plan, created_at, epoch, version, hash)
             VALUES ($1, $2, $3, $4, 1, 0, $5) ON CONFLICT (id) DO NOTHING RETURNING {COLUMNS}"
        )))
        .bind(id.as_str())
        .bind(name)
        .bind(plan.name())
        .bind(now.0.cast_signed())
        .bind(Head::GENESIS.hash.to_hex())
        .fetch_optional(&mut *transaction)
        .await?;
        let Some(workspace) = made else { return Ok(None) };
        let mut locked = Locked::new(transaction, workspace, actor, now)?;
        let after = json!({"name": name, "plan": plan.name()});
        locked.audit(Event::of_workspace(Action::WorkspaceCreated, Value::Null, after)).await?;
        Ok(Some(locked))
    }
}

impl Locked {
    /// Gives the workspace another plan.
    pub(crate) async fn set_plan(&mut self, plan: Plan) -> Result<(), Error> {
        let (id, before) = (self.workspace.id.clone(), self.workspace.plan.clone());
        sqlx::query("UPDATE workspaces SET plan = $2 WHERE id = $1")
            .bind(id)
            .bind(plan.name())
            .execute(self.connection())
            .await?;
        let (before, after) = (json!({"plan": before}), json!({"plan": plan.name()}));
        self.audit(Event::of_workspace(Action::PlanChanged, before, after)).await
    }
}

/// Locks a workspace's row until the transaction ends.
///
/// # Errors
/// If the database fails.
pub(super) async fn lock(connection: &mut AnyConnection, id: &str) -> Result<Option<WorkspaceRow>, sqlx::Error> {
    sqlx::query_as(sqlx::AssertSqlSafe(format!(
        "UPDATE workspaces SET version = version WHERE id = $1 RETURNING {COLUMNS}"
    )))
    .bind(id)
    .fetch_optional(connection)
    .await
}

/// One workspace.
///
/// # Errors
/// If the database fails.
pub async fn get(connection: &mut AnyConnection, id: &str) -> Result<Option<WorkspaceRow>, sqlx::Error> {
    sqlx::query_as(sqlx::AssertSqlSafe(format!("SELECT {COLUMNS} FROM workspaces WHERE id = $1")))
        .bind(id)
        .fetch_optional(connection)
        .await
}

/// The ids of all workspaces.
///
/// # Errors
/// If the database fails.
pub async fn ids(connection: &mut AnyConnection) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar("SELECT id FROM workspaces ORDER BY id").fetch_all(connection).await
}

/// Notes that the ledger was initialised.
///
/// # Errors
/// If the database fails.
pub async fn set_initialised(connection: &mut AnyConnection, id: &str, now: Timestamp) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE workspaces SET initialised_at = $2 WHERE id = $1 AND initialised_at IS NULL")
        .bind(id)
        .bind(now.0.cast_signed())
        .execute(connection)
        .await
        .map(drop)
}

/// Notes why the ledger's history differs, or that it does no more.
///
/// # Errors
/// If the database fails.
pub async fn set_conflict(connection: &mut AnyConnection, id: &str, why: Option<&str>) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE workspaces SET conflict = $2 WHERE id = $1")
        .bind(id)
        .bind(why)
        .execute(connection)
        .await
        .map(drop)
}

/// Starts a greater epoch.
///
/// # Errors
/// If the database fails.
pub async fn set_epoch(connection: &mut AnyConnection, id: &str, epoch: u64) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE workspaces SET epoch = $2 WHERE id = $1 AND epoch < $2")
        .bind(id)
        .bind(epoch.cast_signed())
        .execute(connection)
        .await
        .map(drop)
}

/// Workspaces whose ledger's history differs, with the reason.
///
/// # Errors
/// If the database fails.
pub async fn conflicts(connection: &mut AnyConnection) -> Result<Vec<(String, String)>, sqlx::Error> {
    sqlx::query_as("SELECT id, conflict FROM workspaces WHERE conflict IS NOT NULL ORDER BY id")
        .fetch_all(connection)
        .await
}
