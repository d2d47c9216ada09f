//! `/access-token`: the caller's own token, whichever it is.

use super::tokens::{location, revoke_token, shown};
use crate::app::App;
use crate::error::Error;
use crate::openapi;
use crate::operator::Operator;
use crate::store::tokens;
use crate::view::{Receipt, TokenView};
use axum::extract::State;
use axum::http::header::CONTENT_LOCATION;
use axum::response::{IntoResponse, Response};
use shared::refusal::Refusal;

/// `GET`: the caller's own token, and in `Content-Location` where it is: the caller need not know its workspace.
#[utoipa::path(
    get,
    path = "/access-token",
    operation_id = "getOwnAccessToken",
    tag = openapi::OWN,
    summary = "Show the token of this request",
    description = "What the token that the request is sent with may do, and how long it lives. `Content-Location` says in \
                   which workspace it is.",
    responses(
        (status = 200, description = "The caller's own token.", body = TokenView, headers(("Content-Location"), ("ETag"))),
    ),
)]
pub(crate) async fn show(State(app): State<App>, operator: Operator) -> Result<Response, Error> {
    let mut connection = app.store.connection().await?;
    let row = tokens::get(&mut connection, operator.workspace_id().as_str(), operator.token_id()).await?;
    let row = row.ok_or(Refusal::UnknownToken)?;
    let location = location(&row);
    Ok(([(CONTENT_LOCATION, location)], shown(row, app.clock.now())).into_response())
}

/// `DELETE`: the caller revokes itself.
#[utoipa::path(
    delete,
    path = "/access-token",
    operation_id = "revokeOwnAccessToken",
    tag = openapi::OWN,
    summary = "Revoke the token of this request",
    description = "The last thing that a token can do, as when a script has ended or a secret has leaked.",
    responses(
        (status = 200, description = "Revoked: every request that arrives from now on is refused.", body = Receipt),
        (status = 202, description = "Revoked, and not yet effective on the whole edge.", body = Receipt),
    ),
)]
pub(crate) async fn revoke(State(app): State<App>, operator: Operator) -> Result<Response, Error> {
    revoke_token(&app, &operator, operator.token_id()).await
}
