//! Calls of a ledger object.

use crate::glue::ledger::call_ledger;
use crate::glue::words;
use crate::timeout::within;
use js_sys::Reflect;
use shared::id::WorkspaceId;
use shared::isolate::Ask;
use shared::ledger::RenewalAnswer;
use shared::limits::LEDGER_TIMEOUT_MS;
use wasm_bindgen::JsValue;

/// A ledger did not answer, or not so that it can be used.
pub(crate) struct NoAnswer {
    /// What happened; for the log.
    pub(crate) why: String,
    /// The platform says that the object has more to do than it can.
    pub(crate) overloaded: bool,
}

impl From<String> for NoAnswer {
    fn from(why: String) -> Self {
        Self { why, overloaded: false }
    }
}

/// Carries an isolate's ask to its ledger.
///
/// # Errors
/// Why there is no answer.
pub(crate) async fn renew(ledgers: &JsValue, ask: &Ask) -> Result<RenewalAnswer, NoAnswer> {
    let body = serde_json::to_string(ask.renewal()).map_err(|why| why.to_string())?;
    match call(ledgers, ask.workspace_id(), "/renew", &body).await? {
        (200, answer) => {
            serde_json::from_str(&answer).map_err(|why| format!("unreadable answer of the ledger: {why}").into())
        }
        (status, answer) => Err(format!("the ledger of {} answered {status}: {answer}", ask.workspace_id()).into()),
    }
}

/// Calls a workspace's ledger, a second time if the platform says that this may help.
///
/// # Errors
/// Why there is no answer.
pub(crate) async fn call(
    ledgers: &JsValue,
    workspace_id: &WorkspaceId,
    path: &str,
    body: &str,
) -> Result<(u16, String), NoAnswer> {
    let attempt = || within(LEDGER_TIMEOUT_MS, call_ledger(ledgers, workspace_id.as_str(), path, body));
    let first = attempt().await;
    let last = match first {
        Some(Err(why)) if may_be_retried(&why) => attempt().await,
        other => other,
    };
    match last {
        Some(Ok(answer)) => Ok(answer),
        Some(Err(why)) => {
            let overloaded = is_marked(&why, "overloaded");
            Err(NoAnswer { why: format!("the ledger of {workspace_id} failed: {}", words(&why)), overloaded })
        }
        None => Err(format!("the ledger of {workspace_id} did not answer within {LEDGER_TIMEOUT_MS} ms").into()),
    }
}

/// The platform marks errors: a retryable one may go well at once, an overloaded object must be spared.
fn may_be_retried(error: &JsValue) -> bool {
    is_marked(error, "retryable") && !is_marked(error, "overloaded")
}

fn is_marked(error: &JsValue, name: &str) -> bool {
    Reflect::get(error, &JsValue::from(name)).is_ok_and(|mark| mark.is_truthy())
}
