//! A long body of the origin: it flows natively, and is cut when its token dies.

use crate::clock;
use crate::glue::{self, Flow};
use crate::timeout::within;
use crate::visit::Visit;
use js_sys::futures::JsFuture;
use shared::limits::WATCH_MS_MIN;
use shared::timestamp::Timestamp;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;

/// The response with a body that is watched. `until`: when it has to be decided about next.
pub(crate) fn watched(visit: Visit, response: &JsValue, until: Timestamp) -> JsValue {
    let flow = Guarded(glue::flow(response));
    let watched = flow.0.response();
    // Not in `waitUntil`, whose time is limited: as long as the body flows, this request's context lives, and
    // the watcher with it. Were the context gone, so would be what pumps the body.
    spawn_local(watch(visit, flow, until));
    watched
}

/// Decides again whenever the decision before is no longer covered by a lease.
async fn watch(visit: Visit, flow: Guarded, mut until: Timestamp) {
    let mut pumped = JsFuture::from(flow.0.pumped());
    loop {
        let pause_ms = until.ms_since(clock::now()).max(WATCH_MS_MIN);
        if within(pause_ms, &mut pumped).await.is_some() {
            break;
        }
        match visit.allow_again().await {
            Ok(later) => until = later,
            Err(_) => break,
        }
    }
    drop(flow);
    visit.end();
}

/// Whatever ends the watcher ends the flow; one that is over does not mind.
struct Guarded(Flow);

impl Drop for Guarded {
    fn drop(&mut self) {
        self.0.cut();
    }
}
