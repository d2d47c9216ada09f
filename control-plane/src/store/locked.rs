//! The one way to change anything: in a transaction that holds the workspace's row, together with the change's
//! row in the change log and the event's in the audit log.

use super::audit_events::{Action, Actor, Event};
use super::{Corrupt, Store, TokenRow, Transaction, WorkspaceRow, tokens, workspaces};
use crate::clock::Clock;
use crate::error::Error;
use shared::change::{Change, Head};
use shared::problem::Problem;
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
    /// Number of the last audit event.
    pub(super) audited: i64,
    /// Who changes it.
    pub(super) actor: Actor,
    /// The moment of the whole transaction.
    pub now: Timestamp,
}

impl Store {
    /// Begins a changing transaction by locking the workspace's row.
    ///
    /// # Errors
    /// If there is no such workspace or the database fails.
    pub(crate) async fn lock(&self, workspace_id: &str, actor: Actor, clock: &dyn Clock) -> Result<Locked, Error> {
        let mut transaction = self.begin().await?;
        let workspace = workspaces::lock(&mut transaction, workspace_id).await?;
        let workspace = workspace.ok_or_else(|| Corrupt(format!("there is no workspace {workspace_id}")))?;
        // Not before: there may have been a queue.
        Locked::new(transaction, workspace, actor, clock.now())
    }
}

impl Locked {
    pub(super) fn new(
        transaction: Transaction,
        workspace: WorkspaceRow,
        actor: Actor,
        now: Timestamp,
    ) -> Result<Self, Error> {
        let (head, audited) = (workspace.position()?.head, workspace.audited);
        Ok(Self { transaction, workspace, head, audited, actor, now })
    }

    /// The connection that sees what this transaction has done.
    pub fn connection(&mut self) -> &mut AnyConnection {
        &mut self.transaction
    }

    /// Refuses to give rights while the edge has another history: the database may be a backup, in which tokens live that
    /// are dead, the caller's among them.
    fn check_agreement(&self) -> Result<(), Error> {
        if self.workspace.conflict.is_none() {
            return Ok(());
        }
        let detail = "The edge knows changes of this workspace that the database lacks, as after a restore from a backup. \
                      Nothing was done: until the operator has run `control-plane republish`, tokens can only be revoked.";
        Err(Problem::authority_unavailable().detail(detail).into())
    }

    /// Keeps a new token together with its change, which gets the next number.
    pub(crate) async fn create(&mut self, mut row: TokenRow) -> Result<TokenRow, Error> {
        self.check_agreement()?;
        row.version = self.next_version();
        tokens::insert(self.connection(), &row).await?;
        self.append(Kind::Create, &row).await?;
        self.audit(Event::of_token(Action::TokenCreated, None, &row)).await?;
        Ok(row)
    }

    /// Keeps what a token has become, with what its holder may know of it.
    pub(crate) async fn change(&mut self, before: &TokenRow, after: TokenRow) -> Result<TokenRow, Error> {
        self.check_agreement()?;
        self.update(Action::TokenChanged, before, after).await
    }

    /// Revokes a token.
    pub(crate) async fn revoke(&mut self, before: TokenRow) -> Result<TokenRow, Error> {
        let after = TokenRow { revoked_at: Some(self.now.0.cast_signed()), ..before.clone() };
        self.update(Action::TokenRevoked, &before, after).await
    }

    /// Notes that another token takes this one's place: at once, or when its grace is over.
    pub(crate) async fn supersede(
        &mut self,
        before: &TokenRow,
        by: &str,
        until: Option<Timestamp>,
    ) -> Result<TokenRow, Error> {
        let mut after = TokenRow { superseded_by: Some(by.into()), ..before.clone() };
        match until {
            Some(until) => after.superseded_until = Some(until.0.cast_signed()),
            None => after.revoked_at = Some(self.now.0.cast_signed()),
        }
        self.update(Action::TokenRotated, before, after).await
    }

    /// Keeps what a token has become: its row and, if that concerns the edge, its change, which gets the next number.
    /// The edge knows no names.
    async fn update(&mut self, action: Action, before: &TokenRow, mut after: TokenRow) -> Result<TokenRow, Error> {
        if after.record()? != before.record()? {
            after.effective_at = None;
            after.version = self.next_version();
            self.append(Kind::Update, &after).await?;
        }
        tokens::update(self.connection(), &after).await?;
        self.audit(Event::of_token(action, Some(before), &after)).await?;
        Ok(after)
    }

    const fn next_version(&self) -> i64 {
        self.head.version.cast_signed() + 1
    }

    async fn append(&mut self, kind: Kind, row: &TokenRow) -> Result<(), Error> {
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
        .bind(self.now.0.cast_signed())
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    /// Moves the workspace's head to the last change and commits everything.
    pub(crate) async fn commit(mut self) -> Result<(), Error> {
        sqlx::query("UPDATE workspaces SET version = $2, hash = $3, audited = $4 WHERE id = $1")
            .bind(&self.workspace.id)
            .bind(self.head.version.cast_signed())
            .bind(self.head.hash.to_hex())
            .bind(self.audited)
            .execute(&mut *self.transaction)
            .await?;
        self.transaction.commit().await.map_err(Error::Commit)
    }
}
