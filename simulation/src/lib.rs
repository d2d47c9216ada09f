//! Scale on paper: what leases cost, and how long revocations take, with hundreds of locations all over the world.
//!
//! `proof` asks whether the protocol is right; this asks what it costs. Both drive the real state machines,
//! [`shared::isolate::Isolate`] and [`shared::ledger::Ledger`], in the order of steps of the worker and its object. So
//! when a lease is renewed, how long it is, who waits and what a publish answers is never a formula here.
//!
//! # What is real
//!
//! Every decision and renewal, the lengthening of leases under load, windows and their writes, what is reported of use,
//! waits and their time-outs, the decision after the origin's answer, the pause for an overloaded ledger.
//!
//! # What is a model
//!
//! - The world: thirty metropolitan areas, locations around them, round trips by distance (`geography`). Who asks for
//!   what (`traffic`): Zipf's law, and homes.
//! - The platform ([`platform`]): one object answers 625 calls a second, one after the other, and refuses as overloaded
//!   what would wait for more than a second; a write takes 10 ms; KV takes a round trip to the nearest of three stores,
//!   and 1 ms for a minute after that; an idle object sleeps. Prices are Cloudflare's, without what a plan includes.
//! - Clocks are right, nothing crashes, no message is lost, and nobody sends made-up tokens: that is `proof`'s.
//! - Isolates do not die while they are watched. Their ages are drawn up to a life's length, and each knows what it was
//!   probably asked for so far. So a token is met for the first time as often as if isolates came and went.
//! - Traffic grows a thousandfold in the warm-up, so that leases lengthen as they would while a platform grows. Only what
//!   comes after it is counted.
//!
//! # What is left out for speed
//!
//! A waiting request looks again when there is news, and not every five milliseconds in vain (`edge`). A request that
//! memory decides like one a moment ago, in the first three quarters of a lease, is counted and not decided again
//! (`quiet`); `--exact` decides about each, and a test compares the two.

pub mod charts;
pub mod cost;
mod edge;
mod geography;
mod object;
pub mod platform;
mod quiet;
pub mod report;
mod run;
mod settings;
#[path = "../../shared/tests/support/storage.rs"]
mod storage;
pub mod sweep;
mod tally;
mod tokens;
mod traffic;
mod world;

pub use run::{Outcome, run};
pub use settings::{Ledgers, Settings, Shape};
pub use tally::Spread;
