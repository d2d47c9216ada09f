//! Whether the process lives, and whether it can do its work.

use crate::app::App;
use crate::error::Error;
use crate::store::{changes, workspaces};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// `GET /healthz`: the process answers.
pub(super) async fn alive() -> Json<serde_json::Value> {
    Json(json!({"status": "ok"}))
}

/// `GET /readyz`: the database answers; what is not effective yet, and which workspaces are in conflict.
///
/// Pending changes and conflicts do not make it unready: taking the process out of service
/// would cure neither.
pub(super) async fn ready(State(app): State<App>) -> Result<Response, Error> {
    let mut connection = app.store.connection().await?;
    let oldest = changes::oldest_not_effective(&mut connection).await?;
    let conflicts = workspaces::conflicts(&mut connection).await?;
    let age_ms = oldest.map(|at| app.clock.now().0.saturating_sub(at.cast_unsigned()));
    let conflicts: Vec<_> = conflicts.into_iter().map(|(id, why)| json!({"workspaceId": id, "detail": why})).collect();
    let body = json!({"status": "ready", "oldestPendingChangeMs": age_ms, "conflicts": conflicts});
    Ok((StatusCode::OK, Json(body)).into_response())
}
