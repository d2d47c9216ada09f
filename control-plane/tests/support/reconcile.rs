//! Whether database, ledger and KV say the same. To be asked when nobody changes anything any more.

use super::{FakeEdge, TestDatabase, WORKSPACE};
use control_plane::store::{TokenRow, WorkspaceRow, tokens, workspaces};
use shared::change::{Change, Head};
use shared::ledger::LedgerStorage;
use sqlx::AnyConnection;
use std::collections::{HashMap, HashSet};
use std::time::Duration;

/// How often it looks, a tenth of a second apart: the publisher's longest pause, and time to spare.
const LOOKS: usize = 150;

/// A change as it stands in the log.
#[derive(sqlx::FromRow)]
struct Logged {
    version: i64,
    previous: String,
    hash: String,
    digest: String,
    record: String,
    acknowledged_at: Option<i64>,
    replicated_at: Option<i64>,
    effective_at: Option<i64>,
}

/// Waits until database, ledger and KV agree.
pub async fn reconcile(database: &TestDatabase, edge: &FakeEdge) {
    let mut connection = database.connect().await;
    let mut differences = Vec::new();
    for _ in 0..LOOKS {
        differences = look(&mut connection, edge).await;
        if differences.is_empty() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("database, ledger and KV do not agree:\n{}", differences.join("\n"));
}

/// What differs. Nothing of the edge is looked at before the database was read.
async fn look(connection: &mut AnyConnection, edge: &FakeEdge) -> Vec<String> {
    let workspace = workspaces::get(connection, WORKSPACE).await.unwrap().unwrap();
    let rows = tokens::all(connection, WORKSPACE).await.unwrap();
    let sql = "SELECT version, previous, hash, digest, record, acknowledged_at, replicated_at, effective_at
        FROM changes WHERE workspace_id = $1 ORDER BY version";
    let log: Vec<Logged> = sqlx::query_as(sql).bind(WORKSPACE).fetch_all(&mut *connection).await.unwrap();
    let audit = "SELECT number FROM audit_events WHERE workspace_id = $1 ORDER BY number";
    let audit: Vec<i64> = sqlx::query_scalar(audit).bind(WORKSPACE).fetch_all(connection).await.unwrap();
    let mut differences = Vec::new();
    check_workspace(&workspace, edge, &mut differences);
    check_log(&workspace, &log, &mut differences);
    check_tokens(&rows, &log, edge, &mut differences);
    if !audit.iter().copied().eq(1..=workspace.audited) {
        differences.push(format!("audit numbers are {audit:?}, the workspace counted {}", workspace.audited));
    }
    differences
}

fn check_workspace(workspace: &WorkspaceRow, edge: &FakeEdge, differences: &mut Vec<String>) {
    if let Some(why) = &workspace.conflict {
        differences.push(format!("the workspace is in conflict: {why}"));
    }
    let (own, ledger) = (workspace.position().unwrap(), edge.ledger().position().unwrap());
    if ledger != Some(own) {
        differences.push(format!("the database is at {own:?}, the ledger at {ledger:?}"));
    }
}

/// Numbers without holes, hashes that chain, and everything is done.
fn check_log(workspace: &WorkspaceRow, log: &[Logged], differences: &mut Vec<String>) {
    let mut head = Head::GENESIS;
    for logged in log {
        let version = logged.version;
        let change = Change {
            version: version.cast_unsigned(),
            previous: logged.previous.parse().unwrap(),
            digest: logged.digest.parse().unwrap(),
            record: serde_json::from_str(&logged.record).unwrap(),
        };
        if change.version != head.version + 1 || change.previous != head.hash {
            differences.push(format!("change {version} does not follow {}", head.version));
        }
        head = change.head();
        if logged.hash != head.hash.to_hex() {
            differences.push(format!("change {version} has a hash that is not its own"));
        }
        let done = [logged.acknowledged_at, logged.replicated_at, logged.effective_at];
        for (at, what) in done.iter().zip(["acknowledged", "replicated", "effective"]) {
            if at.is_none() {
                differences.push(format!("change {version} is not {what}"));
            }
        }
    }
    if workspace.position().unwrap().head != head {
        differences.push(format!("the workspace is at version {}, its log at {}", workspace.version, head.version));
    }
}

/// Each token is what its last change says, and ledger and KV know it so.
fn check_tokens(rows: &[TokenRow], log: &[Logged], edge: &FakeEdge, differences: &mut Vec<String>) {
    let ledger = edge.ledger();
    let last: HashMap<_, _> = log.iter().map(|logged| (&logged.digest, logged)).collect();
    for row in rows {
        let (id, record, digest) = (&row.id, row.record().unwrap(), row.digest().unwrap());
        match last.get(&row.digest) {
            Some(logged) if logged.version == row.version => {
                if logged.record != serde_json::to_string(&record).unwrap() {
                    differences.push(format!("{id} is {record:?}, its last change says {}", logged.record));
                }
            }
            other => {
                let logged = other.map(|logged| logged.version);
                differences.push(format!("{id} is at version {}, its last change is {logged:?}", row.version));
            }
        }
        let known = ledger.record(&digest).unwrap();
        if known.as_ref() != Some(&record) {
            differences.push(format!("{id} is {record:?}, the ledger says {known:?}"));
        }
        let (is_revoked, is_in_kv) = (row.revoked_at.is_some(), edge.kv_has(&digest));
        if is_revoked == is_in_kv {
            differences.push(format!("{id}: revoked: {is_revoked}, in KV: {is_in_kv}"));
        }
    }
    let own: HashSet<_> = rows.iter().map(|row| row.digest().unwrap()).collect();
    let foreign = edge.kv().iter().filter(|digest| !own.contains(digest)).count();
    if foreign > 0 {
        differences.push(format!("KV has {foreign} entries of which the database knows nothing"));
    }
}
