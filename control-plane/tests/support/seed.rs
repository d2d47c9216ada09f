//! Many tokens at once, by SQL: a history that was published and acknowledged long ago.

use super::{PROJECT, WORKSPACE};
use sqlx::AnyConnection;

/// Most idempotency keys and sessions that are seeded; a day's worth in a busy place.
const KEYS: u32 = 40_000;

/// Of the seeded tokens every fifth is revoked, every fifth expired, and every tenth expires in a thousand years.
/// Some more are spread `elsewhere`, over a hundred other workspaces, so that a database's statistics know of more than
/// one. Digests are spread over their index, as real ones are. Changes have negative versions, so that the publisher has
/// nothing to do with them; the ledger and KV of a test do not know them.
pub async fn seed(connection: &mut AnyConnection, count: u32, elsewhere: u32) {
    let numbers = |last| format!("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {last})");
    let (others, all) = (numbers(100), count + elsewhere);
    let (numbers, without_keys) = (numbers(all), all.saturating_sub(KEYS));
    let workspace =
        format!("CASE WHEN i <= {count} THEN '{WORKSPACE}' ELSE 'ws_seed' || CAST(1 + i % 100 AS TEXT) END");
    let project = format!("CASE WHEN i % 97 = 0 AND i <= {count} THEN '{PROJECT}' END");
    let id = "'tok_00' || CAST(100000000 + i AS TEXT)";
    // 2^32 / the golden ratio: neighbours end up far from each other, and no two at the same place.
    let digest =
        format!("CAST(4294967296 + (CAST(i AS BIGINT) * 2654435761) % 4294967296 AS TEXT) || '{}'", "0".repeat(54));
    let version = "i - 1000000000";
    let record = r#"{"tokenId":"tok_x","projectId":null,"scopes":2,"expiresAt":null,"state":{"is":"active"}}"#;
    for statement in [
        format!(
            "{others} INSERT INTO workspaces (id, name, plan, created_at, epoch, version, hash, initialised_at)
             SELECT 'ws_seed' || CAST(i AS TEXT), 'Seeded', 'free', 1, 1, 0, 'x', 1 FROM n"
        ),
        format!(
            "{numbers} INSERT INTO tokens (id, workspace_id, project_id, name, prefix, digest, pepper_id, scopes,
               created_at, created_by, expires_at, revoked_at, version)
             SELECT {id}, {workspace}, {project}, 'Seeded', 'x', {digest}, 'k1', 2,
               i, 'operator', CASE WHEN i % 5 = 1 THEN i + 1 WHEN i % 10 = 2 THEN 33000000000000 END,
               CASE WHEN i % 5 = 0 THEN i + 1 END, {version} FROM n"
        ),
        format!(
            "{numbers} INSERT INTO changes (workspace_id, version, kind, token_id, previous, hash, digest, record,
               created_at, announced, acknowledged_at, replicated_at, effective_at)
             SELECT {workspace}, {version}, 'create', {id}, {digest}, {digest}, {digest}, '{record}', i, 0, i, i, i
             FROM n"
        ),
        format!(
            "{numbers} INSERT INTO audit_events (workspace_id, number, created_at, actor, action, token_id, project_id)
             SELECT {workspace}, {version}, i, 'operator', 'token.created', {id}, {project} FROM n"
        ),
        format!(
            "{numbers} INSERT INTO idempotency_keys (workspace_id, operator, route, idempotency_key, fingerprint,
               token_id, created_at)
             SELECT {workspace}, 'tok_x', 'create', CAST(i AS TEXT), 'x', {id}, 33000000000000 FROM n
             WHERE i > {without_keys}"
        ),
        format!(
            "{numbers} INSERT INTO sessions (digest, workspace_id, token_id, created_at, expires_at)
             SELECT {digest}, {workspace}, {id}, i, 33000000000000 FROM n WHERE i > {without_keys}"
        ),
    ] {
        sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&mut *connection).await.unwrap();
    }
    sqlx::raw_sql("ANALYZE").execute(connection).await.unwrap();
}
