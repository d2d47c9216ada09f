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

/// How a process is set up.
#[derive(Clone)]
pub struct WorkerdConfig {
    /// What the log calls it.
    pub name: String,
    /// Where it keeps its ledgers.
    pub directory: PathBuf,
    /// Port at which other processes reach its ledgers.
    pub debug_port: u16,
    /// Port of the process whose ledgers are everybody's.
    pub ledgers_port: u16,
    /// Address of its view of KV.
    pub kv: SocketAddr,
    /// Address of the platform.
    pub origin_url: String,
    /// Address of the control plane.
    pub control_plane_url: String,
    /// How long an isolate may remember.
    pub lease_ms: u64,
    /// Its secrets.
    pub secrets: Secrets,
}

/// A process of `tests/edges/config.capnp`.
pub struct Workerd {
    config: WorkerdConfig,
    ports: Ports,
    log: Log,
    process: Option<Process>,
}

struct Ports {
    edge: u16,
    remembering: u16,
    evict: u16,
}

impl Workerd {
    /// Starts a process, and waits until it answers.
    ///
    /// # Errors
    /// If the worker is not built, or the process does not come up.
    pub fn start(config: WorkerdConfig, log: &Log) -> Result<Self> {
        let ports = Ports { edge: port::free()?, remembering: port::free()?, evict: port::free()? };
        let mut workerd = Self { config, ports, log: log.clone(), process: None };
        workerd.restart()?;
        Ok(workerd)
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

    /// Starts it on the same ports, with the ledgers that it kept.
    ///
    /// # Errors
    /// If it does not come up.
    pub fn restart(&mut self) -> Result<()> {
        self.kill();
        fs::create_dir_all(&self.config.directory)?;
        let mut process = Process::start(&self.config.name, self.command()?, &self.log)?;
        process.wait_until(START_LIMIT, || reqwest::blocking::get(self.url()).is_ok())?;
        self.process = Some(process);
        Ok(())
    }

    /// The same with other secrets.
    ///
    /// # Errors
    /// If it does not come up.
    pub fn restart_with(&mut self, secrets: &Secrets) -> Result<()> {
        self.config.secrets = secrets.clone();
        self.restart()
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
        let Ports { edge, remembering, evict } = self.ports;
        for (name, port) in [("edge", edge), ("remembering", remembering), ("evict", evict)] {
            command.arg("--socket-addr").arg(format!("{name}=127.0.0.1:{port}"));
        }
        let WorkerdConfig { debug_port, kv, directory, .. } = &self.config;
        command.arg("--debug-port").arg(format!("127.0.0.1:{debug_port}"));
        command.arg("--external-addr").arg(format!("kv={kv}"));
        command.arg("--directory-path").arg(format!("storage={}", directory.display()));
        Ok(self.tell(command, &vars()?))
    }

    /// Vars as wrangler.toml sets them, but for the addresses and the lease; secrets; the ledgers.
    fn tell(&self, mut command: Command, vars: &Table) -> Command {
        command.envs(vars.iter().filter_map(|(name, value)| Some((name, value.as_str()?))));
        let WorkerdConfig { origin_url, control_plane_url, lease_ms, ledgers_port, secrets, .. } = &self.config;
        command.env("ORIGIN_URL", origin_url).env("CONTROL_PLANE_URL", control_plane_url);
        command.env("LEASE_MS", lease_ms.to_string()).env("LEDGERS", format!("127.0.0.1:{ledgers_port}"));
        command.env("TOKEN_PEPPER", &secrets.token_pepper);
        command.env("PUBLISH_KEY", &secrets.publish_key).env("ASSERTION_KEY", &secrets.assertion_key);
        command
    }
}

/// The vars of wrangler.toml, all of which config.capnp must pass on, under the same compatibility date.
fn vars() -> Result<Table> {
    ensure!(root().join("build/entry.js").exists(), "the worker is not built; `cargo xtask build` builds it");
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
