//! A simulation that tries to break the one promise that matters: **when a call that changed a token has answered, no
//! isolate anywhere decides a request that arrives later by what was true before.**
//!
//! # What is real, and what is a model
//!
//! The machines under test are the product's: `shared::isolate::Isolate`, `shared::ledger::Ledger` and
//! `shared::ledger::compare`. They do no I/O and read no clock, so the simulation can hand them any message at any
//! time. What surrounds them in the product is a model here, with the steps in the product's order:
//!
//! | module | stands for |
//! |---|---|
//! | `edge` | the worker: a request is decided, goes to the origin, and is decided again before its answer is released |
//! | `instance` | the Durable Object: claim, window, answer; what leaves waits for the writes before it |
//! | `control_plane`, `database` | publisher and republish; the database survives the process, a backup survives both |
//! | `network` | messages, which arrive late, twice, in any order, or never |
//! | `clocks` | clocks that are off by up to 15 s and step within the assumption |
//!
//! KV is no part of it. It names a token's workspace and nothing else, so all that a stale or lying KV can do is to
//! have an isolate ask the workspace in the path instead; there is one workspace here, and it is always asked.
//!
//! # How it runs
//!
//! A [`World`] holds all of this. An [`Action`] is one thing that happens in it: a message arrives, a write is
//! confirmed, an instance is replaced, milliseconds pass. What cannot happen at the moment changes nothing, so that any
//! list of actions is a run ([`Script`]), and a violation can be made shorter by leaving actions out.
//!
//! `chance` draws the actions from a seed ([`Run`]): how often each kind of thing happens is drawn first, so that some
//! runs are all crashes and others all delays, and time often jumps to just before, at or after a moment at which
//! something ends. At last faults stop, and everything has to become right. [`Exploration`] instead tries everything
//! that can happen in a small world, in every order.
//!
//! # What is checked
//!
//! The `judge` sees every change when it is committed and when it is effective, and every decision when it is made. No
//! two changes give a token the same scopes, so that a decision shows by which record it was made. Then:
//!
//! - No request is handed to the origin, or refused, by a record older than a change that was effective when it
//!   arrived. So a created token is known everywhere once its create has answered, and a revoked one dead.
//! - No answer of the origin is released by a record older than a change that was effective when its headers arrived.
//! - Once faults stop, every change becomes effective, and every isolate decides by the newest: no change is lost.
//!
//! # Why to believe it
//!
//! It can fail. For every [`Safeguard`](shared::safeguard::Safeguard) there is a variant of the machines without it
//! ([`without`]), and `tests/safeguards.rs` keeps a seed by which the variant breaks the promise and the product does
//! not. It also keeps one by which the product breaks it, once a clock does more than is assumed: the assumptions are
//! the real boundary. And [`Coverage`] counts what happened, so that a run in which nothing does is noticed.
//!
//! Not in the model: streaming bodies (a watcher decides on them as on a header, again and again), what a worker does
//! between reading the clock and acting on it (assumed to be shorter than the margin), several workspaces, several
//! processes of the control plane (which doubled messages stand for), and changes so many that an isolate is told to
//! forget everything for it. Each clock moves by 25 ms in two minutes at most, which is less than the margin's one percent
//! would bear.
//!
//! A restored backup may have forgotten that the secret of a create went out. The model counts such a create as
//! effective when the republish is over that a restore requires, and not when the publisher says so.

mod action;
mod chance;
mod clocks;
mod control_plane;
mod coverage;
mod database;
mod edge;
mod explore;
mod instance;
mod judge;
mod network;
mod run;
mod script;
#[path = "../../shared/tests/support/storage.rs"]
mod storage;
mod trace;
mod variants;
mod world;

pub use action::{Action, Machine};
pub use coverage::Coverage;
pub use database::Edit;
pub use explore::{Budget, Exploration, Explored};
pub use judge::Violation;
pub use run::{Outcome, Run};
pub use script::{Replay, Script};
pub use trace::Trace;
pub use variants::{With, without};
pub use world::{Setup, World};
