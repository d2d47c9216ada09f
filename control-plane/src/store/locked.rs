//! The one way to change a token: in a transaction that holds the workspace's row, together
//! with the change's row in the log.

use super::{Corrupt, Store, TokenRow, Transaction, WorkspaceRow, tokens};
use crate::error::Error;
use shared::change::{Change, Head};
use shared::timestamp::Timestamp;
use sqlx::AnyConnection;

/// What kind of change it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A token that nobody knew before: effective as soon as ledger and KV have it.
    Create,
    /// Anything else: effective when nobody remembers what was before.
    Update,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
        }
    }
}

/// A changing transaction: the workspace's row is locked, so changes are numbered in the
/// order of their commits and limits are exact.
pub struct Locked {
    transaction: Transaction,
    /// The workspace as it stood when it was locked.
    pub workspace: WorkspaceRow,
    head: Head,
}

impl Store {
    /// Begins a changing transaction by locking the workspace's row.
    ///
    /// # Errors
    /// If there is no such workspace or the database fails.
    pub(crate) async fn lock(&self, workspace_id: &str) -> Result<Locked, Error> {
        let mut transaction = self.begin().await?;
        let workspace: Option<WorkspaceRow> = sqlx::query_as(
            "UPDATE workspaces SET version = version WHERE id = $1
             RETURNING id, name, plan, epoch, version, hash, initialised_at, conflict",
        )
        .bind(workspace_id)
        .fetch_optional(&mut *transaction)
        .await?;
        let workspace = workspace.ok_or_else(|| Corrupt(format!("there is no workspace {workspace_id}")))?;
        let head = workspace.position()?.head;
        Ok(Locked { transaction, workspace, head })
    }
}

impl Locked {
    /// The connection that sees what this transaction has done.
    pub fn connection(&mut self) -> &mut AnyConnection {
        &mut self.transaction
    }

    /// Keeps a new token together with its change, which gets the next number.
    pub(crate) async fn create(&mut self, mut row: TokenRow, now: Timestamp) -> Result<TokenRow, Error> {
        row.version = self.next_version();
        tokens::insert(self.connection(), &row).await?;
        self.append(Kind::Create, &row, now).await?;
        Ok(row)
    }

    /// Revokes a token.
    pub(crate) async fn revoke(&mut self, mut row: TokenRow, now: Timestamp) -> Result<TokenRow, Error> {
        row.revoked_at = Some(now.0.cast_signed());
        self.change(row, now).await
    }

    /// Renames a token. The edge knows no names, so this is no change there.
    pub(crate) async fn rename(&mut self, row: TokenRow) -> Result<TokenRow, Error> {
        tokens::update(self.connection(), &row).await?;
        Ok(row)
    }

    /// Keeps what a token has become: its row together with its change, which gets the next number.
    pub(crate) async fn change(&mut self, mut row: TokenRow, now: Timestamp) -> Result<TokenRow, Error> {
        row.effective_at = None;
        row.version = self.next_version();
        tokens::update(self.connection(), &row).await?;
        self.append(Kind::Update, &row, now).await?;
        Ok(row)
    }

    const fn next_version(&self) -> i64 {
        self.head.version.cast_signed() + 1
    }

    async fn append(&mut self, kind: Kind, row: &TokenRow, now: Timestamp) -> Result<(), Error> {
        let change = Change {
            version: self.head.version + 1,
            previous: self.head.hash,
            digest: row.digest()?,
            record: row.record()?,
        };
        self.head = change.head();
        sqlx::query(
            "INSERT INTO changes (workspace_id, version, kind, token_id, previous, hash, digest, record, created_at, announced)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0)",
        )
        .bind(&row.workspace_id)
        .bind(row.version)
        .bind(kind.name())
        .bind(&row.id)
        .bind(change.previous.to_hex())
        .bind(self.head.hash.to_hex())
        .bind(&row.digest)
        .bind(serde_json::to_string(&change.record).map_err(|why| Corrupt(why.to_string()))?)
        .bind(now.0.cast_signed())
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    /// Moves the workspace's head to the last change and commits everything.
    pub(crate) async fn commit(mut self) -> Result<(), Error> {
        sqlx::query("UPDATE workspaces SET version = $2, hash = $3 WHERE id = $1")
            .bind(&self.workspace.id)
            .bind(self.head.version.cast_signed())
            .bind(self.head.hash.to_hex())
            .execute(&mut *self.transaction)
            .await?;
        self.transaction.commit().await?;
        Ok(())
    }
}
