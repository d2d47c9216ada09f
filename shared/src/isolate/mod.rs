//! What an isolate of the edge remembers, and when it may decide by it.
//!
//! A state machine without I/O: time and answers are arguments, what to send is returned. The worker is a thin
//! shell around it, and the proof drives the same code.
//!
//! **Law**: a request is decided only under a lease that is valid when the decision is made, by the record of the
//! workspace that the *record* belongs to. **Once-rule**: an answer of the ledger may also decide, once, the
//! requests that were waiting when it was asked for, even if its lease is over on arrival (a lease of zero, a slow
//! link). Requests cannot share a future, so each leaves a *wait* here, and whoever receives an answer puts it
//! beside every wait that is older than the ask.
//!
//! Everything is bounded ([`Bounds`]), and what is forgotten is only asked for again. Unknown tokens have a map of
//! their own, so that a flood of them evicts no record.

mod clock;
mod memory;
mod renewal;
mod usage;
mod wait;
mod workspace;

pub use memory::{Bounds, Decided, Isolate};
pub use renewal::Ask;
pub use wait::{Answer, Next, Truth, WaitId};
