//! The database is locked, full or read-only, or breaks off: what cannot be changed is answered 503 and was not
//! changed, reads go on, and afterwards all is well. Gone and back: `tests/system/postgres_may_crash.rs`.

use crate::support::cut::Cut;
use crate::support::line::{Call, Moment};
use crate::support::program::{Program, answer};
use crate::support::{Answer, PROJECT, Server, WORKSPACE, ledger_support, tokens_path};
use control_plane::plan::Plan;
use serde_json::json;
use sqlx::AnyConnection;
use tokio::process::Command;
use tokio::task::JoinSet;

#[tokio::test]
async fn a_locked_database_changes_nothing() {
    let server = Server::start(Plan::Pro).await;
    let (id, token) = server.token(&["read"]).await;
    let lock = server.database().lock().await;
    let body = json!({"name": "New", "scopes": ["read"]});
    let path = tokens_path(&id);
    let (created, revoked) = tokio::join!(server.create(&server.admin, body), server.delete(&path));
    check_unavailable(&created);
    check_unavailable(&revoked);
    check_reads(&server, &token).await;
    drop(lock);
    check_nothing_changed(&server, &id).await;
    check_changes(&server, &id).await;
}

#[tokio::test]
async fn a_read_only_database_changes_nothing() {
    let mut server = Server::start(Plan::Pro).await;
    let (id, token) = server.token(&["read"]).await;
    let mut connection = server.database().connect().await;
    if server.database().is_postgres() {
        set_read_only(&mut connection, true).await;
    } else {
        let url = format!("{}?mode=ro", server.database().url());
        server.restart_on(&url).await;
    }
    check_unavailable(&server.create(&server.admin, json!({"name": "New", "scopes": ["read"]})).await);
    check_unavailable(&server.delete(&tokens_path(&id)).await);
    check_reads(&server, &token).await;
    if server.database().is_postgres() {
        set_read_only(&mut connection, false).await;
    } else {
        server.crash_and_restart().await;
    }
    check_nothing_changed(&server, &id).await;
    check_changes(&server, &id).await;
}

