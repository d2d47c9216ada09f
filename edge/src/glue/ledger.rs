//! A ledger object and its callers: the functions of `ledger.js`.

use super::words;
use js_sys::Array;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/glue/ledger.js")]
extern "C" {
    #[wasm_bindgen(js_name = callLedger, catch)]
    async fn call_ledger_raw(namespace: &JsValue, name: &str, path: &str, body: &str) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_name = callControlPlane, catch)]
    async fn call_control_plane_raw(url: &str, signature: &str, body: &str) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_name = execute, catch)]
    fn execute_raw(state: &JsValue, statement: &str, bindings: &str) -> Result<String, JsValue>;

    #[wasm_bindgen(js_name = sync, catch)]
    async fn sync_raw(state: &JsValue) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_name = setAlarm, catch)]
    async fn set_alarm_raw(state: &JsValue, delay_ms: f64) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_name = deleteAlarm, catch)]
    async fn delete_alarm_raw(state: &JsValue) -> Result<JsValue, JsValue>;
}

/// Calls the ledger object of this name. Returns HTTP status and body.
///
/// # Errors
/// What the platform threw.
pub(crate) async fn call_ledger(
    namespace: &JsValue,
    name: &str,
    path: &str,
    body: &str,
) -> Result<(u16, String), JsValue> {
    let answer: Array = call_ledger_raw(namespace, name, path, body).await?.unchecked_into();
    let status = answer.get(0).as_f64().unwrap_or_default();
    Ok((status as u16, answer.get(1).as_string().unwrap_or_default()))
}

/// Sends a signed call to the control plane. Returns the HTTP status.
///
/// # Errors
/// In words, if it gives no answer.
pub(crate) async fn call_control_plane(url: &str, signature: &str, body: &str) -> Result<u16, String> {
    let status = call_control_plane_raw(url, signature, body).await.map_err(|thrown| words(&thrown))?;
    Ok(status.as_f64().unwrap_or_default() as u16)
}

/// Runs a statement in the object's database. `bindings` is a JSON array; rows have one column, which is JSON, and come
/// as a JSON array.
///
/// # Errors
/// In words, if the database refuses it.
pub(crate) fn execute(state: &JsValue, statement: &str, bindings: &str) -> Result<String, String> {
    execute_raw(state, statement, bindings).map_err(|thrown| words(&thrown))
}

/// Waits until every write so far is confirmed.
///
/// # Errors
/// In words, if it is not: another instance owns the object.
pub(crate) async fn sync(state: &JsValue) -> Result<(), String> {
    sync_raw(state).await.map(drop).map_err(|thrown| words(&thrown))
}

/// Sets the object's one alarm to go off in so many milliseconds.
///
/// # Errors
/// In words, if the platform does not take it.
pub(crate) async fn set_alarm(state: &JsValue, delay_ms: u64) -> Result<(), String> {
    set_alarm_raw(state, delay_ms as f64).await.map(drop).map_err(|thrown| words(&thrown))
}

/// Takes the object's alarm back.
///
/// # Errors
/// In words, if the platform does not.
pub(crate) async fn delete_alarm(state: &JsValue) -> Result<(), String> {
    delete_alarm_raw(state).await.map(drop).map_err(|thrown| words(&thrown))
}
