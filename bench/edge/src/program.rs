//! A program under `workerd serve`, alone on its core.

use crate::machine::{self, MEASURED, OTHERS};
use anyhow::{Context, Result};
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use tempfile::TempDir;
use tests::{Log, Process, port, root};

/// What a program is made of: files that a configuration embeds.
pub(crate) struct Source {
    /// A configuration of this directory, without its ending.
    pub(crate) config: &'static str,
    /// The modules: where they are, and what the configuration calls them.
    pub(crate) modules: Vec<(PathBuf, &'static str)>,
}

/// A running program.
pub(crate) struct Program {
    /// Where it answers.
    pub(crate) address: SocketAddr,
    process: Process,
    log: Log,
    // After the process, so that it is gone before its files.
    _directory: TempDir,
}

impl Program {
    /// Starts a program with these variables, and waits until it answers. `kv` is where it finds KV.
    pub(crate) fn start(source: &Source, variables: &[(&str, &str)], kv: SocketAddr) -> Result<Self> {
        let directory = TempDir::new()?;
        let config = directory.path().join("config.capnp");
        let of_ours = Path::new(env!("CARGO_MANIFEST_DIR")).join(source.config).with_extension("capnp");
        fs::copy(&of_ours, &config).with_context(|| of_ours.display().to_string())?;
        for (path, name) in &source.modules {
            fs::copy(path, directory.path().join(name)).with_context(|| format!("{} is missing", path.display()))?;
        }
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port::free()?));
        let mut command = Command::new(root().join("node_modules/.bin/workerd"));
        command.arg("serve").arg(&config).arg("program").arg("--socket-addr").arg(format!("edge={address}"));
        if source.config == "edge" {
            let storage = directory.path().join("storage");
            fs::create_dir(&storage)?;
            command.arg("--external-addr").arg(format!("kv={kv}"));
            command.arg("--directory-path").arg(format!("storage={}", storage.display()));
        }
        command.envs(variables.iter().copied());
        let log = Log::default();
        machine::stay_on(MEASURED)?;
        let started = Process::start("workerd", command, &log);
        machine::stay_on(OTHERS)?;
        let mut process = started?;
        process.wait_until(Duration::from_secs(30), || std::net::TcpStream::connect(address).is_ok())?;
        Ok(Self { address, process, log, _directory: directory })
    }

    /// What it has written.
    pub(crate) fn log(&self) -> String {
        self.log.text()
    }

    /// CPU time that it has used so far.
    pub(crate) fn cpu_time(&self) -> Result<Duration> {
        machine::cpu_time(self.process.id())
    }
}
