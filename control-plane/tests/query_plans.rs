//! With 20,000 tokens in a workspace no statement of the API reads a whole table. Every statement that the program
//! sends while it is used is caught, and the database is asked how it would carry it out.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

#[expect(dead_code, reason = "this program uses a part of it")]
mod support;

use control_plane::plan::Plan;
use serde_json::json;
use sqlx::{AnyConnection, Row};
use std::collections::BTreeSet;
use std::sync::Mutex;
use support::seed::seed;
use support::{PROJECT, Server, TestDatabase, WORKSPACE, tokens_path};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

const TOKENS: u32 = 20_000;

/// Tables that grow with what callers do.
const LARGE: [&str; 5] = ["tokens", "changes", "audit_events", "idempotency_keys", "sessions"];

/// Indexes that hold only what is unfinished: reading one of them to its end is what it is for.
const SMALL_INDEXES: [&str; 1] = ["changes_unfinished"];

static STATEMENTS: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Catches every statement that sqlx sends.
struct Catcher;

impl Subscriber for Catcher {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "sqlx::query"
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn event(&self, event: &Event<'_>) {
        event.record(&mut Statement);
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

struct Statement;

impl Visit for Statement {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "db.statement" && !value.trim().is_empty() {
            STATEMENTS.lock().unwrap().insert(value.trim().into());
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}

#[tokio::test]
async fn nothing_reads_a_whole_table() {
    tracing::subscriber::set_global_default(Catcher).unwrap();
    let server = Server::start(Plan::Team).await;
    let mut connection = server.database().connect().await;
    seed(&mut connection, TOKENS, TOKENS).await;
    STATEMENTS.lock().unwrap().clear();
    use_everything(&server).await;

    let statements = STATEMENTS.lock().unwrap().clone();
    let about = |table: &str| statements.iter().filter(|statement| statement.contains(table)).count();
    assert!(LARGE.iter().all(|table| about(table) >= 3), "the catcher has caught: {statements:#?}");
    let mut scans = Vec::new();
    for statement in statements.iter().filter(|statement| LARGE.iter().any(|table| statement.contains(table))) {
        let plan = plan(&mut connection, server.database(), statement).await;
        if plan.iter().any(|step| is_scan(step)) {
            scans.push(format!("{statement}\n{}", plan.join("\n")));
        }
    }
    assert!(scans.is_empty(), "these read a whole table:\n\n{}", scans.join("\n\n"));
}

/// Every route, with every filter.
async fn use_everything(server: &Server) {
    let (id, token) = server.token(&["read", "deploy"]).await;
    for status in ["active", "expired", "revoked", "all"] {
        for project in ["", &format!("&projectId={PROJECT}")] {
            let first = server.get(&format!("{}?limit=2&status={status}{project}", tokens_path(""))).await.json();
            let cursor = first["nextCursor"].as_str().unwrap();
            let path = format!("{}?limit=2&status={status}{project}&cursor={cursor}", tokens_path(""));
            assert_eq!(server.get(&path).await.status, 200);
        }
    }
    assert_eq!(server.send("GET", "/access-token", Some(&token), None).await.status, 200);
    assert_eq!(server.patch(&server.admin, &id, json!({"scopes": ["read"]})).await.status, 200);
    let rotated = server.rotate(&server.admin, &id, json!({"graceSeconds": 60})).await;
    assert_eq!(rotated.status, 201, "{}", rotated.text);
    assert_eq!(server.delete(&tokens_path(&id)).await.status, 200);
    assert_eq!(server.post(&tokens_path("revoke"), json!({"ids": [rotated.text_of("id")]})).await.status, 200);
    let body = Some(json!({"name": "Once", "scopes": ["read"]}));
    for status in [201, 200] {
        let key = [("idempotency-key", "once")];
        let made = server.send_with("POST", &tokens_path(""), Some(&server.admin), body.clone(), &key).await;
        assert_eq!(made.status, status, "{}", made.text);
    }
    let projects = format!("/workspaces/{WORKSPACE}/projects");
    let project = server.post(&projects, json!({"name": "P"})).await.text_of("id");
    let body = json!({"name": "P", "scopes": ["admin"], "projectId": project});
    let of_project = server.create(&server.admin, body).await.text_of("token");
    for (path, token) in [("audit-events", &server.admin), ("audit-events", &of_project), ("projects", &of_project)] {
        let path = format!("/workspaces/{WORKSPACE}/{path}?limit=2");
        assert_eq!(server.send("GET", &path, Some(token), None).await.status, 200);
    }
    let of_token = format!("/workspaces/{WORKSPACE}/audit-events?tokenId={id}&limit=2");
    assert_eq!(server.get(&of_token).await.status, 200);
    let (cookie, csrf_token) = server.sign_in(&server.admin).await;
    for (method, status) in [("GET", 200), ("DELETE", 204)] {
        let headers = [("cookie", cookie.as_str()), ("x-csrf-token", csrf_token.as_str())];
        assert_eq!(server.send_with(method, "/session", None, None, &headers).await.status, status);
    }
    assert_eq!(server.delete(&format!("{projects}/{project}")).await.status, 200);
    assert_eq!(server.get("/readyz").await.status, 200);
    control_plane::housekeeping::keep_house_once(&server.app).await.unwrap();
}

/// The steps by which the database would carry a statement out.
async fn plan(connection: &mut AnyConnection, database: &TestDatabase, statement: &str) -> Vec<String> {
    let explain = if database.is_postgres() {
        let parameters = (1..300).take_while(|number| statement.contains(&format!("${number}"))).count();
        let prepare = format!("DEALLOCATE ALL; SET plan_cache_mode = force_generic_plan; PREPARE p AS {statement}");
        sqlx::raw_sql(sqlx::AssertSqlSafe(prepare)).execute(&mut *connection).await.unwrap();
        let nulls = vec!["NULL"; parameters].join(", ");
        format!("EXPLAIN EXECUTE p{}", if parameters == 0 { String::new() } else { format!("({nulls})") })
    } else {
        format!("EXPLAIN QUERY PLAN {statement}")
    };
    let rows = sqlx::raw_sql(sqlx::AssertSqlSafe(explain)).fetch_all(connection).await.unwrap();
    let text = if database.is_postgres() { 0 } else { 3 };
    rows.iter().map(|row| row.get::<String, _>(text)).collect()
}

fn is_scan(step: &str) -> bool {
    let whole = |table: &&str| {
        let alias = table.get(..1).unwrap();
        step.contains(&format!("Seq Scan on {table}"))
            || [table, &alias].iter().any(|name| {
                let named = format!("SCAN {name}");
                step == named || step.starts_with(&format!("{named} "))
            })
    };
    LARGE.iter().any(whole) && !SMALL_INDEXES.iter().any(|index| step.contains(index))
}
