//! Starts the real parts of the system: the control plane's program, `wrangler dev` with the built
//! worker, and an echo server in the place of the platform; or several edges, each of them `workerd`
//! with the built worker, over one KV that is stale on purpose.
//!
//! The system tests (`tests/system`) use it, those in a browser (`tests/browser`) through a [`Stage`], and so does
//! `cargo xtask dev`.

mod client;
mod control_plane;
mod deplo;
mod edge;
mod edges;
mod history;
mod origin;
mod patience;
pub mod port;
mod postgres;
mod process;
mod raw_http;
mod recorder;
mod secrets;
mod server;
mod signed;
mod stage;
mod stale_kv;
mod terminal;
mod workerd;
mod world;

pub use client::{Answer, Client};
pub use control_plane::ControlPlane;
pub use deplo::{Deplo, Ran};
pub use edge::{Edge, EdgeConfig};
pub use edges::{Edges, EdgesConfig};
pub use history::{Excuse, Fault, Finding, History, Life, Request, Span, Verdict};
pub use origin::{EchoOrigin, Received};
pub use patience::wait_until;
pub use postgres::{Fsync, Postgres, find_postgres};
pub use process::{Log, Process};
pub use raw_http::send_raw;
pub use recorder::Recorder;
pub use secrets::{Secrets, write_private};
pub use server::serve_forever;
pub use signed::{send_signed, send_usage};
pub use stage::Stage;
pub use stale_kv::{Said, StaleKv};
pub use terminal::Terminal;
pub use workerd::Workerd;
pub use world::{Workspace, World};

use std::path::PathBuf;

/// The repository's root.
#[must_use]
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}
