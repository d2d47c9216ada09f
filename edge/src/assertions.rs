//! What the platform origin was told last about each busy token: a hot request signs nothing.

use crate::settings::Settings;
use shared::bounded::{BoundedMap, bounded};
use shared::decide::Permit;
use shared::limits::ASSERTIONS_MAX;
use shared::timestamp::Timestamp;
use std::cell::RefCell;
use wasm_bindgen::JsValue;

/// An assertion as JavaScript's text, which is sent as it is.
struct Assertion {
    /// Until when it holds, but for the time an origin has for reading it.
    until: Timestamp,
    text: JsValue,
}

thread_local! {
    /// By the number of a record, which is another one once the record is.
    static ASSERTIONS: RefCell<BoundedMap<u64, Assertion>> = RefCell::new(bounded(ASSERTIONS_MAX));
}

/// The assertion of a permit out of a record of this number, that holds at least until then.
pub(crate) fn of(record: u64, permit: Permit<'_>, settings: &Settings, now: Timestamp, until: Timestamp) -> JsValue {
    ASSERTIONS.with_borrow_mut(|assertions| {
        if let Some(kept) = assertions.get(&record).filter(|kept| kept.until >= until) {
            return kept.text.clone();
        }
        let text = new(permit, settings, now, until);
        assertions.put(record, Assertion { until, text: text.clone() });
        text
    })
}

/// An assertion that is not kept.
pub(crate) fn new(permit: Permit<'_>, settings: &Settings, now: Timestamp, until: Timestamp) -> JsValue {
    settings.asserter.assert(permit, now, until).into()
}
