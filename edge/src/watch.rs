//! A long body of the origin: it flows natively, and is cut when its token dies.

use crate::clock;
use crate::glue::request::{self as glue, Flow};
use crate::promise::promise;
use crate::timeout::within;
use crate::visit::Visit;
use js_sys::futures::JsFuture;
use shared::limits::WATCH_MS_MIN;
use shared::timestamp::Timestamp;
use wasm_bindgen::JsValue;

/// The response with a body that is watched. `until`: when it has to be decided about next.
pub(crate) fn watched(visit: Visit, response: &JsValue, until: Timestamp) -> JsValue {
    let flow = Guarded(glue::flow(response));
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
        if within(pause_ms, &mut pumped).await.is_some() {
            break;
        }
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
struct Guarded(Flow);

impl Drop for Guarded {
    fn drop(&mut self) {
        self.0.cut();
    }
}
