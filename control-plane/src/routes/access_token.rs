//! `/access-token`: the caller's own token, whichever it is.

use super::tokens::revoke_token;
use crate::app::App;
use crate::error::Error;
use crate::operator::Operator;
use crate::store::tokens;
use crate::view::TokenView;
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use shared::refusal::Refusal;

/// `GET`: the caller's own token.
pub(crate) async fn show(State(app): State<App>, operator: Operator) -> Result<Json<TokenView>, Error> {
    let mut connection = app.store.connection().await?;
    let row = tokens::get(&mut connection, operator.workspace_id().as_str(), operator.token_id()).await?;
    row.map(|row| Json(TokenView::new(row, app.clock.now()))).ok_or_else(|| Refusal::UnknownToken.into())
}

/// `DELETE`: the caller revokes itself.
pub(crate) async fn revoke(State(app): State<App>, operator: Operator) -> Result<Response, Error> {
    revoke_token(&app, &operator, operator.token_id()).await
}
