//! A temporary Postgres cluster: nobody else's, and gone with whoever started it.

mod guard;
mod programs;

use crate::port;
use anyhow::{Context, Result, bail};
use guard::Guard;
use programs::Programs;
pub use programs::find_postgres;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// The superuser, who needs no password: nothing but this machine reaches the cluster.
const USER: &str = "deplo";

/// Enough for every test of a run at once, each with a server and a pool of its own.
const MAX_CONNECTIONS: u16 = 300;

/// Whether the cluster waits for the disk.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Fsync {
    /// Like in production; for measurements.
    On,
    /// Fast; what is committed outlives a crash of the cluster, and not one of the machine.
    Off,
}

/// A running cluster. Dropping it stops it and removes everything; so does the end of this process.
pub struct Postgres {
    port: u16,
    fsync: Fsync,
    programs: Programs,
    _guard: Guard,
    // Last: the guard stops the cluster before its files go.
    directory: TempDir,
}

impl Postgres {
    /// Makes a cluster with the programs of this directory, and starts it on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// If it does not come up; with what it wrote.
    pub fn start(bin: &Path, fsync: Fsync) -> Result<Self> {
        let directory = tempfile::Builder::new().prefix("deplo-postgres-").tempdir()?;
        let programs = Programs::usable(bin, directory.path())?;
        let guard = Guard::start(&programs, directory.path())?;
        let cluster = Self { port: port::free()?, fsync, programs, _guard: guard, directory };
        cluster.make()?;
        cluster.start_again()?;
        Ok(cluster)
    }

    /// The superuser's URL of a database; `postgres` is there from the start.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        format!("postgres://{USER}@127.0.0.1:{}/{database}", self.port)
    }

    /// Stops it as a crash would: connections break, and the next start recovers.
    ///
    /// # Errors
    /// If it does not run.
    pub fn stop_immediately(&self) -> Result<()> {
        succeed(self.pg_ctl("stop").arg("--mode=immediate"))
    }

    /// Starts it after [`Self::stop_immediately`] on the same port, with what it kept.
    ///
    /// # Errors
    /// If it does not come up; with what it wrote.
    pub fn start_again(&self) -> Result<()> {
        let log = self.directory.path().join("log");
        let started = succeed(self.pg_ctl("start").arg("--log").arg(&log).args(["--options", &self.options()]));
        started.with_context(|| format!("Postgres does not start:\n{}", fs::read_to_string(&log).unwrap_or_default()))
    }

    fn make(&self) -> Result<()> {
        let mut initdb = self.programs.command("initdb");
        // The same cluster on every machine: UTF-8, sorted by its bytes.
        initdb.args(["--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "--username", USER]);
        succeed(initdb.arg("--pgdata").arg(self.data()))
    }

    fn pg_ctl(&self, what: &str) -> Command {
        let mut command = self.programs.command("pg_ctl");
        command.args([what, "--wait", "--pgdata"]).arg(self.data());
        command
    }

    /// Of the server; the empty setting means no socket beside the port.
    fn options(&self) -> String {
        let fsync = if self.fsync == Fsync::On { "on" } else { "off" };
        let port = self.port;
        format!(
            "-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories= \
             -c max_connections={MAX_CONNECTIONS} -c fsync={fsync} -c full_page_writes={fsync}"
        )
    }

    fn data(&self) -> PathBuf {
        data(self.directory.path())
    }
}

/// Where the cluster of this directory keeps its data.
fn data(directory: &Path) -> PathBuf {
    directory.join("data")
}

fn succeed(command: &mut Command) -> Result<()> {
    let output = command.output().with_context(|| format!("cannot be started: {command:?}"))?;
    if !output.status.success() {
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        bail!("{} failed ({}):\n{out}{err}", command.get_program().display(), output.status);
    }
    Ok(())
}
