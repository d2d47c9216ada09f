//! `/workspaces/{workspaceId}/access-tokens`

use super::{Page, PageQuery, invalid};
use crate::app::App;
use crate::body::{Json, Query};
use crate::error::Error;
use crate::operator::Operator;
use crate::random;
use crate::rate_limit::headers;
use crate::store::tokens::Filter;
use crate::store::{Locked, TokenRow, changes, projects, tokens};
use crate::token_request::{RawTokenChange, RawTokenRequest, TokenChange, TokenRequest};
use crate::view::{CreatedView, Receipt, TokenView};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use shared::digest::Digest;
use shared::id::TokenId;
use shared::problem::Problem;
use shared::scope::ScopeSet;
use shared::timestamp::Timestamp;
use shared::token::NewToken;

/// `POST`: makes a token and shows it once.
pub(super) async fn create(
    State(app): State<App>,
    operator: Operator,
    Json(raw): Json<RawTokenRequest>,
) -> Result<Response, Error> {
    let now = app.clock.now();
    let request = raw.check(now).map_err(Problem::validation_failed)?;
    let standings = app.limits.check_create(operator.token_id(), operator.workspace_id().as_str())?;
    let token = NewToken::generate(&app.settings.token_prefix, random::fill);
    let row = save(&app, &operator, request, &token, now).await?;
    let row = finish(&app, row).await?;
    Ok((headers(&standings), created(&token, row, app.clock.now())).into_response())
}

impl TokenRequest {
    /// The request within what its maker may give away. What a project's token makes is of its project.
    fn for_operator(mut self, operator: &Operator) -> Result<Self, Error> {
        self.project_id = self.project_id.or_else(|| operator.project_id().map(String::from));
        operator.check_gives(self.scopes, self.project_id.as_deref(), self.expires_at)?;
        Ok(self)
    }

    /// The row of the token that was asked for.
    pub(crate) fn into_row(
        self,
        app: &App,
        workspace_id: &str,
        maker: &str,
        token: &NewToken,
        now: Timestamp,
    ) -> TokenRow {
        TokenRow {
            id: random::id(TokenId::PREFIX, now),
            workspace_id: workspace_id.into(),
            project_id: self.project_id,
            name: self.name,
            prefix: token.shown(&app.settings.token_prefix),
            digest: Digest::current(token.as_token(), &app.settings.peppers).to_hex(),
            pepper_id: app.settings.peppers.current().id().into(),
            scopes: self.scopes.bits().into(),
            created_at: now.0.cast_signed(),
            created_by: maker.into(),
            expires_at: self.expires_at.map(|at| at.0.cast_signed()),
            revoked_at: None,
            last_used_at: None,
            version: 0,
            effective_at: None,
        }
    }
}

async fn save(
    app: &App,
    operator: &Operator,
    request: TokenRequest,
    token: &NewToken,
    now: Timestamp,
) -> Result<TokenRow, Error> {
    let workspace_id = operator.workspace_id().as_str();
    let mut locked = app.store.lock(workspace_id).await?;
    let operator = locked.check(operator, now).await?;
    let request = request.for_operator(&operator)?;
    let row = add(&mut locked, request.into_row(app, workspace_id, operator.token_id(), token, now), now).await?;
    locked.commit().await?;
    Ok(row)
}

/// Adds a token to a locked workspace, within its plan.
pub(crate) async fn add(locked: &mut Locked, row: TokenRow, now: Timestamp) -> Result<TokenRow, Error> {
    if let Some(project_id) = &row.project_id {
        let project = projects::get(locked.connection(), &row.workspace_id, project_id).await?;
        if project.is_none_or(|project| project.deleted_at.is_some()) {
            return Err(invalid("/projectId", "there is no such project in this workspace"));
        }
    }
    if let Some(limit) = locked.workspace.plan().token_limit() {
        let used = tokens::count_live(locked.connection(), &row.workspace_id, now).await?.cast_unsigned();
        if used >= limit {
            return Err(Problem::plan_limit_reached(limit, used).into());
        }
    }
    locked.create(row, now).await
}

