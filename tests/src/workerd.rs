//! The built worker under `workerd`, as a process of its own: no wrangler, no proxy in between.

use crate::process::{Log, Process};
use crate::secrets::Secrets;
use crate::{port, root};
use anyhow::{Context, Result, ensure};
use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;
use toml::Table;

/// How long the program may take to start on a busy machine.
const START_LIMIT: Duration = Duration::from_secs(30);

/// What the worker is told.
#[derive(Clone)]
pub struct Surroundings {
    /// Address of the platform.
    pub origin_url: String,
    /// Address of the control plane.
    pub control_plane_url: String,
    /// How long an isolate may remember.
    pub lease_ms: u64,
    /// Its secrets.
    pub secrets: Secrets,
    /// Port of the process whose ledgers are everybody's.
    pub ledgers_port: u16,
}

/// A process of `tests/edges/config.capnp`.
pub struct Workerd {
    name: String,
    ports: Ports,
    kv: SocketAddr,
    directory: PathBuf,
    surroundings: Surroundings,
    log: Log,
    process: Option<Process>,
}

struct Ports {
    edge: u16,
    remembering: u16,
    evict: u16,
    /// Where other processes reach the ledgers.
    debug: u16,
}

impl Workerd {
    /// One that does not run yet. It keeps its ledgers in `directory`; others find them at `debug_port`.
    ///
    /// # Errors
    /// If there is no free port.
    pub fn new(
        name: String,
        debug_port: u16,
        kv: SocketAddr,
        directory: PathBuf,
        surroundings: &Surroundings,
        log: &Log,
    ) -> Result<Self> {
        let ports = Ports { edge: port::free()?, remembering: port::free()?, evict: port::free()?, debug: debug_port };
        Ok(Self { name, ports, kv, directory, surroundings: surroundings.clone(), log: log.clone(), process: None })
    }

    /// The edge's address, `http://127.0.0.1:…`.
    #[must_use]
    pub fn url(&self) -> String {
        url(self.ports.edge)
    }

    /// The same edge behind a cache that trusts an admission for seconds.
    #[must_use]
    pub fn remembering_url(&self) -> String {
        url(self.ports.remembering)
    }

    /// Starts it, and waits until it answers.
    ///
    /// # Errors
    /// If the worker is not built, or the process does not come up.
    pub fn start(&mut self) -> Result<()> {
        fs::create_dir_all(&self.directory)?;
        let mut process = Process::start(&self.name, self.command()?, &self.log)?;
        process.wait_until(START_LIMIT, || reqwest::blocking::get(self.url()).is_ok())?;
        self.process = Some(process);
        Ok(())
    }

    /// Ends it as a crash would (SIGKILL).
    pub fn kill(&mut self) {
        self.process.take().into_iter().for_each(|mut process| process.kill());
    }

    /// Ends every ledger instance of this process, and nothing else.
    ///
    /// # Errors
    /// If it cannot be asked to.
    pub fn evict_ledgers(&self) -> Result<()> {
        reqwest::blocking::get(url(self.ports.evict))?.error_for_status()?;
        Ok(())
    }

    fn command(&self) -> Result<Command> {
        let mut command = Command::new(root().join("node_modules/.bin/workerd"));
        command.arg("serve").arg(root().join("tests/edges/config.capnp")).arg("program").arg("--experimental");
        let Ports { edge, remembering, evict, debug } = self.ports;
        for (name, port) in [("edge", edge), ("remembering", remembering), ("evict", evict)] {
            command.arg("--socket-addr").arg(format!("{name}=127.0.0.1:{port}"));
        }
        command.arg("--debug-port").arg(format!("127.0.0.1:{debug}"));
        command.arg("--external-addr").arg(format!("kv={}", self.kv));
        command.arg("--directory-path").arg(format!("storage={}", self.directory.display()));
        Ok(self.tell(command, &vars()?))
    }

    /// Vars as wrangler.toml sets them, but for the addresses and the lease; secrets; the ledgers.
    fn tell(&self, mut command: Command, vars: &Table) -> Command {
        command.envs(vars.iter().filter_map(|(name, value)| Some((name, value.as_str()?))));
        let Surroundings { origin_url, control_plane_url, lease_ms, secrets, ledgers_port } = &self.surroundings;
        command.env("ORIGIN_URL", origin_url).env("CONTROL_PLANE_URL", control_plane_url);
        command.env("LEASE_MS", lease_ms.to_string()).env("LEDGERS", format!("127.0.0.1:{ledgers_port}"));
        command.env("TOKEN_PEPPER", &secrets.token_pepper);
        command.env("PUBLISH_KEY", &secrets.publish_key).env("ASSERTION_KEY", &secrets.assertion_key);
        command
    }
}

/// The vars of wrangler.toml, all of which config.capnp must pass on, under the same compatibility date.
fn vars() -> Result<Table> {
    ensure!(root().join("build/index.js").exists(), "the worker is not built; `cargo xtask build` builds it");
    let deployed: Table = fs::read_to_string(root().join("wrangler.toml"))?.parse()?;
    let here = fs::read_to_string(root().join("tests/edges/config.capnp"))?;
    let vars = deployed.get("vars").and_then(|vars| vars.as_table()).context("wrangler.toml lacks [vars]")?;
    let date = deployed.get("compatibility_date").and_then(|date| date.as_str()).unwrap_or_default();
    for words in vars.keys().map(String::as_str).chain([date]) {
        ensure!(here.contains(&format!("\"{words}\"")), "wrangler.toml has {words}, tests/edges/config.capnp has not");
    }
    Ok(vars.clone())
}

fn url(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}
