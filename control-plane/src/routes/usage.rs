//! `POST /_edge/usage`: ledgers report when tokens were last used. Signed, and on the control plane's address only.

use crate::app::App;
use crate::body::Raw;
use crate::error::Error;
use crate::store::tokens;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use shared::ledger::UsedTokens;
use shared::limits::USED_MAX;
use shared::problem::Problem;
use shared::signature::{self, SignedCall, TO_CONTROL_PLANE, USAGE_PATH};
use shared::timestamp::Timestamp;

/// Writes down when tokens were used last. Hearing of it again changes nothing.
pub(super) async fn report(State(app): State<App>, headers: HeaderMap, Raw(body): Raw) -> Result<StatusCode, Error> {
    let now = app.clock.now();
    let header = headers.get(signature::HEADER).and_then(|value| value.to_str().ok());
    let call = SignedCall { label: TO_CONTROL_PLANE, method: "POST", path: USAGE_PATH, body: &body };
    call.verify(header, &app.settings.publish_keys, now).map_err(|why| {
        Problem::new(401, "invalid-signature", "The call is not signed by a ledger").detail(&why.to_string())
    })?;
    let message: UsedTokens =
        serde_json::from_slice(&body).map_err(|why| Problem::invalid_request(&why.to_string()))?;
    if message.used.len() > USED_MAX {
        return Err(Problem::invalid_request("Too many tokens in one report.").into());
    }
    let used = message.used.into_iter().map(|used| (used.token_id, Timestamp(now.0.saturating_sub(used.ago_ms))));
    tokens::set_last_used(&app.store, &used.collect::<Vec<_>>()).await?;
    Ok(StatusCode::NO_CONTENT)
}
