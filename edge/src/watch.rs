//! A long body of the origin: it flows natively, and is cut when its token dies.

use crate::clock;
use crate::glue::request::{self as glue, Flow};
use crate::promise::promise;
use crate::timeout::within;
use crate::visit::Visit;
use js_sys::futures::JsFuture;
use shared::limits::{ASK_LOST_MS, WATCH_MS_MIN};
use shared::timestamp::Timestamp;
use wasm_bindgen::JsValue;

/// How late the watcher may be, in milliseconds, before the body is cut without it: it is gone if the Wasm instance that
/// it belongs to has trapped.
const LATE_MS_MAX: u64 = 1_000;

/// The response with a body that flows from now on and is not watched yet.
///
/// # Errors
/// If the origin's answer is none that can be passed on.
pub(crate) fn start(response: &JsValue) -> Result<Guarded, JsValue> {
    glue::flow(response).map(Guarded)
}

/// The response with a body that is watched. `until`: when it has to be decided about next.
pub(crate) fn watched(visit: Visit, flow: Guarded, until: Timestamp) -> JsValue {
    let watched = flow.0.response();
    let context = visit.context.clone();
    // As long as the body flows, the context of its request lives, and the watcher with it. After that, or when
    // the receiver is gone, the watcher has 30 s to notice, and is not left behind half way.
    glue::wait_until(&context, &promise(watch(visit, flow, until)));
    watched
}

/// Decides again whenever the decision before is no longer covered by a lease.
async fn watch(visit: Visit, flow: Guarded, mut until: Timestamp) -> Result<JsValue, JsValue> {
    let mut pumped = JsFuture::from(flow.0.pumped());
    let mut now = clock::now();
    loop {
        let pause_ms = until.ms_since(now).max(WATCH_MS_MIN);
        flow.extend(pause_ms);
        if within(pause_ms, &mut pumped).await.is_some() {
            break;
        }
        flow.extend(ASK_LOST_MS);
        now = clock::now_after_timer();
        match visit.allow_again(now).await {
            Ok(later) => until = later,
            Err(_) => break,
        }
    }
    drop(flow);
    visit.end();
    Ok(JsValue::UNDEFINED)
}

/// Whatever ends the watcher ends the flow; one that is over does not mind.
pub(crate) struct Guarded(Flow);

impl Guarded {
    /// Lets it flow so long, and a little more for the watcher to be late.
    fn extend(&self, ms: u64) {
        self.0.extend(u32::try_from(ms + LATE_MS_MAX).unwrap_or(0));
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        self.0.cut();
    }
}
