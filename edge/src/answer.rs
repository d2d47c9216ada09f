//! Answers that the edge gives by itself.

use crate::glue::request as glue;
use shared::problem::{CONTENT_TYPE, Problem};
use wasm_bindgen::JsValue;

/// An error as problem details.
pub(crate) fn problem(problem: &Problem, request: &JsValue) -> JsValue {
    let id = glue::request_id(request);
    let body = problem.to_json(&id);
    glue::respond(problem.status(), CONTENT_TYPE, &body, Some(&id), problem.www_authenticate(), problem.retry_after_s())
}

/// An answer of the ledger, passed on to the control plane.
pub(crate) fn json(status: u16, body: &str) -> JsValue {
    glue::respond(status, "application/json", body, None, None, None)
}
