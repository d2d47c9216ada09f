//! The ledger of a workspace: every record, one writer, and who may remember what.
//!
//! A state machine without I/O: storage is a trait, time an argument, answers are values.
//! The Durable Object is a thin shell around it, and a simulation can drive the same code.
//!
//! What holds a revocation back is never a cache, but a *right to remember*. The ledger knows
//! the longest one that may still live, its own and what instances before it gave away,
//! and says in every [`PublishAnswer`] how long to wait until all of them are over.

mod history;
mod load;
mod machine;
mod messages;
mod storage;
mod uses;
mod window;

pub use history::{Compared, compare};
pub use machine::Ledger;
pub use messages::{
    Format, Formatted, Grant, KvPut, KvWrites, LedgerStatus, Position, Publish, PublishAnswer, Renewal, RenewalAnswer,
    Reserve, Reserved, Snapshot, SnapshotAnswer, Standing, TokenRecord, UsedToken, UsedTokens, WantedRecord,
};
pub use storage::{LedgerStorage, StagedSnapshot};
pub use window::{PlannedWindow, StoredWindow};
