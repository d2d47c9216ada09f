//! How it is measured: one at a time, or many in flight.

use crate::operation::Operation;
use crate::subject::{Subject, Worker};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// How many are in flight at once.
const IN_FLIGHT: usize = 16;

/// How long each measurement takes, in each round.
const ONE_BY_ONE: Duration = Duration::from_millis(500);
const MANY: Duration = Duration::from_secs(1);

/// An operation, and how it is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Measurement {
    /// Time of one, in milliseconds.
    Latency(Operation),
    /// How many per second.
    Rate(Operation),
    /// Memory of the program, in MiB.
    Memory,
}

impl Measurement {
    /// Every measurement, in the order in which they are made and shown: creates before the revocations that need them.
    pub(crate) fn all() -> Vec<Self> {
        let both = |operation| [Self::Latency(operation), Self::Rate(operation)];
        let mut all: Vec<_> = [Operation::BareLookup, Operation::Authenticate].into_iter().flat_map(both).collect();
        all.extend(Operation::LISTS.map(Self::Latency));
        all.push(Self::Rate(Operation::LISTS[0]));
        all.extend([Operation::BareInsert, Operation::Create, Operation::Revoke].into_iter().flat_map(both));
        all.push(Self::Memory);
        all
    }

    /// The figure, and of times also the one that 95 of 100 are below.
    pub(crate) async fn run(self, subject: &Arc<Subject>) -> (f64, Option<f64>) {
        match self {
            Self::Latency(operation) => {
                let sorted = latencies(subject, operation).await;
                let at = |percent: usize| sorted[(sorted.len() - 1) * percent / 100].as_secs_f64() * 1_000.0;
                (at(50), Some(at(95)))
            }
            Self::Rate(operation) => (per_second(subject, operation).await, None),
            Self::Memory => (subject.memory_mib().await, None),
        }
    }
}

/// Times of single operations, shortest first.
async fn latencies(subject: &Arc<Subject>, operation: Operation) -> Vec<Duration> {
    let (mut worker, mut latencies) = (Worker::new(subject).await, Vec::new());
    let end = Instant::now() + ONE_BY_ONE;
    while Instant::now() < end {
        let begun = Instant::now();
        if !operation.perform(&mut worker).await {
            break;
        }
        latencies.push(begun.elapsed());
    }
    assert!(!latencies.is_empty(), "nothing is left for {operation:?}");
    latencies.sort_unstable();
    latencies
}

/// How many are done per second with [`IN_FLIGHT`] at once.
async fn per_second(subject: &Arc<Subject>, operation: Operation) -> f64 {
    let mut workers = JoinSet::new();
    let begun = Instant::now();
    for _ in 0..IN_FLIGHT {
        let mut worker = Worker::new(subject).await;
        workers.spawn(async move {
            let mut done = 0_u32;
            while begun.elapsed() < MANY && operation.perform(&mut worker).await {
                done += 1;
            }
            done
        });
    }
    let done: u32 = workers.join_all().await.into_iter().sum();
    f64::from(done) / begun.elapsed().as_secs_f64()
}

/// Does it so many times, as fast as it goes.
pub(crate) async fn repeat(subject: &Arc<Subject>, operation: Operation, times: usize) {
    let mut workers = JoinSet::new();
    for _ in 0..IN_FLIGHT {
        let mut worker = Worker::new(subject).await;
        workers.spawn(async move {
            for _ in 0..times.div_ceil(IN_FLIGHT) {
                operation.perform(&mut worker).await;
            }
        });
    }
    workers.join_all().await;
}
