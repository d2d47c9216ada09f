//! draft
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