/// Waits until a create is effective. If that takes too long its secret goes out nevertheless,
/// as pending: from then on it waits like any other change.
pub(crate) async fn finish(app: &App, row: TokenRow) -> Result<TokenRow, Error> {
    let (workspace_id, version) = (&row.workspace_id, row.version);
    // The token is committed: whatever fails now, its maker must get the secret.
    let effective = app.publisher.wait_for_create(workspace_id, version).await.unwrap_or(false);
    if !effective {
        match app.store.connection().await {
            Ok(mut connection) => {
                if let Err(why) = changes::announce(&mut connection, workspace_id, version).await {
                    tracing::error!(workspace = workspace_id, "a secret goes out, and that is not written down: {why}");
                }
            }
            Err(why) => tracing::error!(workspace = workspace_id, "{why}"),
        }
    }
    let id = row.id.clone();
    let reload = async {
        let mut connection = app.store.connection().await?;
        tokens::get(&mut connection, &row.workspace_id, &id).await
    };
    Ok(reload.await.ok().flatten().unwrap_or(row))
}

fn created(token: &NewToken, row: TokenRow, now: Timestamp) -> Response {
    let location = format!("/workspaces/{}/access-tokens/{}", row.workspace_id, row.id);
    let status = if row.effective_at.is_some() { StatusCode::CREATED } else { StatusCode::ACCEPTED };
    let view = CreatedView { view: TokenView::new(row, now), token: token.as_token().expose() };
    (status, [(LOCATION, location)], axum::Json(view)).into_response()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ListQuery {
    limit: Option<String>,
    cursor: Option<String>,
    status: Option<String>,
    project_id: Option<String>,
}

/// `GET`: the workspace's tokens, newest first; a project's token sees its project's.
pub(super) async fn list(
    State(app): State<App>,
    operator: Operator,
    Query(query): Query<ListQuery>,
) -> Result<axum::Json<Page<TokenView>>, Error> {
    let page = PageQuery::check(query.limit.as_deref(), query.cursor)?;
    let status = query.status.as_deref().unwrap_or("active");
    if !["active", "expired", "revoked", "all"].contains(&status) {
        return Err(invalid("status", "expected one of `active`, `expired`, `revoked`, `all`"));
    }
    let project_id = query.project_id.as_deref().or(operator.project_id());
    if !operator.sees(project_id) {
        return Ok(axum::Json(Page { data: Vec::new(), next_cursor: None }));
    }
    let filter = Filter { status, project_id, after: page.after.as_deref(), limit: page.rows() };
    let now = app.clock.now();
    let mut connection = app.store.connection().await?;
    let rows = tokens::list(&mut connection, operator.workspace_id().as_str(), filter, now).await?;
    Ok(axum::Json(page.page(rows, |row| &row.id, |row| TokenView::new(row, now))))
}

/// `GET …/{tokenId}`: one token.
pub(super) async fn show(
    State(app): State<App>,
    operator: Operator,
    Path((_, token_id)): Path<(String, String)>,
) -> Result<axum::Json<TokenView>, Error> {
    let mut connection = app.store.connection().await?;
    let row = tokens::get(&mut connection, operator.workspace_id().as_str(), &token_id).await?;
    Ok(axum::Json(TokenView::new(visible(row, &operator)?, app.clock.now())))
}

/// `PATCH …/{tokenId}`: changes name, scopes or expiry. What is dead stays dead.
pub(super) async fn change(
    State(app): State<App>,
    operator: Operator,
    Path((_, token_id)): Path<(String, String)>,
    Json(raw): Json<RawTokenChange>,
) -> Result<Response, Error> {
    let now = app.clock.now();
    let change = raw.check(now).map_err(Problem::validation_failed)?;
    let mut locked = app.store.lock(operator.workspace_id().as_str()).await?;
    let operator = locked.check(&operator, now).await?;
    let row = visible(tokens::get(locked.connection(), operator.workspace_id().as_str(), &token_id).await?, &operator)?;
    check_alive(&row, now)?;
    let changed = change.for_operator(&operator, &row)?.apply(row.clone());
    let concerns_edge = changed.record()? != row.record()?;
    let row = if concerns_edge { locked.change(changed, now).await? } else { locked.rename(changed).await? };
    locked.commit().await?;
    let row = settle(&app, row).await?;
    let status = if row.effective_at.is_some() { StatusCode::OK } else { StatusCode::ACCEPTED };
    Ok((status, axum::Json(TokenView::new(row, app.clock.now()))).into_response())
}

impl TokenChange {
    /// The change within what its maker may give away; so nobody widens itself. More scopes are given for as long as
    /// the token lives; a name, or fewer scopes, give nothing away.
    fn for_operator(self, operator: &Operator, row: &TokenRow) -> Result<Self, Error> {
        let expires_at = row.record()?.expires_at;
        if let Some(scopes) = self.scopes.filter(|scopes| !ScopeSet::from_bits(row.scope_bits()).covers(*scopes)) {
            operator.check_gives_scopes(scopes)?;
            operator.check_gives_time(self.expires_at.unwrap_or(expires_at))?;
        }
        self.expires_at.map_or(Ok(()), |expires_at| operator.check_gives_time(expires_at))?;
        Ok(self)
    }

    fn apply(self, mut row: TokenRow) -> TokenRow {
        row.name = self.name.unwrap_or(row.name);
        row.scopes = self.scopes.map_or(row.scopes, |scopes| scopes.bits().into());
        row.expires_at = self.expires_at.map_or(row.expires_at, |at| at.map(|at| at.0.cast_signed()));
        row
    }
}

/// What is dead stays dead.
fn check_alive(row: &TokenRow, now: Timestamp) -> Result<(), Error> {
    let is_over = row.expires_at.is_some_and(|at| at <= now.0.cast_signed());
    match (row.revoked_at, is_over) {
        (Some(_), _) => Err(Problem::conflict("This access token was revoked, and stays so. Create a new one.").into()),
        (None, true) => Err(Problem::conflict("This access token has expired, and stays so. Create a new one.").into()),
        (None, false) => Ok(()),
    }
}

/// `DELETE …/{tokenId}`: revokes a token. Again: the same receipt.
pub(super) async fn revoke(
    State(app): State<App>,
    operator: Operator,
    Path((_, token_id)): Path<(String, String)>,
) -> Result<Response, Error> {
    let now = app.clock.now();
    let mut locked = app.store.lock(operator.workspace_id().as_str()).await?;
    locked.check(&operator, now).await?;
    let row = visible(tokens::get(locked.connection(), operator.workspace_id().as_str(), &token_id).await?, &operator)?;
    let row = if row.revoked_at.is_none() { locked.revoke(row, now).await? } else { row };
    locked.commit().await?;
    let row = settle(&app, row).await?;
    let receipt = Receipt::new(row);
    let status = if receipt.is_pending() { StatusCode::ACCEPTED } else { StatusCode::OK };
    Ok((status, axum::Json(receipt)).into_response())
}

/// The row if the caller may see it; what it may not see is not there.
fn visible(row: Option<TokenRow>, operator: &Operator) -> Result<TokenRow, Error> {
    row.filter(|row| operator.sees(row.project_id.as_deref())).ok_or_else(|| {
        Problem::not_found("There is no token of this id. `GET …/access-tokens?status=all` lists them.").into()
    })
}

/// Waits until a change is effective, or until it has to be called pending.
async fn settle(app: &App, mut row: TokenRow) -> Result<TokenRow, Error> {
    if row.effective_at.is_none() && app.publisher.wait(&row.workspace_id, row.version).await.unwrap_or(false) {
        let mut connection = app.store.connection().await?;
        row.effective_at = changes::effective_at(&mut connection, &row.workspace_id, row.version).await?;
    }
    Ok(row)
}
