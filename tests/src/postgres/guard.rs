//! What ends a cluster, also when the process that started it was killed.

use super::data;
use super::programs::Programs;
use anyhow::{Context, Result};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Reads until the other end of the pipe is closed, which the system does for a process that has ended in any way.
const SCRIPT: &str = r#"read -r _; "$1" stop --mode=immediate --pgdata "$2" >/dev/null 2>&1; rm -rf "$3""#;

/// A shell that outlives this process, stops the cluster and removes its directory. Dropping it has the same effect.
pub(super) struct Guard(Child);

impl Guard {
    /// Starts watching, before there is anything to stop.
    pub(super) fn start(programs: &Programs, directory: &Path) -> Result<Self> {
        let mut shell = programs.as_account(Command::new("sh"));
        shell.args(["-c", SCRIPT, "sh"]).arg(programs.path("pg_ctl")).arg(data(directory)).arg(directory);
        // A process group of its own: Ctrl-C ends the others, and this one sees to the rest.
        shell.process_group(0).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        Ok(Self(shell.spawn().context("the shell that ends Postgres cannot be started")?))
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        // An error means that it has ended already.
        let _ = self.0.wait();
    }
}
