//! Making a token.

use super::location;
use crate::app::App;
use crate::body::Json;
use crate::error::Error;
use crate::idempotency::IdempotencyKey;
use crate::openapi;
use crate::operator::Operator;
use crate::random;
use crate::rate_limit::headers;
use crate::routes::invalid;
use crate::store::{Locked, TokenRow, changes, projects, tokens};
use crate::token_request::{RawTokenRequest, TokenRequest};
use crate::view::{CreatedView, TokenView};
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Response};
use shared::digest::Digest;
use shared::id::TokenId;
use shared::problem::Problem;
use shared::timestamp::Timestamp;
use shared::token::NewToken;

/// `POST`: makes a token and shows it once. Under the same `Idempotency-Key` it is made once, and not shown again.
#[utoipa::path(
    post,
    path = "/workspaces/{workspaceId}/access-tokens",
    operation_id = "createAccessToken",
    tag = openapi::TOKENS,
    summary = "Create an access token",
    description = "The answer is the only one that ever holds the token's text. Nobody gives away more than they have: \
                   not scopes, not projects, not time.",
    params(IdempotencyKey),
    request_body = RawTokenRequest,
    responses(
        (status = 201, description = "The new token, which works on the whole edge.", body = CreatedView),
        (status = 202, description = "The new token, which does not yet work on the whole edge.", body = CreatedView),
        (status = 200, description = "A repeat of an earlier request: what was made then, without its text.",
            body = CreatedView),
        (status = 403, description = "Or the token would have more than the caller, or the plan has no room for it."),
    ),
)]
pub(crate) async fn create(
    State(app): State<App>,
    operator: Operator,
    key: Option<IdempotencyKey>,
    Json(raw): Json<RawTokenRequest>,
) -> Result<Response, Error> {
    let standings = app.limits.check_create(operator.token_id(), operator.workspace_id().as_str())?;
    let once = key.map(|key| key.of("create", &raw));
    let mut locked = operator.lock(&app).await?;
    let operator = locked.check(&operator).await?;
    if let Some(once) = &once
        && let Some(row) = locked.made_before(once).await?
    {
        return Ok(replayed(row, locked.now));
    }
    let request = raw.check(locked.now).map_err(Problem::validation_failed)?.for_operator(&operator)?;
    let token = NewToken::generate(&app.settings.token_prefix, random::fill);
    let row = request.into_row(&app, operator.workspace_id().as_str(), operator.token_id(), &token, locked.now);
    let row = add(&mut locked, row).await?;
    if let Some(once) = &once {
        locked.remember(once, &row.id).await?;
    }
    locked.commit().await?;
    let row = finish(&app, row).await;
    let status = if row.effective_at.is_some() { StatusCode::CREATED } else { StatusCode::ACCEPTED };
    Ok((headers(&standings), created(status, &token, row, app.clock.now())).into_response())
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
            superseded_by: None,
            superseded_until: None,
            version: 0,
            effective_at: None,
        }
    }
}

/// Adds a token to a locked workspace, within its plan.
pub(crate) async fn add(locked: &mut Locked, row: TokenRow) -> Result<TokenRow, Error> {
    if let Some(project_id) = &row.project_id {
        let project = projects::get(locked.connection(), &row.workspace_id, project_id).await?;
        if project.is_none_or(|project| project.deleted_at.is_some()) {
            return Err(invalid("/projectId", "there is no such project in this workspace"));
        }
    }
    if let Some(limit) = locked.workspace.plan().token_limit() {
        let now = locked.now;
        let used = tokens::count_live(locked.connection(), &row.workspace_id, now).await?.cast_unsigned();
        if used >= limit {
            return Err(Problem::plan_limit_reached(limit, used).into());
        }
    }
    locked.create(row).await
}

/// Waits until a create is effective. If that takes too long its secret goes out nevertheless,
/// as pending: from then on it waits like any other change.
pub(crate) async fn finish(app: &App, row: TokenRow) -> TokenRow {
    let (workspace_id, version) = (&row.workspace_id, row.version);
    // The token is committed: whatever fails now, its maker must get the secret.
    if app.publisher.wait_for_create(workspace_id, version).await.is_none() {
        match app.store.connection().await {
            Ok(mut connection) => {
                if let Err(why) = changes::announce(&mut connection, workspace_id, version).await {
                    tracing::error!(workspace = workspace_id, "a secret goes out, and that is not written down: {why}");
                }
            }
            Err(why) => tracing::error!(workspace = workspace_id, "{why}"),
        }
    }
    let reload = async {
        let mut connection = app.store.connection().await?;
        tokens::get(&mut connection, workspace_id, &row.id).await
    };
    reload.await.ok().flatten().unwrap_or(row)
}

/// The answer that shows a token, this once.
pub(super) fn created(status: StatusCode, token: &NewToken, row: TokenRow, now: Timestamp) -> Response {
    let location = location(&row);
    let view = CreatedView::new(TokenView::new(row, now), token.as_token());
    (status, [(LOCATION, location)], axum::Json(view)).into_response()
}

/// The answer to a repeated request: what was made then, without its text.
pub(super) fn replayed(row: TokenRow, now: Timestamp) -> Response {
    let location = location(&row);
    let view = CreatedView::replayed(TokenView::new(row, now));
    ([(LOCATION, location)], axum::Json(view)).into_response()
}
