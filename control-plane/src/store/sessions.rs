//! Who is signed in to the dashboard, and with which token.

use super::audit_events::{Action, Event};
use super::{Locked, TokenRow};
use crate::error::Error;
use crate::times;
use serde_json::{Value, json};
use shared::timestamp::Timestamp;
use sqlx::AnyConnection;

/// A session. Times are milliseconds since 1970.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct SessionRow {
    /// SHA-256 of what its cookie holds, in hexadecimal.
    pub digest: String,
    /// The workspace of its token.
    pub workspace_id: String,
    /// The token that it was made with.
    pub token_id: String,
    /// First moment at which it is over.
    pub expires_at: i64,
}

/// The session of this digest, unless its time is over.
///
/// # Errors
/// If the database fails.
pub async fn get(
    connection: &mut AnyConnection,
    digest: &str,
    now: Timestamp,
) -> Result<Option<SessionRow>, sqlx::Error> {
    sqlx::query_as(
        "SELECT digest, workspace_id, token_id, expires_at FROM sessions WHERE digest = $1 AND expires_at > $2",
    )
    .bind(digest)
    .bind(now.0.cast_signed())
    .fetch_optional(connection)
    .await
}

/// Forgets sessions whose time is over.
///
/// # Errors
/// If the database fails.
pub async fn forget_old(connection: &mut AnyConnection, now: Timestamp) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM sessions WHERE expires_at <= $1")
        .bind(now.0.cast_signed())
        .execute(connection)
        .await
        .map(drop)
}

/// Forgets a session; whether there was one.
///
/// # Errors
/// If the database fails.
pub async fn forget(connection: &mut AnyConnection, digest: &str) -> Result<bool, sqlx::Error> {
    let done = sqlx::query("DELETE FROM sessions WHERE digest = $1").bind(digest).execute(connection).await?;
    Ok(done.rows_affected() > 0)
}

/// Forgets every session of a workspace.
///
/// # Errors
/// If the database fails.
pub async fn forget_all(connection: &mut AnyConnection, workspace_id: &str) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM sessions WHERE workspace_id = $1").bind(workspace_id).execute(connection).await.map(drop)
}

impl Locked {
    /// Makes a session of a token, for at most so many milliseconds.
    pub(crate) async fn create_session(
        &mut self,
        digest: String,
        token: &TokenRow,
        length_ms: u64,
    ) -> Result<SessionRow, Error> {
        let (now, end) = (self.now.0.cast_signed(), self.now.plus_ms(length_ms).0.cast_signed());
        let expires_at = token.expires_at.map_or(end, |at| at.min(end));
        let (workspace_id, token_id) = (token.workspace_id.clone(), token.id.clone());
        let row = SessionRow { digest, workspace_id, token_id, expires_at };
        sqlx::query(
            "INSERT INTO sessions (digest, workspace_id, token_id, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(&row.digest)
        .bind(&row.workspace_id)
        .bind(&row.token_id)
        .bind(now)
        .bind(row.expires_at)
        .execute(self.connection())
        .await?;
        let until = json!({"expiresAt": times::format(Timestamp(expires_at.cast_unsigned()))});
        self.audit(Event::of_session(Action::SessionCreated, token, until)).await?;
        Ok(row)
    }

    /// Ends a session of a token, unless it has ended meanwhile.
    pub(crate) async fn end_session(&mut self, digest: &str, token: &TokenRow) -> Result<(), Error> {
        if forget(self.connection(), digest).await? {
            self.audit(Event::of_session(Action::SessionEnded, token, Value::Null)).await?;
        }
        Ok(())
    }
}
