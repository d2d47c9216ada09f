//! `/workspaces/{workspaceId}/projects`

use super::{Page, PageQuery, invalid};
use crate::app::App;
use crate::body::{Json, Query};
use crate::error::Error;
use crate::openapi;
use crate::operator::{OfWorkspace, Operator};
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
use shared::problem::Problem;
use shared::timestamp::Timestamp;
use utoipa::{IntoParams, ToSchema};

/// A project of a workspace.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Project)]
pub(super) struct ProjectView {
    #[schema(examples("proj_demo"))]
    id: String,
    name: String,
    #[schema(format = DateTime)]
    created_at: String,
}

impl From<ProjectRow> for ProjectView {
    fn from(row: ProjectRow) -> Self {
        Self { id: row.id, name: row.name, created_at: times::format(Timestamp(row.created_at.cast_unsigned())) }
    }
}

/// What a new project should be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ProjectRequest)]
pub(super) struct RawProjectRequest {
    /// What people call it: after trimming at least one character that is seen, none of them a control character or one
    /// that turns the direction of text.
    #[schema(min_length = 1, max_length = 100, examples("Website"))]
    name: String,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ListQuery {
    /// How many entries a page has at most.
    #[param(value_type = Option<u16>, minimum = 1, maximum = 200, default = 50)]
    limit: Option<String>,
    /// `nextCursor` of the page before; none for the first.
    #[param(pattern = "^[A-Za-z0-9_]*$")]
    cursor: Option<String>,
}

/// `GET`: the workspace's projects, newest first; a project's token sees its own.
#[utoipa::path(
    get,
    path = "/workspaces/{workspaceId}/projects",
    operation_id = "listProjects",
    tag = openapi::PROJECTS,
    summary = "List projects",
    description = "The workspace's projects. A project's token sees its own.",
    params(ListQuery),
    responses((status = 200, description = "A page of projects, newest first.", body = Page<ProjectView>)),
)]
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
#[utoipa::path(
    post,
    path = "/workspaces/{workspaceId}/projects",
    operation_id = "createProject",
    tag = openapi::PROJECTS,
    summary = "Create a project",
    description = "A project's token makes none.",
    request_body = RawProjectRequest,
    responses((status = 201, description = "The new project.", body = ProjectView)),
)]
pub(super) async fn create(
    State(app): State<App>,
    OfWorkspace(operator): OfWorkspace,
    Json(raw): Json<RawProjectRequest>,
) -> Result<Response, Error> {
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
#[utoipa::path(
    get,
    path = "/workspaces/{workspaceId}/projects/{projectId}",
    operation_id = "getProject",
    tag = openapi::PROJECTS,
    summary = "Show a project",
    responses(
        (status = 200, description = "The project.", body = ProjectView),
        (status = 404, description = "There is no project of this id."),
    ),
)]
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

/// What a deletion of a project is answered with.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ProjectDeletion)]
pub(super) struct DeletionView {
    id: String,
    /// How many tokens it revoked.
    #[schema(minimum = 0)]
    revoked: i64,
    status: DeletionStatus,
    /// When the whole edge refused the project's tokens; null while pending.
    #[schema(format = DateTime, required)]
    effective_at: Option<String>,
}

/// Where a deletion stands.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum DeletionStatus {
    Deleted,
    /// Committed, and not yet effective on the whole edge.
    Pending,
}

/// `DELETE …/{projectId}`: deletes a project and revokes its tokens. Again: the same answer.
#[utoipa::path(
    delete,
    path = "/workspaces/{workspaceId}/projects/{projectId}",
    operation_id = "deleteProject",
    tag = openapi::PROJECTS,
    summary = "Delete a project and revoke its tokens",
    description = "Asked again it gives the same answer; while pending it waits again.",
    responses(
        (status = 200, description = "Deleted: the whole edge refuses its tokens.", body = DeletionView),
        (status = 202, description = "Deleted, and not yet effective on the whole edge.", body = DeletionView),
        (status = 404, description = "There is no project of this id."),
    ),
)]
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
        status: if effective_at.is_some() { DeletionStatus::Deleted } else { DeletionStatus::Pending },
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
