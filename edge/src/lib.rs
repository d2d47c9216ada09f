//! The edge authorizer: every request is decided here, or passed on to the control plane.
//!
//! 1. `glue::request` reads what is decided on in one crossing.
//! 2. [`examine`] refuses what is malformed, by memory alone, and finds the rule.
//! 3. A control-plane route is passed on with its bearer: the control plane decides by itself.
//! 4. `visit` decides about all others: by what this isolate remembers under a valid lease, without any call;
//!    else `look_up` finds out what is true now (KV names the workspace, its ledger knows the rest).
//! 5. What is allowed goes to the platform origin, with an assertion instead of the token.
//! 6. `in_flight` decides again before it releases the origin's answer, and `watch` while a long body flows.
//!
//! `fetch` is not async, so that a refusal makes no promise and no future, nor does a hot request before it is sent.

mod answer;
mod assertions;
mod clock;
mod glue;
mod in_flight;
mod ledger;
mod look_up;
mod memory;
mod promise;
mod renewal;
mod settings;
mod signed;
mod timeout;
mod visit;
mod watch;

use glue::request::Incoming;
use in_flight::InFlight;
use js_sys::futures::JsFuture;
use promise::promise_of;
use settings::Settings;
use shared::digest::Digest;
use shared::policy::{Origin, POLICY};
use shared::problem::Problem;
use shared::question::{Question, examine};
use std::cell::RefCell;
use std::rc::Rc;
use visit::Visit;
use wasm_bindgen::prelude::*;
use worker::console_error;

/// A fifth of the code of Rust's own allocator for Wasm.
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

/// The worker's entry: a response, or a promise of one.
#[wasm_bindgen]
#[must_use]
pub fn fetch(request: JsValue, env: JsValue, context: JsValue) -> JsValue {
    let incoming = Incoming::read(&request);
    let settings = match Settings::get(&env) {
        Ok(settings) => settings,
        Err(why) => return answer::problem(&misconfigured(&request, &why), &request),
    };
    if incoming.raw().path.starts_with(signed::PREFIX) {
        return promise_of(signed::answer(settings, request, incoming)).into();
    }
    let Question { token, rule, .. } = match examine(incoming.raw(), &POLICY, &settings.prefix) {
        Ok(question) => question,
        Err(refusal) => return answer::refusal(refusal, &request),
    };
    if glue::request::asks_for_upgrade(&request) {
        let problem = Problem::invalid_request("Protocol upgrades are not supported. Send a plain HTTP request.");
        return answer::problem(&problem, &request);
    }
    match rule.origin {
        Origin::ControlPlane => promise_of(pass_on(settings, request)).into(),
        Origin::Platform => {
            let digests = Digest::candidates(token, &settings.peppers);
            authorize(Visit { settings, request, context, incoming, rule, digests, report: RefCell::default() })
        }
    }
}

/// Decides about a platform route and forwards what is allowed.
fn authorize(visit: Visit) -> JsValue {
    match visit.assert_by_memory() {
        Some(Ok(assertion)) => forward(visit, &assertion),
        Some(Err(refusal)) => visit.deny(&refusal.into()),
        None => promise_of(authorize_by_ledger(visit)).into(),
    }
}

async fn authorize_by_ledger(visit: Visit) -> JsValue {
    match visit.assert_by_ledger().await {
        Ok(assertion) => forward(visit, &assertion),
        Err(denial) => visit.deny(&denial),
    }
}

/// Sends an allowed request to the platform origin. An assertion is made of a permit, and only
/// [`decide`](shared::decide::decide) makes permits.
fn forward(visit: Visit, assertion: &JsValue) -> JsValue {
    let (request, settings) = (visit.request.clone(), Rc::clone(&visit.settings));
    glue::request::forward_to_platform(&request, &settings.origin_url, assertion, InFlight::new(visit))
}

/// Passes a control-plane route on, bearer included.
async fn pass_on(settings: Rc<Settings>, request: JsValue) -> JsValue {
    match JsFuture::from(glue::request::forward_to_control_plane(&request, &settings.control_plane_url)).await {
        Ok(response) => response,
        Err(why) => {
            let problem = cannot_tell(&request, &format!("the control plane is out of reach: {why:?}"));
            answer::problem(&problem, &request)
        }
    }
}

fn cannot_tell(request: &JsValue, why: &str) -> Problem {
    console_error!("request {}: cannot tell: {why}", glue::request::request_id(request));
    Problem::authority_unavailable()
}

fn misconfigured(request: &JsValue, why: &str) -> Problem {
    console_error!("request {}: the worker is not configured: {why}", glue::request::request_id(request));
    Problem::authority_unavailable()
        .detail("The edge is not configured. Its operator finds the reason in the worker's log.")
}
