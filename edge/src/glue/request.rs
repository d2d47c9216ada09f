//! A request and its answer: the functions of `request.js`, and what they return as Rust types.

use crate::in_flight::InFlight;
use js_sys::Promise;
use shared::limits::SHORT_BODY_MAX;
use shared::question::RawRequest;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/glue/request.js")]
extern "C" {
    #[wasm_bindgen(js_name = describeRequest)]
    fn describe_request(request: &JsValue) -> String;

    /// Whether the caller asks for another protocol, such as a WebSocket.
    #[wasm_bindgen(js_name = asksForUpgrade)]
    pub(crate) fn asks_for_upgrade(request: &JsValue) -> bool;

    /// A name for this request that appears in its refusal, in the edge's log, and at whoever it is forwarded to.
    #[wasm_bindgen(js_name = requestId)]
    pub(crate) fn request_id(request: &JsValue) -> String;

    /// Sends the request to the platform origin with an assertion instead of its bearer token, both texts of
    /// JavaScript. `in_flight` releases the answer.
    #[wasm_bindgen(js_name = forwardToPlatform)]
    pub(crate) fn forward_to_platform(
        request: &JsValue,
        origin_url: &JsValue,
        assertion: &JsValue,
        in_flight: InFlight,
    ) -> JsValue;

    /// Sends the request to the control plane, bearer token included.
    #[wasm_bindgen(js_name = forwardToControlPlane)]
    pub(crate) fn forward_to_control_plane(request: &JsValue, control_plane_url: &JsValue) -> Promise;

    /// Keeps the request's context alive until the promise is settled, at most 30 s beyond its answer.
    #[wasm_bindgen(js_name = waitUntil)]
    pub(crate) fn wait_until(context: &JsValue, promise: &Promise);

    #[wasm_bindgen(js_name = isShort)]
    fn is_short_raw(request: &JsValue, response: &JsValue, bytes_max: u32) -> bool;

    /// Throws a response's body away.
    pub(crate) fn discard(response: &JsValue);

    /// A long body on its way, see [`flow`].
    pub(crate) type Flow;

    /// Starts to pump a response's body through a native stream. Fails if the response is none that can be passed on.
    #[wasm_bindgen(catch)]
    pub(crate) fn flow(response: &JsValue) -> Result<Flow, JsValue>;

    /// The response with the body that comes out of the stream.
    #[wasm_bindgen(method, getter)]
    pub(crate) fn response(this: &Flow) -> JsValue;

    /// Settled when the body is through, or when that failed.
    #[wasm_bindgen(method, getter)]
    pub(crate) fn pumped(this: &Flow) -> Promise;

    /// Lets the body flow for so many milliseconds from now on; then it is cut, unless it is extended again.
    #[wasm_bindgen(method)]
    pub(crate) fn extend(this: &Flow, ms: u32);

    /// Ends the body in the middle, so that its receiver notices.
    #[wasm_bindgen(method)]
    pub(crate) fn cut(this: &Flow);

    /// A request's header, if it has it.
    pub(crate) fn header(request: &JsValue, name: &str) -> Option<String>;

    /// The body as text. Fails for bytes that are no UTF-8.
    #[wasm_bindgen(js_name = readBody, catch)]
    pub(crate) async fn read_body(request: &JsValue) -> Result<JsValue, JsValue>;

    /// A problem that is ready to be the answer to any request.
    pub(crate) type Prepared;

    /// Prepares a problem, given as JSON, with its values of `WWW-Authenticate` and `Retry-After`.
    #[wasm_bindgen(js_name = prepareProblem)]
    pub(crate) fn prepare_problem(
        status: u16,
        problem: &str,
        challenge: Option<String>,
        retry_after_s: Option<u32>,
    ) -> Prepared;

    /// Makes a response that nobody may store, of a problem and the request's id.
    #[wasm_bindgen(js_name = respondProblem)]
    pub(crate) fn respond_problem(request: &JsValue, problem: &Prepared) -> JsValue;

    /// Makes a response that nobody may store.
    #[wasm_bindgen(js_name = respondJson)]
    pub(crate) fn respond_json(status: u16, body: &str) -> JsValue;
}

/// Whether a response has no body, or one whose length is known and short.
pub(crate) fn is_short(request: &JsValue, response: &JsValue) -> bool {
    is_short_raw(request, response, SHORT_BODY_MAX)
}

/// The parts of a request that are decided on.
pub(crate) struct Incoming {
    /// Method, path and query, and `Authorization` if there is one; a line each.
    description: String,
    /// Where the method ends, the path, and the query.
    ends: [usize; 3],
}

impl Incoming {
    pub(crate) fn read(request: &JsValue) -> Self {
        let description = describe_request(request);
        let end = |from: usize, is_end: fn(u8) -> bool| {
            let rest = description.as_bytes().get(from..).unwrap_or_default();
            rest.iter().position(|byte| is_end(*byte)).map_or(description.len(), |length| from + length)
        };
        let method = end(0, |byte| byte == b'\n');
        let path = end(method + 1, |byte| matches!(byte, b'?' | b'\n'));
        let target = end(path, |byte| byte == b'\n');
        Self { ends: [method, path, target], description }
    }

    /// What is decided on.
    pub(crate) fn raw(&self) -> RawRequest<'_> {
        let [method, path, target] = self.ends;
        let part = |from, to| self.description.get(from..to);
        RawRequest {
            method: part(0, method).unwrap_or_default(),
            path: part(method + 1, path).unwrap_or_default(),
            authorization: self.description.get(target + 1..),
        }
    }
}
