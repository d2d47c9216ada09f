//! `/workspaces/{workspaceId}/access-tokens`

mod change;
mod create;
mod revoke;
mod rotate;

pub(crate) use change::change;
pub(crate) use create::{add, create, finish};
pub(crate) use revoke::{revoke, revoke_many, revoke_token};
pub(crate) use rotate::rotate;

use super::{Page, PageQuery, invalid};
use crate::app::App;
use crate::body::Query;
use crate::error::Error;
use crate::operator::Operator;
use crate::store::tokens::Filter;
use crate::store::{TokenRow, tokens};
use crate::view::TokenView;
use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use shared::problem::Problem;
use shared::timestamp::Timestamp;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ListQuery {
    limit: Option<String>,
    cursor: Option<String>,
    status: Option<String>,
    project_id: Option<String>,
}

/// `GET`: the workspace's tokens, newest first; a project's token sees its project's.
pub(crate) async fn list(
    State(app): State<App>,
    operator: Operator,
    Query(query): Query<ListQuery>,
) -> Result<Json<Page<TokenView>>, Error> {
    let page = PageQuery::check(query.limit.as_deref(), query.cursor)?;
    let status = query.status.as_deref().unwrap_or("active");
    if !["active", "expired", "revoked", "all"].contains(&status) {
        return Err(invalid("status", "expected one of `active`, `expired`, `revoked`, `all`"));
    }
    let project_id = query.project_id.as_deref().or(operator.project_id());
    if !operator.sees(project_id) {
        return Ok(Json(Page { data: Vec::new(), next_cursor: None }));
    }
    let filter = Filter { status, project_id, after: page.after.as_deref(), limit: page.rows() };
    let now = app.clock.now();
    let mut connection = app.store.connection().await?;
    let rows = tokens::list(&mut connection, operator.workspace_id().as_str(), filter, now).await?;
    Ok(Json(page.page(rows, |row| row.id.clone(), |row| TokenView::new(row, now))))
}

/// `GET …/{tokenId}`: one token.
pub(crate) async fn show(
    State(app): State<App>,
    operator: Operator,
    Path((_, token_id)): Path<(String, String)>,
) -> Result<Json<TokenView>, Error> {
    let mut connection = app.store.connection().await?;
    let row = tokens::get(&mut connection, operator.workspace_id().as_str(), &token_id).await?;
    Ok(Json(TokenView::new(visible(row, &operator)?, app.clock.now())))
}

/// The row if the caller may see it; what it may not see is not there.
fn visible(row: Option<TokenRow>, operator: &Operator) -> Result<TokenRow, Error> {
    row.filter(|row| operator.sees(row.project_id.as_deref())).ok_or_else(|| {
        Problem::not_found("There is no token of this id. `GET …/access-tokens?status=all` lists them.").into()
    })
}

/// What is dead stays dead.
fn check_alive(row: &TokenRow, now: Timestamp) -> Result<(), Error> {
    let is_over = row.expires_at.is_some_and(|at| at <= now.0.cast_signed());
    let why = match (row.dead_since(now), is_over) {
        (Some(_), _) if row.superseded_by.is_some() => "was replaced by another one, and its time is over",
        (Some(_), _) => "was revoked, and stays so",
        (None, true) => "has expired, and stays so",
        (None, false) => return Ok(()),
    };
    Err(Problem::conflict(&format!("This access token {why}. Create a new one.")).into())
}

/// Waits until a change is effective, or until it has to be called pending.
async fn settle(app: &App, mut row: TokenRow) -> TokenRow {
    if row.effective_at.is_none() {
        row.effective_at = app.publisher.wait(&row.workspace_id, row.version).await;
    }
    row
}
