//! Which tokens were used, on its way from a ledger to the control plane.

use super::storage::SqlLedgerStorage;
use crate::glue::ledger::call_control_plane;
use crate::{clock, settings};
use shared::ledger::{Format, UsedToken, UsedTokens};
use shared::limits::USED_MAX;
use shared::signature::{SignedCall, TO_CONTROL_PLANE, USAGE_PATH};
use wasm_bindgen::JsValue;

/// Reports uses that were not reported yet, as many as go into one call, and forgets them once the control plane
/// has them.
///
/// # Errors
/// If the control plane did not take them.
pub(super) async fn report(env: &JsValue, storage: &mut SqlLedgerStorage) -> Result<(), String> {
    let used = storage.used(USED_MAX)?;
    let now = clock::now();
    let told = used.iter().map(|(token_id, at)| UsedToken { token_id: token_id.clone(), ago_ms: now.ms_since(*at) });
    let body =
        serde_json::to_string(&UsedTokens { format: Format, used: told.collect() }).map_err(|why| why.to_string())?;
    let call = SignedCall { label: TO_CONTROL_PLANE, method: "POST", path: USAGE_PATH, body: body.as_bytes() };
    let signature = call.sign(&settings::publish_keys(env)?, now);
    let url = format!("{}{USAGE_PATH}", settings::control_plane_url(env)?);
    match call_control_plane(&url, &signature, &body).await {
        Ok(204) => storage.forget_used(&used),
        Ok(status) => Err(format!("the control plane answered {status}")),
        Err(why) => Err(format!("the control plane is out of reach: {why}")),
    }
}
