//! A request that is at the origin: its answer is released by another decision only.
//!
//! When the origin's headers are here the token is decided about again, under a lease that is valid then, or by an
//! answer of the ledger that was asked for after them. So headers that arrive after a revocation was answered are
//! never released. A short body follows them in one piece; a long one is watched ([`crate::watch`]).

use crate::answer::Denial;
use crate::glue::request as glue;
use crate::promise::promise_of;
use crate::visit::Visit;
use crate::{clock, watch};
use shared::problem::Problem;
use shared::timestamp::Timestamp;
use wasm_bindgen::prelude::*;
use worker::console_error;

/// A request that is at the origin. `request.js` ends it with one of its two methods.
#[wasm_bindgen]
pub struct InFlight(Visit);

impl InFlight {
    pub(crate) const fn new(visit: Visit) -> Self {
        Self(visit)
    }
}

#[wasm_bindgen]
impl InFlight {
    /// The origin's headers are here. Returns the response to release, or a promise of it.
    #[must_use]
    pub fn release(self, response: JsValue) -> JsValue {
        match self.0.allow_by_memory(clock::now()) {
            Some(Ok(until)) => hand_on(self.0, response, until),
            Some(Err(refusal)) => withhold(&self.0, &response, &refusal.into()),
            None => promise_of(release_by_ledger(self.0, response)).into(),
        }
    }

    /// The origin gave no answer.
    #[must_use]
    pub fn fail(self, why: &JsValue) -> JsValue {
        failed(
            &self.0,
            why,
            "The request was allowed, but what answers it is out of reach. It may or may not have been received; \
             try again.",
        )
    }
}

async fn release_by_ledger(visit: Visit, response: JsValue) -> JsValue {
    match visit.allow_again(clock::now()).await {
        Ok(until) => hand_on(visit, response, until),
        Err(denial) => withhold(&visit, &response, &denial),
    }
}

fn hand_on(visit: Visit, response: JsValue, until: Timestamp) -> JsValue {
    if glue::is_short(&visit.request, &response) {
        visit.end();
        return response;
    }
    match watch::start(&response) {
        Ok(flow) => watch::watched(visit, flow, until),
        Err(why) => {
            glue::discard(&response);
            failed(&visit, &why, "The request was carried out, but the answer to it cannot be passed on.")
        }
    }
}

/// There is nothing to release.
fn failed(visit: &Visit, why: &JsValue, detail: &'static str) -> JsValue {
    console_error!("request {}: no answer of the platform origin: {why:?}", glue::request_id(&visit.request));
    let problem = Problem::new(502, "origin-unreachable", "The platform is out of reach").detail(detail);
    visit.deny(&Denial::Failed(problem))
}

/// The origin's answer goes nowhere.
fn withhold(visit: &Visit, response: &JsValue, denial: &Denial) -> JsValue {
    glue::discard(response);
    visit.deny(denial)
}
