//! Whether the process lives, and whether it can do its work.

use crate::app::App;
use crate::error::Error;
use crate::openapi;
use crate::store::{changes, workspaces};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

/// That the process lives.
#[derive(Serialize, ToSchema)]
pub(super) struct Health {
    /// Always `ok`.
    status: &'static str,
}

/// That the process can do its work, and what an operator should look at.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Readiness {
    /// Always `ready`.
    status: &'static str,
    /// Age of the oldest change that is not yet effective on the whole edge, in milliseconds; null if all are.
    #[schema(required)]
    oldest_pending_change_ms: Option<u64>,
    conflicts: Vec<Conflict>,
}

/// A workspace whose edge knows another history than the database; `control-plane republish` cures it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Conflict {
    workspace_id: String,
    /// How it was noticed.
    detail: String,
}

/// `GET /healthz`: the process answers.
#[utoipa::path(
    get,
    path = "/healthz",
    operation_id = "getHealth",
    tag = openapi::HEALTH,
    summary = "Whether the process answers",
    responses((status = 200, description = "It does.", body = Health)),
)]
pub(super) async fn alive() -> Json<Health> {
    Json(Health { status: "ok" })
}

/// `GET /readyz`: the database answers; what is not effective yet, and which workspaces are in conflict.
///
/// Pending changes and conflicts do not make it unready: taking the process out of service
/// would cure neither.
#[utoipa::path(
    get,
    path = "/readyz",
    operation_id = "getReadiness",
    tag = openapi::HEALTH,
    summary = "Whether the process can do its work",
    responses(
        (status = 200, description = "The database answers.", body = Readiness),
        (status = 503, description = "The database is out of reach."),
    ),
)]
pub(super) async fn ready(State(app): State<App>) -> Result<Json<Readiness>, Error> {
    let mut connection = app.store.connection().await?;
    let oldest = changes::oldest_not_effective(&mut connection).await?;
    let conflicts = workspaces::conflicts(&mut connection).await?;
    let oldest_pending_change_ms = oldest.map(|at| app.clock.now().0.saturating_sub(at.cast_unsigned()));
    let conflicts = conflicts.into_iter().map(|(workspace_id, detail)| Conflict { workspace_id, detail });
    Ok(Json(Readiness { status: "ready", oldest_pending_change_ms, conflicts: conflicts.collect() }))
}
