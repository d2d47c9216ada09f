//! Carries an ask to its ledger, and the answer into the memory.

use crate::glue::request::wait_until;
use crate::ledger::client::{self, NoAnswer};
use crate::promise::{promise, promise_of};
use crate::settings::Settings;
use crate::visit::Visit;
use crate::{clock, memory};
use js_sys::Promise;
use js_sys::futures::JsFuture;
use shared::id::WorkspaceId;
use shared::isolate::Ask;
use shared::ledger::RenewalAnswer;
use shared::limits::{OVERLOAD_PAUSE_MS, USAGE_WAIT_MS};
use shared::timestamp::Timestamp;
use std::rc::Rc;
use std::time::Duration;
use wasm_bindgen::JsValue;
use worker::{Delay, console_error};

/// Sends an ask, and waits until its answer is in the memory.
///
/// # Errors
/// Why there is none; for the log.
pub(crate) async fn send(visit: &Visit, ask: Ask) -> Result<(), String> {
    let outcome = JsFuture::from(start(visit, ask)).await.unwrap_or_else(|thrown| thrown);
    outcome.as_string().map_or(Ok(()), Err)
}

/// Renews a lease that is about to end, unless somebody else does.
pub(crate) fn renew_early(visit: &Visit, workspace_id: &WorkspaceId) {
    if let Some(ask) = memory::with(|isolate| isolate.renew_early(workspace_id, clock::now())) {
        drop(start(visit, ask));
    }
}

/// Reports what was used after a while, unless a renewal has done so by then.
///
/// Called when nothing of this request reads the clock any more, since a pending timer holds it back.
pub(crate) fn report_later(visit: &Visit, workspace_id: WorkspaceId, lease_ms: u64) {
    let settings = Rc::clone(&visit.settings);
    let report = async move {
        Delay::from(Duration::from_millis(lease_ms.min(USAGE_WAIT_MS))).await;
        if let Some(ask) = memory::with(|isolate| isolate.report(&workspace_id, clock::now_after_timer())) {
            drop(carry(settings, ask).await);
        }
        Ok(JsValue::UNDEFINED)
    };
    wait_until(&visit.context, &promise(report));
}

/// An ask goes on although the request that made it is cancelled: others wait for its answer. The promise is of
/// nothing, or of why there is no answer: a rejected one would count as a failure of this request.
fn start(visit: &Visit, ask: Ask) -> Promise {
    let settings = Rc::clone(&visit.settings);
    let carried =
        promise_of(async move { carry(settings, ask).await.map_or_else(JsValue::from, |()| JsValue::UNDEFINED) });
    wait_until(&visit.context, &carried);
    carried
}

async fn carry(settings: Rc<Settings>, ask: Ask) -> Result<(), String> {
    let answer = client::renew(&settings.ledgers, &ask).await;
    let now = clock::now();
    match answer {
        Ok(RenewalAnswer::NoWindow) => {
            memory::with(|isolate| isolate.fail(&ask, None));
            Err(logged(format!("the ledger of {} has no window", ask.workspace_id())))
        }
        Ok(answer) => {
            memory::with(|isolate| isolate.receive(&ask, &answer, now));
            Ok(())
        }
        Err(NoAnswer { why, overloaded }) => {
            memory::with(|isolate| isolate.fail(&ask, overloaded.then(|| after_a_pause(now))));
            Err(logged(why))
        }
    }
}

/// Isolates must not come back all at once.
#[expect(clippy::disallowed_methods, reason = "jitter need not be hard to guess")]
fn after_a_pause(now: Timestamp) -> Timestamp {
    now.plus_ms((OVERLOAD_PAUSE_MS as f64 * (0.5 + js_sys::Math::random())) as u64)
}

fn logged(why: String) -> String {
    console_error!("no lease: {why}");
    why
}
