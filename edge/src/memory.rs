//! What this isolate remembers of tokens and workspaces.

use shared::isolate::Isolate;
use std::cell::RefCell;

thread_local! {
    static MEMORY: RefCell<Isolate> = RefCell::default();
}

/// One step of the isolate's memory. Nothing waits inside, so no two steps overlap.
pub(crate) fn with<T>(step: impl FnOnce(&mut Isolate) -> T) -> T {
    MEMORY.with_borrow_mut(step)
}
