//! Changing a token.

use super::{check_alive, settle, shown, visible};
use crate::app::App;
use crate::body::Json;
use crate::entity_tag::IfMatch;
use crate::error::Error;
use crate::openapi;
use crate::operator::Operator;
use crate::store::{TokenRow, tokens};
use crate::token_request::{RawTokenChange, TokenChange};
use crate::view::TokenView;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use shared::problem::Problem;
use shared::scope::ScopeSet;

/// `PATCH …/{tokenId}`: changes name, scopes or expiry. What is dead stays dead.
#[utoipa::path(
    patch,
    path = "/workspaces/{workspaceId}/access-tokens/{tokenId}",
    operation_id = "changeAccessToken",
    tag = openapi::TOKENS,
    summary = "Change name, scopes or expiry",
    description = "What is missing stays as it is. Nobody gives away more than they have: not scopes, not time.",
    params(IfMatch),
    request_body = RawTokenChange,
    responses(
        (status = 200, description = "Changed: every request that arrives from now on is decided by it.", body = TokenView,
            headers(("ETag"))),
        (status = 202, description = "Changed, and not yet effective on the whole edge.", body = TokenView,
            headers(("ETag"))),
        (status = 403, description = "Or the change would give away more than the caller has."),
        (status = 404, description = "There is no token of this id, as far as the caller may see."),
        (status = 409, description = "The token was revoked, was replaced or has expired."),
        (status = 412, description = "The token was changed since it was seen as `If-Match` says."),
    ),
)]
pub(crate) async fn change(
    State(app): State<App>,
    operator: Operator,
    Path((_, token_id)): Path<(String, String)>,
    if_match: IfMatch,
    Json(raw): Json<RawTokenChange>,
) -> Result<Response, Error> {
    let change = raw.check(app.clock.now()).map_err(Problem::validation_failed)?;
    let mut locked = operator.lock(&app).await?;
    let operator = locked.check(&operator).await?;
    let row = visible(tokens::get(locked.connection(), operator.workspace_id().as_str(), &token_id).await?, &operator)?;
    check_alive(&row, locked.now)?;
    if_match.check(&row)?;
    let changed = change.for_operator(&operator, &row)?.apply(row.clone());
    let row = locked.change(&row, changed).await?;
    locked.commit().await?;
    let row = settle(&app, row).await;
    let status = if row.effective_at.is_some() { StatusCode::OK } else { StatusCode::ACCEPTED };
    Ok((status, shown(row, app.clock.now())).into_response())
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
