//! The control plane owns the truth about access tokens: REST, database, change log, publisher.
//!
//! A request goes through [`app`]: request id, caller ([`operator`]), handler ([`routes`]). A handler has
//! five steps: who calls, load, pure change, save together with its row in the change log,
//! publish and answer. What is committed reaches the edge by the [`publisher`], whatever happens
//! to the caller or to this process.

pub mod app;
mod body;
pub mod bootstrap;
pub mod cli;
pub mod client;
pub mod clock;
mod dashboard;
pub mod doctor;
mod entity_tag;
mod error;
pub mod housekeeping;
mod idempotency;
pub mod log;
pub mod metrics;
pub mod openapi;
mod operator;
mod page_guard;
pub mod plan;
mod progress_bar;
pub mod publisher;
mod random;
pub mod rate_limit;
pub mod republish;
mod request_record;
pub mod routes;
mod session;
pub mod settings;
mod shutdown;
pub mod store;
mod times;
pub mod token_request;
pub mod uses;
mod view;
