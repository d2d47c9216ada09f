//! What was already made under an idempotency key. Kept for a day, and without the secret.

use super::{Locked, TokenRow, tokens};
use crate::error::Error;
use crate::idempotency::Once;
use shared::problem::{FieldError, Problem};
use shared::timestamp::Timestamp;
use sqlx::AnyConnection;

/// How long a key is remembered, in milliseconds.
const KEPT_MS: u64 = 24 * 60 * 60 * 1_000;

#[derive(sqlx::FromRow)]
struct KeyRow {
    fingerprint: String,
    token_id: String,
    created_at: i64,
}

impl Locked {
    /// The token that was made when the caller asked for the same thing under the same key.
    ///
    /// # Errors
    /// If the caller asked for another thing under this key, or the database fails.
    pub(crate) async fn made_before(&mut self, once: &Once) -> Result<Option<TokenRow>, Error> {
        let since = self.now.minus_ms(KEPT_MS).0.cast_signed();
        let (workspace_id, operator) = (self.workspace.id.clone(), self.actor.id.clone());
        let found: Option<KeyRow> = sqlx::query_as(
            "SELECT fingerprint, token_id, created_at FROM idempotency_keys
             WHERE workspace_id = $1 AND operator = $2 AND route = $3 AND idempotency_key = $4",
        )
        .bind(&workspace_id)
        .bind(operator)
        .bind(once.route)
        .bind(&once.key)
        .fetch_optional(self.connection())
        .await?;
        let Some(found) = found.filter(|row| row.created_at > since) else { return Ok(None) };
        if found.fingerprint != once.fingerprint {
            let detail = "this key was used for another request; draw a new one for each thing you want made";
            let error = FieldError { pointer: "Idempotency-Key".into(), detail: detail.into() };
            return Err(Problem::validation_failed(vec![error]).into());
        }
        Ok(tokens::get(self.connection(), &workspace_id, &found.token_id).await?)
    }

    /// Remembers what was made under a key; commits with it. A key that is older than a day begins anew.
    pub(crate) async fn remember(&mut self, once: &Once, token_id: &str) -> Result<(), Error> {
        let (workspace_id, operator, now) = (self.workspace.id.clone(), self.actor.id.clone(), self.now);
        sqlx::query(
            "INSERT INTO idempotency_keys (workspace_id, operator, route, idempotency_key, fingerprint, token_id, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (workspace_id, operator, route, idempotency_key) DO UPDATE SET
               fingerprint = excluded.fingerprint, token_id = excluded.token_id, created_at = excluded.created_at",
        )
        .bind(workspace_id)
        .bind(operator)
        .bind(once.route)
        .bind(&once.key)
        .bind(&once.fingerprint)
        .bind(token_id)
        .bind(now.0.cast_signed())
        .execute(self.connection())
        .await?;
        Ok(())
    }
}

/// Forgets keys that are older than a day.
///
/// # Errors
/// If the database fails.
pub async fn forget_old(connection: &mut AnyConnection, now: Timestamp) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM idempotency_keys WHERE created_at <= $1")
        .bind(now.minus_ms(KEPT_MS).0.cast_signed())
        .execute(connection)
        .await
        .map(drop)
}
