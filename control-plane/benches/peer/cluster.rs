//! The processes of a cluster of Postgres.

use crate::machine;
use nix::sched::{CpuSet, sched_setaffinity};
use nix::unistd::Pid;
use sqlx::AnyConnection;
use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

/// A running cluster, by the process that starts all others.
pub(crate) struct Cluster {
    postmaster: u32,
}

impl Cluster {
    /// The cluster of a connection.
    pub(crate) async fn of(connection: &mut AnyConnection) -> Self {
        let backend: i32 = sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(connection).await.unwrap();
        Self { postmaster: parent(backend.unsigned_abs()).unwrap() }
    }

    /// Lets its processes, those that it starts later included, run on one core only.
    pub(crate) fn stay_on(&self, core: usize) {
        let mut cores = CpuSet::new();
        cores.set(core).unwrap();
        for pid in self.pids() {
            sched_setaffinity(Pid::from_raw(pid.cast_signed()), &cores).unwrap();
        }
    }

    /// CPU time of each process so far.
    pub(crate) fn cpu_times(&self) -> BTreeMap<u32, Duration> {
        // One that has ended meanwhile has none.
        self.pids().into_iter().filter_map(|pid| Some((pid, machine::cpu_time(pid).ok()?))).collect()
    }

    fn pids(&self) -> Vec<u32> {
        let all = fs::read_dir("/proc").unwrap().flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        all.filter(|pid| *pid == self.postmaster || parent(*pid) == Some(self.postmaster)).collect()
    }
}

/// The process that has started a process; none if that has ended.
fn parent(pid: u32) -> Option<u32> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("PPid:"))?.trim().parse().ok()
}
