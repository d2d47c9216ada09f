//! `deplo`, the command line: the program itself.

use crate::process::built;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// Somebody who types commands, with a home and an environment of their own.
pub struct Deplo {
    environment: Vec<(String, String)>,
    home: TempDir,
}

/// What a command came to.
#[derive(Debug)]
pub struct Ran {
    /// Exit code.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Deplo {
    /// Somebody whose environment names the API and nothing else.
    ///
    /// # Panics
    /// If there is no place for a home.
    #[must_use]
    pub fn new(api_url: &str) -> Self {
        Self { environment: Vec::new(), home: TempDir::new().expect("a home") }.with("DEPLO_API_URL", api_url)
    }

    /// The same person with another variable.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.environment.retain(|(old, _)| old != name);
        self.environment.push((name.into(), value.into()));
        self
    }

    /// The same person with a token in the environment.
    #[must_use]
    pub fn with_token(self, token: &str) -> Self {
        self.with("DEPLO_TOKEN", token)
    }

    /// The same person without this variable.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.environment.retain(|(old, _)| old != name);
        self
    }

    /// Where `deplo login` stores.
    #[must_use]
    pub fn credentials(&self) -> PathBuf {
        self.home.path().join("deplo").join("credentials.toml")
    }

    /// The home.
    #[must_use]
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// The command, not started: for a terminal, or for other streams.
    ///
    /// # Panics
    /// If the program is not built.
    #[must_use]
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(built("deplo", "cli").expect("the program"));
        command.args(arguments).env_clear().env("XDG_CONFIG_HOME", self.home.path()).env("HOME", self.home.path());
        command.envs(self.environment.iter().cloned());
        command
    }

    /// Runs a command without a terminal and without input.
    ///
    /// # Panics
    /// If it cannot be started.
    #[must_use]
    pub fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(&self.command(arguments).stdin(Stdio::null()).output().expect("deplo runs"))
    }

    /// Runs a command with this on its standard input.
    ///
    /// # Panics
    /// If it cannot be started.
    #[must_use]
    pub fn run_with_input(&self, arguments: &[&str], input: &str) -> Ran {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("deplo starts");
        // It may end without having read all of it.
        let _ = child.stdin.take().expect("a standard input").write_all(input.as_bytes());
        Ran::of(&child.wait_with_output().expect("deplo ends"))
    }
}

impl Ran {
    fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let code = output.status.code().unwrap_or_else(|| panic!("deplo ended by a signal: {output:?}"));
        Self { code, out: text(&output.stdout), err: text(&output.stderr) }
    }

    /// The output, which must have come with this code.
    ///
    /// # Panics
    /// If the code is another one.
    #[must_use]
    pub fn ended(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}{}", self.out, self.err);
        self
    }

    /// Standard output as JSON.
    ///
    /// # Panics
    /// If it is none.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|why| panic!("{why}: {}{}", self.out, self.err))
    }
}
