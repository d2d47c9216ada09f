//! Answers that the edge gives by itself.

use crate::glue::request::{self as glue, Prepared};
use shared::problem::Problem;
use shared::refusal::Refusal;
use std::cell::RefCell;
use wasm_bindgen::JsValue;

/// Why a request is not answered by its origin.
pub(crate) enum Denial {
    /// It may not be.
    Refused(Refusal),
    /// That could not be found out, or something else has failed.
    Failed(Problem),
}

impl From<Refusal> for Denial {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

thread_local! {
    /// The refusals that were given so far. There are no more than scopes allow, so that a list is enough; whoever has no
    /// token can ask for some of them as often as they like, so that they are prepared once.
    static REFUSALS: RefCell<Vec<(Refusal, Prepared)>> = const { RefCell::new(Vec::new()) };
}

/// A denial as problem details.
pub(crate) fn denial(denial: &Denial, request: &JsValue) -> JsValue {
    match denial {
        Denial::Refused(refusal) => self::refusal(*refusal, request),
        Denial::Failed(problem) => self::problem(problem, request),
    }
}

/// A refusal as problem details.
pub(crate) fn refusal(refusal: Refusal, request: &JsValue) -> JsValue {
    REFUSALS.with_borrow_mut(|given| {
        if let Some((_, prepared)) = given.iter().find(|(other, _)| *other == refusal) {
            return glue::respond_problem(request, prepared);
        }
        let prepared = prepare(&refusal.problem());
        let response = glue::respond_problem(request, &prepared);
        given.push((refusal, prepared));
        response
    })
}

/// An error as problem details.
pub(crate) fn problem(problem: &Problem, request: &JsValue) -> JsValue {
    glue::respond_problem(request, &prepare(problem))
}

/// An answer of the ledger, passed on to the control plane.
pub(crate) fn json(status: u16, body: &str) -> JsValue {
    glue::respond_json(status, body)
}

fn prepare(problem: &Problem) -> Prepared {
    let (challenge, retry_after_s) = (problem.www_authenticate(), problem.retry_after_s());
    glue::prepare_problem(problem.status(), &problem.to_json_without_id(), challenge, retry_after_s)
}
