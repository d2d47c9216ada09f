//! What a million tokens in a workspace cost, compared with a thousand: `cargo xtask bench --control-plane` runs this on
//! SQLite and, with a cluster in `TEST_POSTGRES_URL`, on Postgres.
//!
//! What is fake: the edge, as in the tests; it answers at once, from this process's memory, and no lease is out. What is
//! real: the program, as a process of its own and without rate limits, its database on disk, and HTTP on loopback.
//! Both sizes are there at the same time and are measured in turn, so that a noisy machine is noisy for both.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a measurement that cannot go on has failed")]

#[path = "../common/mod.rs"]
mod common;
mod measure;
mod operation;
mod subject;
#[expect(dead_code, reason = "this program uses a part of it")]
#[path = "../../tests/support/mod.rs"]
mod support;
mod table;

use common::program;
use measure::Measurement;
use std::process::ExitCode;
use std::sync::Arc;
use subject::Subject;
use table::Table;

/// Tokens in the workspace, few and many.
const SIZES: [u32; 2] = [1_000, 1_000_000];

/// How often everything is measured.
const ROUNDS: usize = 3;

#[tokio::main]
async fn main() -> ExitCode {
    if program::is_wanted() {
        return program::serve().await;
    }
    let (few, many) = (Subject::start(SIZES[0]).await, Subject::start(SIZES[1]).await);
    let table = measure_in_turn([&few, &many]).await;
    println!("{table}");
    let slower = table.slower();
    for sentence in &slower {
        println!("{sentence}");
    }
    if slower.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Every measurement of both, round by round.
async fn measure_in_turn(subjects: [&Arc<Subject>; 2]) -> Table {
    let mut table = Table::new(subjects);
    for round in 1..=ROUNDS {
        eprintln!("round {round} of {ROUNDS}");
        for measurement in Measurement::all() {
            for (column, subject) in subjects.into_iter().enumerate() {
                let (figure, tail) = measurement.run(subject).await;
                table.add(measurement, column, figure, tail);
            }
        }
    }
    table
}
