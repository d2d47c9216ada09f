//! The ledger of a workspace as a Durable Object, and how the edge calls it.

pub(crate) mod client;
mod object;
mod storage;
mod usage;
