//! The platform's JavaScript: each `.js` file here moves values and decides nothing, the `.rs` file of its name types it.
//!
//! Requests, KV and ledger objects are reached by these few functions instead of the `worker` crate's types, whose
//! crossings would cost each request more than all that is decided about it, and whose code half of what is deployed.

pub(crate) mod kv;
pub(crate) mod ledger;
pub(crate) mod request;

use wasm_bindgen::JsValue;

/// What was thrown, in words for the log.
pub(crate) fn words(thrown: &JsValue) -> String {
    String::from(js_sys::Error::from(thrown.clone()).to_string())
}
