//! Revoking tokens.

use super::{settle, visible};
use crate::app::App;
use crate::body::Json;
use crate::error::Error;
use crate::openapi;
use crate::operator::Operator;
use crate::routes::invalid;
use crate::store::{TokenRow, changes, tokens};
use crate::view::{BulkReceipt, Receipt};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use shared::id::TokenId;
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;

/// Most tokens that one request revokes.
const IDS_MAX: usize = 1_000;

/// `DELETE …/{tokenId}`: revokes a token. Again: the same receipt.
#[utoipa::path(
    delete,
    path = "/workspaces/{workspaceId}/access-tokens/{tokenId}",
    operation_id = "revokeAccessToken",
    tag = openapi::TOKENS,
    summary = "Revoke an access token",
    description = "Asked again it gives the same receipt; while pending it waits again.",
    responses(
        (status = 200, description = "Revoked: every request that arrives from now on is refused.", body = Receipt),
        (status = 202, description = "Revoked, and not yet effective on the whole edge.", body = Receipt),
        (status = 404, description = "There is no token of this id, as far as the caller may see."),
    ),
)]
pub(crate) async fn revoke(
    State(app): State<App>,
    operator: Operator,
    Path((_, token_id)): Path<(String, String)>,
) -> Result<Response, Error> {
    revoke_token(&app, &operator, &token_id).await
}

/// Revokes one token and answers with the receipt.
pub(crate) async fn revoke_token(app: &App, operator: &Operator, token_id: &str) -> Result<Response, Error> {
    let mut locked = operator.lock(app).await?;
    let operator = locked.check(operator).await?;
    let row = visible(tokens::get(locked.connection(), operator.workspace_id().as_str(), token_id).await?, &operator)?;
    let row = if row.revoked_at.is_none() { locked.revoke(row).await? } else { row };
    locked.commit().await?;
    let receipt = Receipt::new(settle(app, row).await);
    let status = if receipt.is_pending() { StatusCode::ACCEPTED } else { StatusCode::OK };
    Ok((status, axum::Json(receipt)).into_response())
}

/// Which tokens to revoke.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Revocations)]
pub(crate) struct RawRevocations {
    /// Their ids. Repeated ones count once.
    #[schema(schema_with = openapi::schema::token_ids)]
    ids: Vec<TokenId>,
}

/// What became of each.
#[derive(Serialize, ToSchema)]
pub(crate) struct Receipts {
    /// In the order of the ids, each of them once.
    data: Vec<BulkReceipt>,
}

/// `POST …/revoke`: revokes many tokens in one transaction; answers in the order of the ids, each of them once.
#[utoipa::path(
    post,
    path = "/workspaces/{workspaceId}/access-tokens/revoke",
    operation_id = "revokeAccessTokens",
    tag = openapi::TOKENS,
    summary = "Revoke many access tokens",
    description = "All of them in one transaction. What is not there, as far as the caller may see, is said to be \
                   `not-found`, and keeps none of the others.",
    request_body = RawRevocations,
    responses(
        (status = 200, description = "Revoked: every request that arrives from now on is refused.", body = Receipts),
        (status = 202, description = "Revoked, and some are not yet effective on the whole edge.", body = Receipts),
    ),
)]
pub(crate) async fn revoke_many(
    State(app): State<App>,
    operator: Operator,
    Json(mut raw): Json<RawRevocations>,
) -> Result<Response, Error> {
    if !(1..=IDS_MAX).contains(&raw.ids.len()) {
        return Err(invalid("/ids", &format!("expected 1 to {IDS_MAX} ids; these are {}", raw.ids.len())));
    }
    let mut seen = BTreeSet::new();
    raw.ids.retain(|id| seen.insert(id.clone()));
    let rows = save_revocations(&app, &operator, &raw.ids).await?;
    let mut rows = settle_all(&app, operator.workspace_id().as_str(), rows).await;
    let pending = rows.values().any(|row| row.effective_at.is_none());
    let receipts = raw.ids.into_iter().map(|id| match rows.remove(id.as_str()) {
        Some(row) => BulkReceipt::Found(Receipt::new(row)),
        None => BulkReceipt::not_found(id.to_string()),
    });
    let receipts = Receipts { data: receipts.collect() };
    let status = if pending { StatusCode::ACCEPTED } else { StatusCode::OK };
    Ok((status, axum::Json(receipts)).into_response())
}

/// Revokes what is there of these tokens.
async fn save_revocations(
    app: &App,
    operator: &Operator,
    ids: &[TokenId],
) -> Result<BTreeMap<String, TokenRow>, Error> {
    let mut locked = operator.lock(app).await?;
    let operator = locked.check(operator).await?;
    let mut rows = BTreeMap::new();
    for id in ids {
        let row = tokens::get(locked.connection(), operator.workspace_id().as_str(), id.as_str()).await?;
        if let Some(row) = row.filter(|row| operator.sees(row.project_id.as_deref())) {
            rows.insert(id.to_string(), row);
        }
    }
    for row in rows.values_mut().filter(|row| row.revoked_at.is_none()) {
        *row = locked.revoke(row.clone()).await?;
    }
    locked.commit().await?;
    Ok(rows)
}

/// Waits until all of them are effective, or have to be called pending.
async fn settle_all(app: &App, workspace_id: &str, mut rows: BTreeMap<String, TokenRow>) -> BTreeMap<String, TokenRow> {
    let open = |row: &&mut TokenRow| row.effective_at.is_none();
    let Some(last) = rows.values_mut().filter(open).map(|row| row.version).max() else { return rows };
    app.publisher.wait(workspace_id, last).await;
    if let Err(why) = read_effective(app, rows.values_mut().filter(open)).await {
        tracing::error!(
            workspace = workspace_id,
            "changes are called pending, since their state cannot be read: {why}"
        );
    }
    rows
}

async fn read_effective(app: &App, rows: impl Iterator<Item = &mut TokenRow>) -> Result<(), sqlx::Error> {
    let mut connection = app.store.connection().await?;
    for row in rows {
        row.effective_at = changes::effective_at(&mut connection, &row.workspace_id, row.version).await?;
    }
    Ok(())
}
