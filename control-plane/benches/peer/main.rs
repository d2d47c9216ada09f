//! What the control plane costs beside a peer: `cargo xtask bench --peer` runs this.
//!
//! The peer is better-auth with its API-key plugin, on Node and SQLite (`bench/peer/server.mjs`). Every server is a
//! process of its own on one core, its database on disk; the callers, 16 connections that are kept alive, are in this
//! process on another core. All servers are measured in turn with the same numbers of the same operations, so that each
//! has as many tokens as the others and a noisy machine is noisy for all. CPU time is that of all threads of a server's
//! process, from a measurement's first request until 200 ms after its last answer, since some work is done after an
//! answer. Postgres is on the servers' core, too, and the CPU time of its processes stands beside that of the control plane.
//!
//! The same work: a token is made with one scope; a token is checked, and its record returned, for which the control
//! plane has `GET /access-token`; a page of 100 tokens; and a token is revoked, which the peer calls to disable it. Both
//! keep a hash of the token. Requests have the same bodies, but for that of a revocation, which the control plane does not
//! need.
//!
//! What the figures leave out, in favour of the control plane: the edge, which is fake, answers at once from this process
//! and has no lease to wait for. (What the control plane spends on telling it is in the figures.)
//!
//! What they leave out, in favour of the peer: it trusts whoever creates and revokes, by its calls for servers, while the
//! control plane checks the caller's token and then again under a lock; it keeps no audit log and no history of changes;
//! its log holds errors only, that of the control plane a line per request; and it runs in two ways. With `synchronous =
//! FULL`, as the control plane does, what it acknowledged survives a power cut. With `NORMAL`, which better-sqlite3 comes
//! with, that is not so, and it is faster. The control plane is compared with the latter.
//!
//! What belongs to the peer: at each check it writes the time into the token's row, whereas the control plane keeps such
//! times in memory and writes them now and then; and for a list it counts the caller's tokens.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a measurement that cannot go on has failed")]

mod api;
mod callers;
mod cluster;
#[path = "../common/mod.rs"]
mod common;
#[path = "../../../bench/edge/src/machine.rs"]
mod machine;
mod measure;
mod node;
mod operation;
mod subject;
#[expect(dead_code, reason = "this program uses a part of it")]
#[path = "../../tests/support/mod.rs"]
mod support;
mod table;
mod times;

use clap::Parser;
use common::program;
use std::path::PathBuf;
use std::process::ExitCode;
use subject::Subject;
use table::Table;
use tokio::runtime;

/// What the control plane costs beside a peer; called by `cargo xtask bench`.
#[derive(Parser)]
struct Options {
    /// How often everything is measured; an odd number.
    #[arg(long, default_value_t = 7)]
    rounds: usize,
    /// Node, which runs the peer.
    #[arg(long)]
    node: PathBuf,
    /// The peer's server.
    #[arg(long)]
    peer: PathBuf,
    /// URL of a cluster of Postgres on this machine.
    #[arg(long)]
    postgres: String,
    /// File for what was measured, as JSON.
    #[arg(long)]
    json: PathBuf,
    /// Cargo says so.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> ExitCode {
    if program::is_wanted() {
        return runtime::Runtime::new().unwrap().block_on(program::serve());
    }
    let options = Options::parse();
    machine::stay_on(machine::OTHERS).unwrap();
    // One thread: callers and the fake edge share the one core that they have.
    let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let table = runtime.block_on(measure_in_turn(&options));
    println!("{table}");
    std::fs::write(&options.json, table.json().to_string()).unwrap();
    let Some(sentence) = table.verdict() else { return ExitCode::SUCCESS };
    println!("{sentence}");
    ExitCode::FAILURE
}

/// Every operation of all servers, round by round, after rounds that do not count.
async fn measure_in_turn(options: &Options) -> Table {
    let subjects = [
        Subject::on_sqlite().await,
        Subject::on_postgres(&options.postgres).await,
        Subject::peer(options, "FULL").await,
        Subject::peer(options, "NORMAL").await,
    ];
    for subject in &subjects {
        eprintln!("warming up: {}", subject.name);
        measure::warm_up(subject).await;
    }
    let mut table = Table::new(subjects.each_ref().map(|subject| subject.name));
    for round in 1..=options.rounds {
        eprintln!("round {round} of {}", options.rounds);
        for operation in operation::ALL {
            for (index, subject) in subjects.iter().enumerate() {
                table.add(operation, index, measure::measure(subject, operation).await);
            }
        }
    }
    table
}
