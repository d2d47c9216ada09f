//! Changing a token.

use super::{check_alive, settle, visible};
use crate::app::App;
use crate::body::Json;
use crate::error::Error;
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
pub(crate) async fn change(
    State(app): State<App>,
    operator: Operator,
    Path((_, token_id)): Path<(String, String)>,
    Json(raw): Json<RawTokenChange>,
) -> Result<Response, Error> {
    let change = raw.check(app.clock.now()).map_err(Problem::validation_failed)?;
    let mut locked = operator.lock(&app).await?;
    let operator = locked.check(&operator).await?;
    let row = visible(tokens::get(locked.connection(), operator.workspace_id().as_str(), &token_id).await?, &operator)?;
    check_alive(&row, locked.now)?;
    let changed = change.for_operator(&operator, &row)?.apply(row.clone());
    let row = locked.change(&row, changed).await?;
    locked.commit().await?;
    let row = settle(&app, row).await;
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
