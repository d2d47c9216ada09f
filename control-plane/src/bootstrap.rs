//! What an operator does at the machine itself, without a token: limited by the plan alone.

use crate::app::App;
use crate::random;
use crate::routes;
use crate::store::{TokenRow, workspaces};
use crate::token_request::TokenRequest;
use anyhow::{Result, bail};
use shared::token::NewToken;

/// Makes a token and waits until it is effective, or pending, as the API does.
///
/// # Errors
/// If there is no such workspace or project, the plan has no room, or the database fails.
pub async fn create_token(app: &App, workspace_id: &str, request: TokenRequest) -> Result<(NewToken, TokenRow)> {
    if workspaces::get(&mut *app.store.connection().await?, workspace_id).await?.is_none() {
        bail!("there is no workspace {workspace_id}; `control-plane workspace list` shows all");
    }
    let now = app.clock.now();
    let token = NewToken::generate(&app.settings.token_prefix, random::fill);
    let row = request.into_row(app, workspace_id, "operator", &token, now);
    let mut locked = app.store.lock(workspace_id).await?;
    let row = routes::add_token(&mut locked, row, now).await?;
    locked.commit().await?;
    let row = routes::finish_create(app, row).await?;
    Ok((token, row))
}
