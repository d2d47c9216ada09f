//! Calls of a ledger object.

use crate::glue;
use crate::timeout::within;
use js_sys::Reflect;
use shared::digest::Digest;
use shared::id::WorkspaceId;
use shared::ledger::{Format, Renewal, RenewalAnswer};
use shared::limits::LEDGER_TIMEOUT_MS;
use wasm_bindgen::JsValue;

/// Asks a workspace's ledger for the records of these digests.
///
/// # Errors
/// Why there is no answer; for the log.
pub(crate) async fn renew(
    ledgers: &JsValue,
    workspace_id: &WorkspaceId,
    digests: &[Digest],
) -> Result<RenewalAnswer, String> {
    let renewal = Renewal { format: Format, standing: None, want: digests.to_vec(), used: Vec::new() };
    let body = serde_json::to_string(&renewal).map_err(|why| why.to_string())?;
    match call(ledgers, workspace_id, "/renew", &body).await? {
        (200, answer) => serde_json::from_str(&answer).map_err(|why| format!("unreadable answer of the ledger: {why}")),
        (status, answer) => Err(format!("the ledger of {workspace_id} answered {status}: {answer}")),
    }
}

/// Calls a workspace's ledger, a second time if the platform says that this may help.
///
/// # Errors
/// Why there is no answer; for the log.
pub(crate) async fn call(
    ledgers: &JsValue,
    workspace_id: &WorkspaceId,
    path: &str,
    body: &str,
) -> Result<(u16, String), String> {
    let attempt = || within(LEDGER_TIMEOUT_MS, glue::call_ledger(ledgers, workspace_id.as_str(), path, body));
    let first = attempt().await;
    let last = match first {
        Some(Err(why)) if may_be_retried(&why) => attempt().await,
        other => other,
    };
    match last {
        Some(Ok(answer)) => Ok(answer),
        Some(Err(why)) => Err(format!("the ledger of {workspace_id} failed: {why:?}")),
        None => Err(format!("the ledger of {workspace_id} did not answer within {LEDGER_TIMEOUT_MS} ms")),
    }
}

/// The platform marks errors: a retryable one may go well at once, an overloaded object must be spared.
fn may_be_retried(error: &JsValue) -> bool {
    let is = |name: &str| Reflect::get(error, &JsValue::from(name)).is_ok_and(|mark| mark.is_truthy());
    is("retryable") && !is("overloaded")
}
