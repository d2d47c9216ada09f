//! Cores, and the CPU time that a process has used. Linux only.

use anyhow::{Context, Result};
use nix::sched::{CpuSet, sched_setaffinity};
use nix::unistd::Pid;
use std::fs;
use std::time::Duration;

/// Where the measured processes run, alone.
pub(crate) const MEASURED: usize = 0;

/// Where everything else runs.
pub(crate) const OTHERS: usize = 1;

/// Lets the calling thread, and whatever it starts from now on, run on one core only.
pub(crate) fn stay_on(core: usize) -> Result<()> {
    let mut cores = CpuSet::new();
    cores.set(core)?;
    sched_setaffinity(Pid::from_raw(0), &cores).context("this needs a machine of at least two cores, with Linux")
}

/// CPU time of all threads of a process so far; the first number of `/proc/…/schedstat` is in nanoseconds.
pub(crate) fn cpu_time(pid: u32) -> Result<Duration> {
    let mut sum = 0;
    for thread in fs::read_dir(format!("/proc/{pid}/task"))? {
        let text = fs::read_to_string(thread?.path().join("schedstat"))?;
        sum += text.split(' ').next().and_then(|number| number.parse::<u64>().ok()).context("no schedstat")?;
    }
    Ok(Duration::from_nanos(sum))
}
