//! Futures as JavaScript's promises. They are boxed: what runs a future would else be in the worker once per kind of it.

use js_sys::Promise;
use js_sys::futures::future_to_promise;
use std::pin::Pin;
use wasm_bindgen::JsValue;

type Outcome = Result<JsValue, JsValue>;

/// Runs a future. Its error rejects the promise.
pub(crate) fn promise(future: impl Future<Output = Outcome> + 'static) -> Promise {
    let boxed: Pin<Box<dyn Future<Output = Outcome>>> = Box::pin(future);
    future_to_promise(boxed)
}

/// Runs a future that cannot fail. JavaScript resolves a promise that becomes another one.
pub(crate) fn promise_of(future: impl Future<Output = JsValue> + 'static) -> Promise {
    promise(async move { Ok(future.await) })
}
