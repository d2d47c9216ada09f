//! The real program, as a process of its own: what it logs, where it listens.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

mod support;

use control_plane::plan::Plan;
use serde_json::{Value, json};
use shared::ledger::LedgerStorage;
use shared::record::State;
use std::process::Stdio;
use std::time::Duration;
use support::{Server, WORKSPACE, digest_of, tokens_path};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStderr, Command};
use tokio::time::{sleep, timeout};

/// `control-plane serve` on the database and the edge of a [`Server`] that has stopped publishing.
struct Program {
    process: Child,
    log: Lines<BufReader<ChildStderr>>,
    url: String,
    metrics_url: String,
    http: reqwest::Client,
}

impl Program {
    async fn start(server: &Server) -> Self {
        server.stop_publishing();
        let secret = |seed| {
            let hex: String = (0..32_u8).map(|i| format!("{:02x}", i.wrapping_mul(37).wrapping_add(seed))).collect();
            format!("k{seed}:{hex}")
        };
        let mut process = Command::new(env!("CARGO_BIN_EXE_control-plane"))
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
        let log = BufReader::new(process.stderr.take().unwrap()).lines();
        let http = reqwest::Client::new();
        let mut program = Self { process, log, url: String::new(), metrics_url: String::new(), http };
        program.metrics_url = program.url_after("metrics on ").await;
        program.url = program.url_after("listening on ").await;
        program
    }

    async fn url_after(&mut self, words: &str) -> String {
        self.message(words).await.trim_start_matches(words).into()
    }

    /// The next message that begins with these words.
    async fn message(&mut self, words: &str) -> String {
        let line = self.line(|line| line["message"].as_str().is_some_and(|message| message.starts_with(words))).await;
        line["message"].as_str().unwrap().into()
    }

    async fn signal(&self, name: &str) {
        let id = self.process.id().unwrap().to_string();
        assert!(Command::new("kill").args(["-s", name, &id]).status().await.unwrap().success());
    }

    /// The next line of the log that is like this. Every line is an object.
    async fn line(&mut self, is_it: impl Fn(&Value) -> bool) -> Value {
        while let Some(line) = self.log.next_line().await.unwrap() {
            let line: Value = serde_json::from_str(&line).unwrap_or_else(|why| panic!("{why}: {line}"));
            if is_it(&line) {
                return line;
            }
        }
        panic!("the log ended before");
    }
}

#[tokio::test]
async fn every_line_of_a_request_has_its_id_and_nothing_of_what_was_sent() {
    let server = Server::start(Plan::Pro).await;
    let mut program = Program::start(&server).await;
    let list = format!("{}{}?cursor=nothing", program.url, tokens_path(""));
    let request = program.http.get(&list).bearer_auth(&server.admin).header("x-request-id", "mine-1");
    assert_eq!(request.send().await.unwrap().status(), 200);
    let line = program.line(|line| line["span"]["request_id"] == "mine-1").await;
    let route = "/workspaces/{workspaceId}/access-tokens";
    let expected = json!({"name": "request", "request_id": "mine-1", "method": "GET", "route": route});
    assert_eq!((&line["span"], &line["status"]), (&expected, &json!(200)), "{line}");
    assert!(line["ms"].is_u64(), "{line}");
    for secret in ["cursor", WORKSPACE, "sk_live_"] {
        assert!(!line.to_string().contains(secret), "{line}");
    }

    let mut connection = server.app.store.connection().await.unwrap();
    sqlx::raw_sql("ALTER TABLE tokens RENAME TO gone").execute(&mut *connection).await.unwrap();
    let request = program.http.get(&list).bearer_auth(&server.admin).header("x-request-id", "mine-2");
    assert_eq!(request.send().await.unwrap().status(), 503);
    let line = program.line(|line| line["level"] == "ERROR" && line["span"]["request_id"] == "mine-2").await;
    assert!(line["message"].as_str().unwrap().starts_with("the database failed"), "{line}");
    program.line(|line| line["status"] == 503 && line["span"]["request_id"] == "mine-2").await;
}

#[tokio::test]
async fn the_publisher_names_the_workspace() {
    let server = Server::start(Plan::Pro).await;
    let (id, _) = server.token(&["read"]).await;
    let mut program = Program::start(&server).await;
    server.edge.set_down(true);
    let request = program.http.delete(format!("{}{}", program.url, tokens_path(&id))).bearer_auth(&server.admin);
    let revoke = tokio::spawn(request.send());
    let line = program.line(|line| line["level"] == "WARN").await;
    assert_eq!((&line["workspace"], &line["job"]), (&json!(WORKSPACE), &json!("publish")), "{line}");
    server.edge.set_down(false);
    assert_eq!(revoke.await.unwrap().unwrap().status(), 200);
}

#[tokio::test]
async fn metrics_have_a_listener_of_their_own() {
    let server = Server::start(Plan::Pro).await;
    let program = Program::start(&server).await;
    let scraped = program.http.get(&program.metrics_url).send().await.unwrap();
    assert_eq!(scraped.status(), 200);
    assert!(scraped.text().await.unwrap().contains("deplo_database_up 1"));
    let elsewhere = program.metrics_url.replace("/metrics", "/healthz");
    assert_eq!(program.http.get(elsewhere).send().await.unwrap().status(), 404);
}

/// Waits until the ledger has a revocation, whose answer then waits for the lease.
async fn until_the_ledger_revoked(server: &Server, token: &str) {
    while server.edge.ledger().record(&digest_of(token)).unwrap().is_none_or(|record| record.state != State::Revoked) {
        sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn what_is_under_way_is_finished_before_the_process_ends() {
    let server = Server::start(Plan::Pro).await;
    let (id, token) = server.token(&["read"]).await;
    server.edge.set_lease(2_000);
    let mut program = Program::start(&server).await;
    let request = program.http.delete(format!("{}{}", program.url, tokens_path(&id))).bearer_auth(&server.admin);
    let revoke = tokio::spawn(request.send());
    until_the_ledger_revoked(&server, &token).await;
    program.signal("TERM").await;
    program.message("SIGTERM: no connection is taken any more").await;
    while reqwest::get(format!("{}/readyz", program.url)).await.is_ok() {
        sleep(Duration::from_millis(10)).await;
    }
    assert!(!revoke.is_finished(), "it is under way while nobody can connect any more");
    let receipt = revoke.await.unwrap().unwrap();
    assert_eq!(receipt.status(), 200);
    let receipt: Value = serde_json::from_str(&receipt.text().await.unwrap()).unwrap();
    assert_eq!(receipt["status"], "revoked", "{receipt}");
    program.message("every request was answered").await;
    assert_eq!(program.process.wait().await.unwrap().code(), Some(0));
}

#[tokio::test]
async fn a_second_signal_ends_the_process_at_once() {
    let server = Server::start(Plan::Pro).await;
    let (id, token) = server.token(&["read"]).await;
    server.edge.set_lease(20_000);
    let mut program = Program::start(&server).await;
    let request = program.http.delete(format!("{}{}", program.url, tokens_path(&id))).bearer_auth(&server.admin);
    let revoke = tokio::spawn(request.send());
    until_the_ledger_revoked(&server, &token).await;
    program.signal("INT").await;
    program.message("SIGINT: no connection is taken any more").await;
    program.signal("TERM").await;
    let ended = timeout(Duration::from_secs(10), program.process.wait()).await;
    assert_eq!(ended.expect("it waits for no lease").unwrap().code(), Some(1));
    assert!(revoke.await.unwrap().is_err(), "nobody was left to answer");
}
