//! The real program, as a process of its own, which can be killed.

use super::{Answer, Server};
use serde_json::Value;
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStderr, Command};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// `control-plane serve` on the database and the edge of a [`Server`] that has stopped publishing.
pub struct Program {
    process: Child,
    log: UnboundedReceiver<String>,
    pub url: String,
    pub metrics_url: String,
    pub http: reqwest::Client,
}

impl Program {
    pub async fn start(server: &Server) -> Self {
        Self::start_by(server, Command::new(env!("CARGO_BIN_EXE_control-plane"))).await
    }

    /// Starts it by a command to which `serve` is added.
    pub async fn start_by(server: &Server, mut command: Command) -> Self {
        server.stop_publishing();
        let secret = |seed| {
            let hex: String = (0..32_u8).map(|i| format!("{:02x}", i.wrapping_mul(37).wrapping_add(seed))).collect();
            format!("k{seed}:{hex}")
        };
        let mut process = command
            .arg("serve")
            .env("DATABASE_URL", server.database().url())
            .env("EDGE_URL", &server.edge.url)
            .env("LISTEN_ADDR", "127.0.0.1:0")
            .env("METRICS_ADDR", "127.0.0.1:0")
            .env("LOG_FORMAT", "json")
            .env("RUST_LOG", "info")
            .env("TOKEN_PEPPER", secret(1))
            .env("PUBLISH_KEY", secret(2))
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let log = lines(process.stderr.take().unwrap());
        let http = reqwest::Client::new();
        let mut program = Self { process, log, url: String::new(), metrics_url: String::new(), http };
        program.metrics_url = program.url_after("metrics on ").await;
        program.url = program.url_after("listening on ").await;
        program
    }

    /// The process's id.
    pub fn id(&self) -> u32 {
        self.process.id().unwrap()
    }

    /// `SIGKILL`: it does nothing more, and is gone when this returns.
    pub async fn kill(mut self) {
        self.process.kill().await.unwrap();
    }

    /// A request as a caller of its own sends it; an error if the connection breaks before the answer is complete.
    pub fn request(&self, method: &str, path: &str, token: &str) -> reqwest::RequestBuilder {
        self.http.request(method.parse().unwrap(), format!("{}{path}", self.url)).bearer_auth(token)
    }

    async fn url_after(&mut self, words: &str) -> String {
        self.message(words).await.trim_start_matches(words).into()
    }

    /// The next message that begins with these words.
    pub async fn message(&mut self, words: &str) -> String {
        let line = self.line(|line| line["message"].as_str().is_some_and(|message| message.starts_with(words))).await;
        line["message"].as_str().unwrap().into()
    }

    pub async fn signal(&self, name: &str) {
        let id = self.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &id]).status().await.unwrap().success());
    }

    /// The code with which it ends.
    pub async fn exit_code(&mut self) -> Option<i32> {
        self.process.wait().await.unwrap().code()
    }

    /// The next line of the log that is like this. Every line is an object.
    pub async fn line(&mut self, is_it: impl Fn(&Value) -> bool) -> Value {
        while let Some(line) = self.log.recv().await {
            let line: Value = serde_json::from_str(&line).unwrap_or_else(|why| panic!("{why}: {line}"));
            if is_it(&line) {
                return line;
            }
        }
        panic!("the log ended before");
    }
}

/// Sends a request and reads the answer; none if the connection broke before.
pub async fn answer(request: reqwest::RequestBuilder) -> Option<Answer> {
    let response = request.send().await.ok()?;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Some(Answer { status, headers, text: response.text().await.ok()? })
}

/// Reads on, whether anybody looks or not: a process that cannot write its log would stand still.
fn lines(stderr: ChildStderr) -> UnboundedReceiver<String> {
    let (sender, receiver) = unbounded_channel();
    tokio::spawn(async move {
        let mut lines = BufReader::new(stderr).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            let _ = sender.send(line);
        }
    });
    receiver
}
