//! The edge authorizer: every request is decided here, or passed on to the control plane.
//!
//! 1. `glue` reads the request in one crossing.
//! 2. [`examine`] refuses what is malformed, by memory alone, and finds the rule.
//! 3. A control-plane route is passed on with its bearer: the control plane decides by itself.
//! 4. `look_up` finds the token's record: KV names the workspace, its ledger knows the rest.
//! 5. [`decide`] allows or refuses.
//! 6. What is allowed goes to the platform origin, with an assertion instead of the token.
//!
//! `fetch` is not async, so that a refusal makes no promise and no future.

mod answer;
mod clock;
mod glue;
mod ledger;
mod look_up;
mod settings;
mod signed;
mod timeout;

use glue::Incoming;
use js_sys::futures::{JsFuture, future_to_promise};
use look_up::{Found, NoRecord};
use settings::Settings;
use shared::decide::{Permit, decide};
use shared::digest::Digest;
use shared::policy::{Origin, POLICY};
use shared::problem::Problem;
use shared::question::{Question, examine};
use shared::refusal::Refusal;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use worker::{Env, console_error};

/// The worker's entry: a response, or a promise of one.
#[wasm_bindgen]
#[must_use]
pub fn fetch(request: JsValue, env: JsValue, _context: JsValue) -> JsValue {
    let incoming = Incoming::read(&request);
    let settings = match Settings::get(&env.unchecked_into::<Env>()) {
        Ok(settings) => settings,
        Err(why) => return answer::problem(&misconfigured(&why), &request),
    };
    match route(&settings, &incoming) {
        Ok(Route::Signed) => {
            promise(request.clone(), async move { signed::handle(&settings, &request, incoming.raw().path).await })
        }
        Ok(Route::ControlPlane) => promise(request.clone(), pass_on(settings, request, incoming)),
        Ok(Route::Platform) => promise(request.clone(), authorize(settings, request, incoming)),
        Err(problem) => answer::problem(&problem, &request),
    }
}

enum Route {
    Signed,
    ControlPlane,
    Platform,
}

fn route(settings: &Settings, incoming: &Incoming) -> Result<Route, Problem> {
    if incoming.raw().path.starts_with(signed::PREFIX) {
        return Ok(Route::Signed);
    }
    let question = question(settings, incoming).map_err(Refusal::problem)?;
    if incoming.asks_for_upgrade() {
        return Err(Problem::invalid_request("Protocol upgrades are not supported. Send a plain HTTP request."));
    }
    Ok(match question.rule.origin {
        Origin::ControlPlane => Route::ControlPlane,
        Origin::Platform => Route::Platform,
    })
}

fn question<'a>(settings: &Settings, incoming: &'a Incoming) -> Result<Question<'a>, Refusal> {
    examine(incoming.raw(), &POLICY, &settings.prefix)
}

/// Decides about a platform route and forwards what is allowed.
///
/// The question is asked again instead of moved here, since it borrows from `incoming`: a
/// microsecond on a path that waits for the network.
async fn authorize(settings: Rc<Settings>, request: JsValue, incoming: Incoming) -> Result<JsValue, Problem> {
    let question = question(&settings, &incoming).map_err(Refusal::problem)?;
    let digests = Digest::candidates(question.token, &settings.peppers);
    let found = look_up::look_up(&settings, &digests, question.requirement.workspace).await;
    let Found { workspace_id, record } = found.map_err(|why| match why {
        NoRecord::Refused(refusal) => refusal.problem(),
        NoRecord::CannotTell(why) => cannot_tell(&why),
    })?;
    let permit = decide(&workspace_id, &record, &question.requirement, clock::now()).map_err(Refusal::problem)?;
    forward(&settings, permit, &request, &incoming).await
}

/// Sends an allowed request to the platform origin. Needs a permit, which only [`decide`] makes.
async fn forward(
    settings: &Settings,
    permit: Permit<'_>,
    request: &JsValue,
    incoming: &Incoming,
) -> Result<JsValue, Problem> {
    let now = clock::now();
    let assertion = settings.asserter.assert(permit, now, now);
    let url = format!("{}{}", settings.origin_url, incoming.target());
    JsFuture::from(glue::forward_to_platform(request, &url, &assertion)).await.map_err(|why| {
        console_error!("the platform origin is out of reach: {why:?}");
        Problem::new(502, "origin-unreachable", "The platform is out of reach")
            .detail("The request was allowed, but what answers it is out of reach. It may or may not have been received; try again.")
    })
}

/// Passes a control-plane route on, bearer included.
async fn pass_on(settings: Rc<Settings>, request: JsValue, incoming: Incoming) -> Result<JsValue, Problem> {
    let url = format!("{}{}", settings.control_plane_url, incoming.target());
    JsFuture::from(glue::forward_to_control_plane(&request, &url))
        .await
        .map_err(|why| cannot_tell(&format!("the control plane is out of reach: {why:?}")))
}

fn promise(request: JsValue, answer: impl Future<Output = Result<JsValue, Problem>> + 'static) -> JsValue {
    future_to_promise(async move { Ok(answer.await.unwrap_or_else(|problem| answer::problem(&problem, &request))) })
        .into()
}

fn cannot_tell(why: &str) -> Problem {
    console_error!("cannot tell: {why}");
    Problem::authority_unavailable()
}

fn misconfigured(why: &str) -> Problem {
    console_error!("the worker is not configured: {why}");
    Problem::authority_unavailable()
        .detail("The edge is not configured. Its operator finds the reason in the worker's log.")
}
