//! `/workspaces/{workspaceId}/access-tokens`

pub(super) mod change;
pub(super) mod create;
pub(super) mod revoke;
pub(super) mod rotate;

pub(crate) use create::{add, finish};
pub(crate) use revoke::revoke_token;

use super::{Page, PageQuery, invalid};
use crate::app::App;
use crate::body::Query;
use crate::entity_tag::EntityTag;
use crate::error::Error;
use crate::openapi;
use crate::operator::Operator;
use crate::store::tokens::{Filter, Status};
use crate::store::{TokenRow, tokens};
use crate::view::TokenView;
use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use shared::id::ProjectId;
use shared::problem::Problem;
use shared::timestamp::Timestamp;
use utoipa::{IntoParams, ToSchema};

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// How many entries a page has at most.
    #[param(value_type = Option<u16>, minimum = 1, maximum = 200, default = 50)]
    limit: Option<String>,
    /// `nextCursor` of the page before; none for the first.
    #[param(pattern = "^[A-Za-z0-9_]*$")]
    cursor: Option<String>,
    /// Only tokens that stand so; `active` includes the pending ones.
    #[param(value_type = Option<StatusFilter>, inline)]
    status: Option<String>,
    /// Only this project's tokens.
    #[param(pattern = "^proj_[A-Za-z0-9]+$", max_length = 64)]
    project_id: Option<String>,
}

/// What a list of tokens can be narrowed to.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase", default = "active")]
#[expect(dead_code, reason = "only its schema is used")]
enum StatusFilter {
    Active,
    Expired,
    Revoked,
    All,
}

/// `GET`: the workspace's tokens, newest first; a project's token sees its project's.
#[utoipa::path(
    get,
    path = "/workspaces/{workspaceId}/access-tokens",
    operation_id = "listAccessTokens",
    tag = openapi::TOKENS,
    summary = "List access tokens",
    description = "The workspace's tokens, without their text. A project's token sees its project's.",
    params(ListQuery),
    responses((status = 200, description = "A page of tokens, newest first.", body = Page<TokenView>)),
)]
pub(crate) async fn list(
    State(app): State<App>,
    operator: Operator,
    Query(query): Query<ListQuery>,
) -> Result<Json<Page<TokenView>>, Error> {
    let page = PageQuery::check(query.limit.as_deref(), query.cursor)?;
    let status = parse_status(query.status.as_deref())?;
    if let Some(Err(why)) = query.project_id.as_deref().map(str::parse::<ProjectId>) {
        return Err(invalid("projectId", &why.to_string()));
    }
    let project_id = query.project_id.as_deref().or(operator.project_id());
    if !operator.sees(project_id) {
        return Ok(Json(Page::empty()));
    }
    let filter = Filter { status, project_id, after: page.after.as_deref(), limit: page.rows() };
    let now = app.clock.now();
    let mut connection = app.store.connection().await?;
    let rows = tokens::list(&mut connection, operator.workspace_id().as_str(), filter, now).await?;
    Ok(Json(page.page(rows, |row| row.id.clone(), |row| TokenView::new(row, now))))
}

fn parse_status(text: Option<&str>) -> Result<Status, Error> {
    match text {
        None | Some("active") => Ok(Status::Active),
        Some("expired") => Ok(Status::Expired),
        Some("revoked") => Ok(Status::Revoked),
        Some("all") => Ok(Status::All),
        Some(_) => Err(invalid("status", "expected one of `active`, `expired`, `revoked`, `all`")),
    }
}

/// `GET …/{tokenId}`: one token.
#[utoipa::path(
    get,
    path = "/workspaces/{workspaceId}/access-tokens/{tokenId}",
    operation_id = "getAccessToken",
    tag = openapi::TOKENS,
    summary = "Show an access token",
    responses(
        (status = 200, description = "The token, without its text.", body = TokenView, headers(("ETag"))),
        (status = 404, description = "There is no token of this id, as far as the caller may see."),
    ),
)]
pub(crate) async fn show(
    State(app): State<App>,
    operator: Operator,
    Path((_, token_id)): Path<(String, String)>,
) -> Result<Response, Error> {
    let mut connection = app.store.connection().await?;
    let row = tokens::get(&mut connection, operator.workspace_id().as_str(), &token_id).await?;
    Ok(shown(visible(row, &operator)?, app.clock.now()))
}

/// A token as it stands, and in `ETag` the name of that state.
pub(super) fn shown(row: TokenRow, now: Timestamp) -> Response {
    (EntityTag::of(&row), Json(TokenView::new(row, now))).into_response()
}

/// The path under which a token is shown.
pub(super) fn location(row: &TokenRow) -> String {
    format!("/workspaces/{}/access-tokens/{}", row.workspace_id, row.id)
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
