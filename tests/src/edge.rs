//! The edge: `wrangler dev` with the built worker.

use crate::process::{Log, Process};
use crate::secrets::{Secrets, write_private};
use crate::{port, root};
use anyhow::{Context, Result, ensure};
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;
use toml::{Table, Value};

/// How long `wrangler dev` may take to start on a busy machine.
const START_LIMIT: Duration = Duration::from_secs(90);

/// How long a living edge may take to answer, on a busy machine.
const ANSWER_LIMIT: Duration = Duration::from_secs(10);

/// How an edge is set up.
#[derive(Clone)]
pub struct EdgeConfig {
    /// Where its configuration and its state (KV, ledgers) are.
    pub directory: PathBuf,
    /// Port that it listens on.
    pub port: u16,
    /// Address of the platform.
    pub origin_url: String,
    /// Address of the control plane.
    pub control_plane_url: String,
    /// Its secrets.
    pub secrets: Secrets,
    /// What a test breaks in `wrangler.toml`.
    pub alter: fn(&mut Table),
}

/// A running edge.
pub struct Edge {
    config: EdgeConfig,
    log: Log,
    process: Option<Process>,
}

impl Edge {
    /// Starts an edge, and waits until it answers.
    ///
    /// # Errors
    /// If the worker is not built, or the edge does not come up.
    pub fn start(config: EdgeConfig, log: &Log) -> Result<Self> {
        let mut edge = Self { config, log: log.clone(), process: None };
        edge.write_config()?;
        edge.restart()?;
        Ok(edge)
    }

    /// Its address, `http://127.0.0.1:…`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.config.port)
    }

    /// A sentence if it has ended.
    pub fn ended(&mut self) -> Option<String> {
        self.process.as_mut()?.ended()
    }

    /// Whether it answers, whatever the answer.
    #[must_use]
    pub fn answers(&self) -> bool {
        reqwest::blocking::Client::new().head(self.url()).timeout(ANSWER_LIMIT).send().is_ok()
    }

    /// Memory that the runtime holds now, in bytes.
    #[must_use]
    pub fn memory(&self) -> u64 {
        self.process.as_ref().map_or(0, |process| process.memory_of("workerd"))
    }

    /// Stops it where it stands, until [`Edge::resume`]: it is there and answers nobody.
    pub fn pause(&self) {
        self.process.iter().for_each(Process::pause);
    }

    /// Lets it go on.
    pub fn resume(&self) {
        self.process.iter().for_each(Process::resume);
    }

    /// Ends it; what it keeps stays.
    pub fn stop(&mut self) {
        self.process = None;
    }

    /// Starts it on the same port, with what it kept.
    ///
    /// # Errors
    /// If it does not come up.
    pub fn restart(&mut self) -> Result<()> {
        self.stop();
        let mut process = Process::start("the edge (wrangler dev)", self.command()?, &self.log)?;
        process.wait_until(START_LIMIT, || self.answers())?;
        self.process = Some(process);
        Ok(())
    }

    /// The repository's `wrangler.toml` with the addresses of this machine, and without the build.
    fn write_config(&self) -> Result<()> {
        let main = root().join("build/entry.js");
        ensure!(main.exists(), "the worker is not built; `cargo xtask build` builds it");
        let mut config: Table = fs::read_to_string(root().join("wrangler.toml"))?.parse()?;
        config.remove("build");
        config.insert("main".into(), Value::from(main.canonicalize()?.to_string_lossy().into_owned()));
        let vars = config.get_mut("vars").and_then(Value::as_table_mut).context("wrangler.toml lacks [vars]")?;
        vars.insert("ORIGIN_URL".into(), Value::from(self.config.origin_url.clone()));
        vars.insert("CONTROL_PLANE_URL".into(), Value::from(self.config.control_plane_url.clone()));
        (self.config.alter)(&mut config);
        fs::create_dir_all(&self.config.directory)?;
        fs::write(self.config_path(), toml::to_string(&config)?)?;
        write_private(&self.config.directory.join(".dev.vars"), &self.config.secrets.to_env())
    }

    fn config_path(&self) -> PathBuf {
        self.config.directory.join("wrangler.toml")
    }

    fn command(&self) -> Result<Command> {
        let modules = root().join("node_modules");
        let mut command = Command::new(modules.join(".bin/node"));
        command.arg(modules.join("wrangler/bin/wrangler.js"));
        command.args(["dev", "--local", "--ip", "127.0.0.1", "--show-interactive-dev-session=false"]);
        command.args(["--port", &self.config.port.to_string(), "--inspector-port", &port::free()?.to_string()]);
        command.arg("--config").arg(self.config_path());
        command.arg("--persist-to").arg(self.config.directory.join("state"));
        command.current_dir(&self.config.directory);
        // Offline and quiet.
        command.envs([("WRANGLER_SEND_METRICS", "false"), ("WRANGLER_HIDE_BANNER", "true"), ("CI", "1")]);
        command.env("CLOUDFLARE_CF_FETCH_ENABLED", "false");
        Ok(command)
    }
}
