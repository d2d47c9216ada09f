//! The real program, as a process of its own: what it logs, where it listens.

use crate::support::program::Program;
use crate::support::{Server, WORKSPACE, digest_of, tokens_path};
use control_plane::plan::Plan;
use serde_json::{Value, json};
use shared::ledger::LedgerStorage;
use shared::record::State;
use std::time::Duration;
use tokio::process::Command;
use tokio::time::{sleep, timeout};

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

/// A log may well hold it.
#[tokio::test]
async fn help_does_not_tell_the_databases_password() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_control-plane"));
    let help = command.env("DATABASE_URL", "postgres://deplo:hunter2@db/deplo").arg("--help").output().await.unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    assert!(help.contains("[env: DATABASE_URL") && !help.contains("hunter2"), "{help}");
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
    assert_eq!(program.exit_code().await, Some(0));
}

#[tokio::test]
async fn uses_are_written_down_before_the_process_ends() {
    let server = Server::start(Plan::Pro).await;
    let (id, token) = server.token(&["read"]).await;
    let mut program = Program::start(&server).await;
    let used = program.http.get(format!("{}/access-token", program.url)).bearer_auth(&token).send().await.unwrap();
    assert_eq!(used.status(), 200);
    assert_eq!(server.last_used(&id).await, Value::Null);
    program.signal("TERM").await;
    assert_eq!(program.exit_code().await, Some(0));
    assert_ne!(server.last_used(&id).await, Value::Null);
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
    let ended = timeout(Duration::from_secs(10), program.exit_code()).await;
    assert_eq!(ended.expect("it waits for no lease"), Some(1));
    assert!(revoke.await.unwrap().is_err(), "nobody was left to answer");
}
