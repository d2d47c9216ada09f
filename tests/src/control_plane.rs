//! The control plane: the program itself, as a process of its own.

use crate::process::{Log, Process, built};
use crate::secrets::Secrets;
use anyhow::{Context, Result, ensure};
use std::process::{Command, Output};
use std::time::Duration;

/// How long the program may take to start on a busy machine.
const START_LIMIT: Duration = Duration::from_secs(30);

/// A control plane with its database.
pub struct ControlPlane {
    port: u16,
    settings: Vec<(&'static str, String)>,
    secrets: Secrets,
    log: Log,
    process: Option<Process>,
}

impl ControlPlane {
    /// A control plane that is not running yet.
    #[must_use]
    pub fn new(port: u16, database_url: &str, edge_url: &str, secrets: &Secrets, log: &Log) -> Self {
        let settings = vec![
            ("LISTEN_ADDR", format!("127.0.0.1:{port}")),
            // Many run on a machine at once, and its default is one port.
            ("METRICS_ADDR", String::new()),
            ("DATABASE_URL", database_url.into()),
            ("EDGE_URL", edge_url.into()),
        ];
        Self { port, settings, secrets: secrets.clone(), log: log.clone(), process: None }
    }

    /// Its address, `http://127.0.0.1:…`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// A sentence if it has ended.
    pub fn ended(&mut self) -> Option<String> {
        self.process.as_mut()?.ended()
    }

    /// Starts serving, and waits until it answers.
    ///
    /// # Errors
    /// If it does not come up.
    pub fn start(&mut self) -> Result<()> {
        let mut process = Process::start("the control plane", self.command(&["serve"])?, &self.log)?;
        let url = format!("{}/healthz", self.url());
        process.wait_until(START_LIMIT, || {
            reqwest::blocking::get(&url).is_ok_and(|answer| answer.status().is_success())
        })?;
        self.process = Some(process);
        Ok(())
    }

    /// Ends it in good order, and starts it with other secrets.
    ///
    /// # Errors
    /// If it does not come up.
    pub fn restart_with(&mut self, secrets: &Secrets) -> Result<()> {
        self.stop();
        self.secrets = secrets.clone();
        self.start()
    }

    /// Ends it in good order.
    pub fn stop(&mut self) {
        self.process = None;
    }

    /// Ends it as a crash would.
    pub fn kill(&mut self) {
        self.process.take().into_iter().for_each(|mut process| process.kill());
    }

    /// Runs another of the program's commands to its end.
    ///
    /// # Errors
    /// If the program cannot be started.
    pub fn run(&self, arguments: &[&str]) -> Result<Output> {
        self.command(arguments)?.output().context("the control plane cannot be started")
    }

    /// Runs a command that must succeed, and returns what it printed.
    ///
    /// # Errors
    /// If it fails, with what it wrote.
    pub fn print(&self, arguments: &[&str]) -> Result<String> {
        let output = self.run(arguments)?;
        let words = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "control-plane {arguments:?} failed: {words}");
        Ok(String::from_utf8_lossy(&output.stdout).trim().into())
    }

    fn command(&self, arguments: &[&str]) -> Result<Command> {
        let mut command = Command::new(built("control-plane", "control-plane")?);
        command.args(arguments).env_clear().envs(self.settings.iter().cloned());
        command.env("TOKEN_PEPPER", &self.secrets.token_pepper).env("PUBLISH_KEY", &self.secrets.publish_key);
        Ok(command)
    }
}
