//! Answers that the edge gives by itself.

use crate::glue::request as glue;
use shared::problem::Problem;
use wasm_bindgen::JsValue;

/// An error as problem details.
pub(crate) fn problem(problem: &Problem, request: &JsValue) -> JsValue {
    let (challenge, retry_after_s) = (problem.www_authenticate(), problem.retry_after_s());
    glue::respond_problem(request, problem.status(), &problem.to_json_without_id(), challenge, retry_after_s)
}

/// An answer of the ledger, passed on to the control plane.
pub(crate) fn json(status: u16, body: &str) -> JsValue {
    glue::respond_json(status, body)
}
