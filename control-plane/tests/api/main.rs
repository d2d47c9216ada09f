//! The whole control plane on a real database, SQLite or Postgres: one file per topic.
#![expect(
    unreachable_pub,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot go on has failed"
)]

mod audit;
mod changes;
mod clock;
mod dashboard;
mod database_faults;
mod doctor;
mod edge_faults;
mod idempotency;
mod kills;
mod limits;
mod lists;
mod metrics;
mod openapi;
mod program;
mod publishing;
mod races;
mod refusals;
mod republishing;
mod revocation;
mod rotation;
mod routes;
mod sessions;
#[path = "../support/mod.rs"]
mod support;
mod tokens;
mod two_control_planes;
mod uses;
