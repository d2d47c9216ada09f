//! `/workspaces/{workspaceId}/projects`

use super::{Page, PageQuery, invalid};
use crate::app::App;
use crate::body::{Json, Query};
use crate::error::Error;
use crate::operator::Operator;
use crate::random;
use crate::store::{ProjectRow, projects};
use crate::times;
use crate::token_request::check_name;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use shared::id::ProjectId;
use shared::policy::Need;
use shared::problem::Problem;
use shared::refusal::Refusal;
use shared::scope::Scope;
use shared::timestamp::Timestamp;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ProjectView {
    id: String,
    name: String,
    created_at: String,
}

impl From<ProjectRow> for ProjectView {
    fn from(row: ProjectRow) -> Self {
        Self { id: row.id, name: row.name, created_at: times::format(Timestamp(row.created_at.cast_unsigned())) }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawProjectRequest {
    name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ListQuery {
    limit: Option<String>,
    cursor: Option<String>,
}

/// `GET`: the workspace's projects, newest first; a project's token sees its own.
pub(super) async fn list(
    State(app): State<App>,
    operator: Operator,
    Query(query): Query<ListQuery>,
) -> Result<axum::Json<Page<ProjectView>>, Error> {
    let page = PageQuery::check(query.limit.as_deref(), query.cursor)?;
    let (workspace_id, only) = (operator.workspace_id().as_str(), operator.project_id());
    let mut connection = app.store.connection().await?;
    let rows = projects::list(&mut connection, workspace_id, only, page.after.as_deref(), page.rows()).await?;
    Ok(axum::Json(page.page(rows, |row| row.id.clone(), ProjectView::from)))
}

/// `POST`: makes a project. A project's token makes none.
pub(super) async fn create(
    State(app): State<App>,
    operator: Operator,
    Json(raw): Json<RawProjectRequest>,
) -> Result<Response, Error> {
    if operator.project_id().is_some() {
        return Err(Refusal::OtherProject { need: Need::Scope(Scope::Admin) }.into());
    }
    let name = check_name(&raw.name).map_err(|why| invalid("/name", &why))?;
    let mut locked = operator.lock(&app).await?;
    locked.check(&operator).await?;
    let (id, now) = (random::id(ProjectId::PREFIX, locked.now), locked.now);
    locked.create_project(&id, &name).await?;
    locked.commit().await?;
    let location = format!("/workspaces/{}/projects/{id}", operator.workspace_id().as_str());
    let view = ProjectView { id, name, created_at: times::format(now) };
    Ok((StatusCode::CREATED, [(LOCATION, location)], axum::Json(view)).into_response())
}

/// `GET …/{projectId}`: one project.
pub(super) async fn show(
    State(app): State<App>,
    operator: Operator,
    Path((_, project_id)): Path<(String, String)>,
) -> Result<axum::Json<ProjectView>, Error> {
    let mut connection = app.store.connection().await?;
    let row = projects::get(&mut connection, operator.workspace_id().as_str(), &project_id).await?;
    let row = row.filter(|row| row.deleted_at.is_none());
    row.map(|row| axum::Json(row.into())).ok_or_else(no_such_project)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DeletionView {
    id: String,
    revoked: i64,
    status: &'static str,
    effective_at: Option<String>,
}

/// `DELETE …/{projectId}`: deletes a project and revokes its tokens. Again: the same answer.
pub(super) async fn delete(
    State(app): State<App>,
    operator: Operator,
    Path((_, project_id)): Path<(String, String)>,
) -> Result<Response, Error> {
    let row = save_deletion(&app, &operator, &project_id).await?;
    let effective_at = match row.deleted_version {
        Some(version) => app.publisher.wait(operator.workspace_id().as_str(), version).await,
        None => row.deleted_at,
    };
    let view = DeletionView {
        id: row.id,
        revoked: row.deleted_tokens.unwrap_or(0),
        status: if effective_at.is_some() { "deleted" } else { "pending" },
        effective_at: effective_at.map(|at| times::format(Timestamp(at.cast_unsigned()))),
    };
    let status = if view.effective_at.is_some() { StatusCode::OK } else { StatusCode::ACCEPTED };
    Ok((status, axum::Json(view)).into_response())
}

async fn save_deletion(app: &App, operator: &Operator, project_id: &str) -> Result<ProjectRow, Error> {
    let workspace_id = operator.workspace_id().as_str();
    let mut locked = operator.lock(app).await?;
    locked.check(operator).await?;
    let row = projects::get(locked.connection(), workspace_id, project_id).await?.ok_or_else(no_such_project)?;
    let row = if row.deleted_at.is_none() { locked.delete_project(row).await? } else { row };
    locked.commit().await?;
    Ok(row)
}

fn no_such_project() -> Error {
    Problem::not_found("There is no project of this id. `GET …/projects` lists them.").into()
}
