//! `control-plane doctor`: it finds what is wrong, says what to do, and changes nothing.

use crate::support;
use crate::support::ledger_support::keyring;
use crate::support::{Server, WORKSPACE, tokens_path};
use control_plane::doctor::{Finding, Level, examine};
use control_plane::plan::Plan;
use shared::keyring::Keyring;
use std::sync::Arc;

async fn findings(server: &Server) -> Vec<Finding> {
    examine(&server.app, &server.client).await
}

fn broken(findings: &[Finding]) -> Vec<&str> {
    findings.iter().filter(|finding| finding.level == Level::Broken).map(|finding| &*finding.what).collect()
}

#[tokio::test]
async fn a_healthy_system_is_called_healthy() {
    let server = Server::start(Plan::Pro).await;
    server.token(&["read"]).await;
    let found = findings(&server).await;
    assert!(found.iter().all(|finding| finding.level == Level::Fine), "{found:?}");
    assert!(found.iter().any(|finding| finding.what == "the edge answers; 1 of 1 ledgers agree"), "{found:?}");
    assert!(found.iter().any(|finding| finding.what == "every pepper of the 2 live tokens is listed"), "{found:?}");
}

#[tokio::test]
async fn an_edge_that_does_not_answer_is_found_once() {
    let server = Server::start(Plan::Pro).await;
    server.edge.set_down(true);
    let found = findings(&server).await;
    assert_eq!(broken(&found), ["the edge answered 503: "], "{found:?}");
}

#[tokio::test]
async fn another_history_is_found_before_anything_is_published() {
    let server = Server::start(Plan::Pro).await;
    let (_, token) = server.token(&["read"]).await;
    server.edge.go_on_elsewhere(&token);
    let found = findings(&server).await;
    let expected = "ws_test is in conflict, and nothing of it is published: the ledger is at version 3, which the \
                    database lacks";
    assert_eq!(broken(&found), [expected]);
    let cure = found.iter().find(|finding| finding.level == Level::Broken).unwrap();
    assert!(cure.advice.contains("control-plane republish"), "{cure:?}");
}

#[tokio::test]
async fn a_ledger_that_lost_everything_is_no_new_one() {
    let server = Server::start(Plan::Pro).await;
    server.edge.ledgers().remove(WORKSPACE);
    let found = findings(&server).await;
    let expected = "ws_test is in conflict, and nothing of it is published: the ledger has lost everything";
    assert_eq!(broken(&found), [expected]);
}

#[tokio::test]
async fn peppers_that_are_missing_or_spare_are_named() {
    let mut server = Server::start(Plan::Pro).await;
    let change = |server: &mut Server, peppers: Keyring| {
        let settings = control_plane::settings::Settings { peppers, ..(*server.app.settings).clone() };
        server.app.settings = Arc::new(settings);
    };
    change(&mut server, keyring(7));
    let found = findings(&server).await;
    let expected = "1 live tokens need the pepper `k1`, which TOKEN_PEPPER lacks: they do not work";
    assert_eq!(broken(&found), [expected]);
    let hex = |seed: u8| {
        (0..32_u8).map(move |i| format!("{:02x}", i.wrapping_mul(37).wrapping_add(seed))).collect::<String>()
    };
    let both = format!("k1:{},k9:{}", hex(1), hex(9)).parse().unwrap();
    change(&mut server, both);
    let found = findings(&server).await;
    let spare = found.iter().find(|finding| finding.level == Level::Warning).unwrap();
    assert_eq!(spare.what, "no live token needs the pepper `k9` any more");
}

#[tokio::test]
async fn a_database_without_tables_is_no_puzzle() {
    let server = Server::start(Plan::Pro).await;
    let empty = support::TestDatabase::create().await;
    let store = control_plane::store::Store::open(empty.url()).await.unwrap();
    let app = control_plane::app::App { store, ..server.app.clone() };
    let found = examine(&app, &server.client).await;
    let migrations = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations")).unwrap().count();
    let lacks = format!("the database lacks {migrations} migrations");
    assert_eq!(broken(&found), [lacks], "and nothing more is asked of it");
    assert_eq!(server.get(&tokens_path("")).await.status, 200);
}
