//! KV: the functions of `kv.js`.

use super::words;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/glue/kv.js")]
extern "C" {
    #[wasm_bindgen(js_name = readKv, catch)]
    async fn read_kv_raw(namespace: &JsValue, key: &str, cache_ttl_s: u32) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_name = writeKv, catch)]
    async fn write_kv_raw(namespace: &JsValue, writes: &str) -> Result<JsValue, JsValue>;
}

/// The value of a key, if there is one. It may come out of a cache near the isolate for so many seconds.
///
/// # Errors
/// In words, if KV fails.
pub(crate) async fn read_kv(namespace: &JsValue, key: &str, cache_ttl_s: u32) -> Result<Option<String>, String> {
    let value = read_kv_raw(namespace, key, cache_ttl_s).await.map_err(|thrown| words(&thrown))?;
    Ok(value.as_string())
}

/// Carries out [`KvWrites`](shared::ledger::KvWrites), given as JSON.
///
/// # Errors
/// In words, if one of them fails.
pub(crate) async fn write_kv(namespace: &JsValue, writes: &str) -> Result<(), String> {
    write_kv_raw(namespace, writes).await.map(drop).map_err(|thrown| words(&thrown))
}
