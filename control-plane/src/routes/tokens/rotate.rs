//! Rotating a token: another one in its place.

use super::create::{created, finish, replayed};
use super::{check_alive, settle, visible};
use crate::app::App;
use crate::body::OptionalJson;
use crate::error::Error;
use crate::idempotency::IdempotencyKey;
use crate::operator::Operator;
use crate::random;
use crate::routes::invalid;
use crate::store::{TokenRow, tokens};
use crate::token_request::TokenRequest;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use shared::problem::Problem;
use shared::timestamp::Timestamp;
use shared::token::NewToken;

/// Longest grace in seconds: thirty days. Whoever needs longer needs a second token.
const GRACE_S_MAX: u64 = 30 * 24 * 60 * 60;

/// How a token is rotated, as it is sent. No body means: at once.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RawRotation {
    /// For how many seconds the old token still works.
    #[serde(default)]
    grace_seconds: u64,
}

/// `POST …/{tokenId}/rotate`: another token takes its place, with its name, scopes, project and expiry. The old one
/// ends after the grace, and never later than it would have.
pub(crate) async fn rotate(
    State(app): State<App>,
    operator: Operator,
    Path((_, token_id)): Path<(String, String)>,
    key: Option<IdempotencyKey>,
    OptionalJson(raw): OptionalJson<RawRotation>,
) -> Result<Response, Error> {
    let until = |now: Timestamp| (raw.grace_seconds > 0).then(|| now.plus_ms(raw.grace_seconds * 1_000));
    if raw.grace_seconds > GRACE_S_MAX {
        return Err(invalid("/graceSeconds", &format!("expected at most {GRACE_S_MAX} seconds (30 days)")));
    }
    app.creates.check(operator.workspace_id())?;
    let once = key.map(|key| key.of("rotate", &(&token_id, &raw)));
    let mut locked = operator.lock(&app).await?;
    let operator = locked.check(&operator).await?;
    if let Some(once) = &once
        && let Some(row) = locked.made_before(once).await?
    {
        return Ok(replayed(row, locked.now));
    }
    let old = visible(tokens::get(locked.connection(), operator.workspace_id().as_str(), &token_id).await?, &operator)?;
    check_rotatable(&old, locked.now)?;
    let token = NewToken::generate(&app.settings.token_prefix, random::fill);
    let new = successor(&app, &operator, &old, &token, locked.now)?;
    // In this order, so that the workspace never has more live tokens than before.
    let old = locked.supersede(&old, &new.id, until(locked.now).map(|until| within(until, &old))).await?;
    let new = locked.create(new).await?;
    if let Some(once) = &once {
        locked.remember(once, &new.id).await?;
    }
    locked.commit().await?;
    let (old, new) = tokio::join!(settle(&app, old), finish(&app, new));
    let is_effective = new.effective_at.is_some() && old.effective_at.is_some();
    let status = if is_effective { StatusCode::CREATED } else { StatusCode::ACCEPTED };
    Ok(created(status, &token, new, app.clock.now()))
}

fn check_rotatable(row: &TokenRow, now: Timestamp) -> Result<(), Error> {
    check_alive(row, now)?;
    match &row.superseded_by {
        Some(by) => Err(Problem::conflict(&format!("This access token was rotated already. Rotate {by}.")).into()),
        None => Ok(()),
    }
}

/// What takes the old token's place: the same, within what the caller may give away.
fn successor(
    app: &App,
    operator: &Operator,
    old: &TokenRow,
    token: &NewToken,
    now: Timestamp,
) -> Result<TokenRow, Error> {
    let record = old.record()?;
    operator.check_gives(record.scopes, old.project_id.as_deref(), record.expires_at)?;
    let request = TokenRequest {
        name: old.name.clone(),
        scopes: record.scopes,
        project_id: old.project_id.clone(),
        expires_at: record.expires_at,
    };
    Ok(request.into_row(app, &old.workspace_id, operator.token_id(), token, now))
}

/// The end of a grace: never later than the token's own expiry.
fn within(until: Timestamp, old: &TokenRow) -> Timestamp {
    let expires_at = old.expires_at.map(|at| Timestamp(at.cast_unsigned()));
    expires_at.map_or(until, |expires_at| expires_at.min(until))
}
