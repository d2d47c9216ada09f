//! The peer's process.

use crate::Options;
use serde::Deserialize;
use std::process::Stdio;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// `bench/peer/server.mjs` under Node, with a database of its own.
pub(crate) struct Node {
    process: Child,
    // After the process, so that it is gone before its files.
    _directory: TempDir,
}

/// What it says when it listens.
#[derive(Deserialize)]
pub(crate) struct Listening {
    pub(crate) port: u16,
    /// Of somebody who is signed in.
    pub(crate) cookie: String,
}

impl Node {
    pub(crate) async fn start(options: &Options, synchronous: &str) -> (Self, Listening) {
        let directory = TempDir::new().unwrap();
        let mut command = Command::new(&options.node);
        command.arg(&options.peer).arg(directory.path().join("peer.db")).arg(synchronous);
        command.env("NODE_ENV", "production").stdout(Stdio::piped()).kill_on_drop(true);
        let mut process = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).await.unwrap();
        (Self { process, _directory: directory }, serde_json::from_str(&line).unwrap())
    }

    /// The process's id.
    pub(crate) fn id(&self) -> u32 {
        self.process.id().unwrap()
    }
}
