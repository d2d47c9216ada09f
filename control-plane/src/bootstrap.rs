//! What an operator does at the machine itself, without a token: limited by the plan alone.

use crate::app::App;
use crate::clock::Clock;
use crate::plan::Plan;
use crate::random;
use crate::routes;
use crate::store::{Actor, Store, TokenRow, workspaces};
use crate::token_request::TokenRequest;
use anyhow::{Result, bail};
use shared::id::{ProjectId, WorkspaceId};
use shared::timestamp::Timestamp;
use shared::token::NewToken;

/// A workspace to be made.
#[derive(Debug, Clone)]
pub struct WorkspaceRequest {
    /// Its id.
    pub id: WorkspaceId,
    /// What people call it.
    pub name: String,
    /// How many tokens it may have.
    pub plan: Plan,
    /// A first project in it, which is called like its id.
    pub project: Option<ProjectId>,
}

/// Makes a workspace.
///
/// # Errors
/// If the id is taken or the database fails.
pub async fn create_workspace(store: &Store, request: WorkspaceRequest, now: Timestamp) -> Result<()> {
    let WorkspaceRequest { id, name, plan, project } = request;
    let actor = Actor::operator("workspace create");
    let Some(mut locked) = store.create_workspace(&id, &name, plan, actor, now).await? else {
        bail!("there is a workspace {id} already; choose another id");
    };
    if let Some(project) = project {
        locked.create_project(project.as_str(), project.as_str()).await?;
    }
    Ok(locked.commit().await?)
}

/// Gives a workspace another plan. Tokens beyond a smaller one live on, and no further ones are made.
///
/// # Errors
/// If there is no such workspace or the database fails.
pub async fn set_plan(store: &Store, workspace_id: &str, plan: Plan, clock: &dyn Clock) -> Result<()> {
    check_workspace(store, workspace_id).await?;
    let mut locked = store.lock(workspace_id, Actor::operator("workspace set-plan"), clock).await?;
    locked.set_plan(plan).await?;
    Ok(locked.commit().await?)
}

/// Makes a token and waits until it is effective, or pending, as the API does.
///
/// # Errors
/// If there is no such workspace or project, the plan has no room, or the database fails.
pub async fn create_token(app: &App, workspace_id: &str, request: TokenRequest) -> Result<(NewToken, TokenRow)> {
    check_workspace(&app.store, workspace_id).await?;
    let now = app.clock.now();
    let token = NewToken::generate(&app.settings.token_prefix, random::fill);
    let row = request.into_row(app, workspace_id, "operator", &token, now);
    let mut locked = app.store.lock(workspace_id, Actor::operator("token create"), &*app.clock).await?;
    let row = routes::add_token(&mut locked, row).await?;
    locked.commit().await?;
    Ok((token, routes::finish_create(app, row).await))
}

async fn check_workspace(store: &Store, id: &str) -> Result<()> {
    if workspaces::get(&mut *store.connection().await?, id).await?.is_none() {
        bail!("there is no workspace {id}; `control-plane workspace list` shows all");
    }
    Ok(())
}