/// All at once, so that every connection of the pool meets the full disk, and has to work again afterwards.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_changes_nothing() {
    let server = Server::start(Plan::Pro).await;
    let (id, _) = server.token(&["read"]).await;
    let mut command = Command::new("sh");
    // A process that ignores the signal is told by an error that its file may not grow, as on a full disk.
    command.args(["-c", r#"trap "" XFSZ; exec "$0" "$@""#, env!("CARGO_BIN_EXE_control-plane")]);
    let program = Program::start_by(&server, command).await;
    set_full(&server, &program, true).await;
    for told in creates(&program, &server, 16).await {
        check_unavailable(&told);
    }
    check_unavailable(&answer(program.request("DELETE", &tokens_path(&id), &server.admin)).await.unwrap());
    let read = answer(program.request("GET", &tokens_path(&id), &server.admin)).await.unwrap();
    assert_eq!(read.status, 200, "{}", read.text);
    set_full(&server, &program, false).await;
    check_nothing_changed(&server, &id).await;
    for told in creates(&program, &server, 32).await {
        assert_eq!(told.status, 201, "{}", told.text);
    }
    check_changes(&server, &id).await;
}

/// The caller is told that it is pending, and not that nothing was changed.
#[tokio::test]
async fn what_is_committed_is_pending_whatever_fails_afterwards() {
    let server = Server::start(Plan::Pro).await;
    let ((one, _), (other, _)) = (server.token(&["read"]).await, server.token(&["read"]).await);
    let project = format!("/workspaces/{WORKSPACE}/projects/{PROJECT}");
    let in_project = json!({"name": "p", "scopes": ["read"], "projectId": PROJECT});
    assert_eq!(server.create(&server.admin, in_project).await.status, 201);
    let gate = server.edge.line.hold(Call::Publish, Moment::Before);
    let fail = async {
        until_committed(&server, 7).await;
        let mut connection = server.database().connect().await;
        sqlx::raw_sql("ALTER TABLE changes RENAME TO gone").execute(&mut connection).await.unwrap();
        connection
    };
    let (revoke, many) = (tokens_path(&one), tokens_path("revoke"));
    let (mut connection, revoked, bulk, deleted) = tokio::join!(
        fail,
        server.delete(&revoke),
        server.post(&many, json!({"ids": [other]})),
        server.delete(&project),
    );
    for told in [revoked, bulk, deleted] {
        assert_eq!(told.status, 202, "{}", told.text);
        assert!(told.text.contains("pending"), "{}", told.text);
    }
    sqlx::raw_sql("ALTER TABLE gone RENAME TO changes").execute(&mut connection).await.unwrap();
    gate.open();
    server.reconcile().await;
}

/// Of Postgres alone: a file has no connection that could break.
#[tokio::test]
async fn whether_a_commit_was_carried_out_may_not_be_known() {
    let mut server = Server::start(Plan::Pro).await;
    if !server.database().is_postgres() {
        return;
    }
    let cut = Cut::before(server.database().url()).await;
    server.restart_on(&cut.url).await;
    cut.cut_next_commit();
    let (body, key) = (json!({"name": "New", "scopes": ["read"]}), [("idempotency-key", "once")]);
    let path = tokens_path("");
    let create = || server.send_with("POST", &path, Some(&server.admin), Some(body.clone()), &key);
    let told = create().await;
    assert_eq!((told.status, told.slug().as_str()), (503, "authority-unavailable"), "{}", told.text);
    assert!(!told.text.contains("Nothing was changed") && told.text.contains("may"), "{}", told.text);
    let again = create().await;
    assert_eq!((again.status, again.text.contains(r#""replayed":true"#)), (200, true), "{}", again.text);
    server.until_status(&again.text_of("id"), "active").await;
    server.reconcile().await;
}

fn check_unavailable(told: &Answer) {
    assert_eq!((told.status, told.slug().as_str()), (503, "authority-unavailable"), "{}", told.text);
    assert!(told.headers.contains_key("retry-after"), "{:?}", told.headers);
}

/// Who calls is still known, and so is what there is.
async fn check_reads(server: &Server, token: &str) {
    assert_eq!(server.send("GET", "/access-token", Some(token), None).await.status, 200);
    assert_eq!(server.get(&tokens_path("")).await.status, 200);
    assert_eq!(server.get("/readyz").await.status, 200);
    let made_up = ledger_support::token(1);
    assert_eq!(server.send("GET", "/access-token", Some(made_up.as_token().expose()), None).await.status, 401);
}

async fn check_nothing_changed(server: &Server, id: &str) {
    server.reconcile().await;
    assert_eq!(server.edge.ledger_version(), 2, "the two tokens that were there");
    assert_eq!(server.get(&tokens_path(id)).await.text_of("status"), "active");
}

async fn check_changes(server: &Server, id: &str) {
    let created = server.create(&server.admin, json!({"name": "New", "scopes": ["read"]})).await;
    assert_eq!(created.status, 201, "{}", created.text);
    assert_eq!(server.delete(&tokens_path(id)).await.status, 200);
    server.reconcile().await;
}

async fn creates(program: &Program, server: &Server, count: usize) -> Vec<Answer> {
    let mut creates = JoinSet::new();
    for _ in 0..count {
        let request = program.request("POST", &tokens_path(""), &server.admin);
        let request = request.header("content-type", "application/json").body(r#"{"name":"New","scopes":["read"]}"#);
        creates.spawn(answer(request));
    }
    creates.join_all().await.into_iter().map(Option::unwrap).collect()
}

async fn until_committed(server: &Server, version: i64) {
    let mut connection = server.database().connect().await;
    let sql = "SELECT version FROM workspaces";
    while sqlx::query_scalar::<_, i64>(sql).fetch_one(&mut connection).await.unwrap() < version {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

/// Changes what new sessions may do, and ends the others.
async fn set_read_only(connection: &mut AnyConnection, read_only: bool) {
    let sql = format!(
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = {read_only}',
           current_database()); END $$;
         SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE datname = current_database() AND pid <> pg_backend_pid()"
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(connection).await.unwrap();
}

/// No file of the program may grow; in Postgres, whose files are not the program's, the error that a full disk is.
async fn set_full(server: &Server, program: &Program, is_full: bool) {
    if !server.database().is_postgres() {
        let limit = if is_full { "--fsize=0:unlimited" } else { "--fsize=unlimited:unlimited" };
        let set = Command::new("prlimit").args(["--pid", &program.id().to_string(), limit]).status().await;
        assert!(set.is_ok_and(|status| status.success()), "prlimit failed; Debian has it in util-linux");
        return;
    }
    let sql = match is_full {
        true => {
            "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$
               BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$;
             CREATE TRIGGER full_disk BEFORE INSERT ON changes EXECUTE FUNCTION full_disk()"
        }
        false => "DROP TRIGGER full_disk ON changes",
    };
    sqlx::raw_sql(sql).execute(&mut server.database().connect().await).await.unwrap();
}
