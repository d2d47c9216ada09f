//! One step of a job for one workspace: initialise the ledger, send a batch, or write KV.

use super::{EdgeError, Job, Publisher, lock};
use crate::error::Error;
use crate::store::{TokenRow, WorkspaceRow, changes, workspaces};
use shared::change::{Change, Head};
use shared::ledger::{Compared, Format, KvPut, KvWrites, Position, Publish, Snapshot, compare};
use shared::limits::{BATCH_MAX, KV_EXPIRATION_EXTRA_MS, KV_EXPIRATION_S_MAX};
use shared::safeguard::All;
use shared::timestamp::Timestamp;
use std::sync::Arc;
use tokio::time::sleep_until;

/// Why a ledger that was initialised before, and is not now, is a conflict.
pub(crate) const LOST_EVERYTHING: &str = "the ledger has lost everything";

/// Whether there is more to do at once.
pub(super) enum Next {
    GoOn,
    Nothing,
}

/// Why a step has to be tried again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StepError {
    #[error(transparent)]
    Edge(#[from] EdgeError),
    #[error(transparent)]
    Own(#[from] Error),
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    #[error("it takes too long, and is begun anew")]
    TakesTooLong,
    #[error("the ledger is in epoch {ledger}, we are in {ours}: a republish was not finished, run it again")]
    RepublishUnfinished { ledger: u64, ours: u64 },
    #[error("a republish began epoch {ours} and was not finished, run it again")]
    RepublishBegun { ours: i64 },
}

/// What an answer of the ledger means, compared with our own history.
pub(crate) enum Agreement {
    /// It has our history up to here.
    Agrees(u64),
    /// It was never initialised.
    Uninitialised,
    /// It has another history: only republish helps.
    Conflict(String),
}

impl Publisher {
    /// Initialises the ledger or sends it a batch.
    pub(super) async fn publish_step(self: &Arc<Self>, workspace_id: &str) -> Result<Next, StepError> {
        let Some(workspace) = workspaces::get(&mut *self.store.connection().await?, workspace_id).await? else {
            return Ok(Next::Nothing);
        };
        if workspace.conflict.is_some() {
            return Ok(Next::Nothing);
        }
        if workspace.initialised_at.is_none() {
            return self.initialise(&workspace).await;
        }
        match self.next_version(workspace_id).await? {
            Some(version) => self.publish_from(&workspace, version).await,
            None => Ok(Next::Nothing),
        }
    }

    /// The first change that is neither acknowledged nor waiting to be.
    async fn next_version(&self, workspace_id: &str) -> Result<Option<u64>, StepError> {
        let mut connection = self.store.connection().await?;
        let Some(first) = changes::first_not_acknowledged(&mut connection, workspace_id).await? else {
            return Ok(None);
        };
        let published = self.published(&mut connection, workspace_id).await?;
        let next = first.max(published.map_or(0, |published| published.head.version) + 1);
        let row = changes::hash_at(&mut connection, workspace_id, next).await?;
        Ok(row.map(|_| next))
    }

    /// Sends the batch that starts at a version; a hole tells where to start instead.
    async fn publish_from(self: &Arc<Self>, workspace: &WorkspaceRow, mut version: u64) -> Result<Next, StepError> {
        loop {
            let batch =
                changes::from_version(&mut *self.store.connection().await?, &workspace.id, version, BATCH_MAX).await?;
            let last = batch.last().map(Change::head);
            let epoch = workspace.epoch.cast_unsigned();
            let answer = self.edge.publish(&workspace.id, &Publish { format: Format, epoch, changes: batch }).await?;
            match self.compare(&workspace.id, answer.position).await? {
                Agreement::Agrees(head) if head + 1 < version => version = head + 1,
                // It took nothing of what follows its own position. Asking again at once would go on for ever.
                Agreement::Agrees(head) if head < version => {
                    let why = format!("the ledger was sent version {version} and stays at {head}");
                    return Err(EdgeError::Nonsense(why).into());
                }
                Agreement::Agrees(_) => {
                    // The ledger may be further than what was sent, by another process.
                    let reached = answer.position.map(|position| position.head).into_iter().chain(last);
                    if let Some(head) = reached.min_by_key(|head| head.version) {
                        self.acknowledge_after(&workspace.id, head, answer);
                    }
                    self.start(&workspace.id, Job::Replicate);
                    return Ok(Next::GoOn);
                }
                Agreement::Uninitialised => {
                    return self.conflict(&workspace.id, LOST_EVERYTHING).await;
                }
                Agreement::Conflict(why) => return self.conflict(&workspace.id, &why).await,
            }
        }
    }

    /// Reads our own history after the answer came, since another process may have published meanwhile.
    pub(crate) async fn compare(&self, workspace_id: &str, position: Option<Position>) -> Result<Agreement, StepError> {
        let Some(Position { epoch, head }) = position else {
            return Ok(Agreement::Uninitialised);
        };
        let mut connection = self.store.connection().await?;
        let ours = workspaces::get(&mut connection, workspace_id).await?.map_or(0, |row| row.epoch.cast_unsigned());
        let hash = match head.version {
            0 => Some(Head::GENESIS.hash),
            version => changes::hash_at(&mut connection, workspace_id, version).await?,
        };
        let version = head.version;
        Ok(match compare::<All>(Position { epoch, head }, ours, hash) {
            Compared::Agrees(version) => Agreement::Agrees(version),
            Compared::OlderEpoch => return Err(StepError::RepublishUnfinished { ledger: epoch, ours }),
            Compared::NewerEpoch => {
                Agreement::Conflict(format!("the ledger is in epoch {epoch}, the database in {ours}"))
            }
            Compared::Differs => Agreement::Conflict(format!("the histories differ at version {version}")),
            Compared::Ahead => {
                Agreement::Conflict(format!("the ledger is at version {version}, which the database lacks"))
            }
        })
    }

    pub(super) async fn conflict(&self, workspace_id: &str, why: &str) -> Result<Next, StepError> {
        tracing::error!(
            workspace = workspace_id,
            "CONFLICT, nothing of it is published any more: {why}. If the database was restored \
             from a backup, run `control-plane republish`."
        );
        workspaces::set_conflict(&mut *self.store.connection().await?, workspace_id, Some(why)).await?;
        // What was published belongs to a history that is not ours.
        lock(&self.published).remove(workspace_id);
        Ok(Next::Nothing)
    }

    /// Initialises the ledger of a new workspace: the empty history of its first epoch. A later epoch only ever begins
    /// with a snapshot of everything: an empty one would take every token away until all changes are sent again.
    async fn initialise(&self, workspace: &WorkspaceRow) -> Result<Next, StepError> {
        let position = Position::FIRST;
        if workspace.epoch.cast_unsigned() > position.epoch {
            return Err(StepError::RepublishBegun { ours: workspace.epoch });
        }
        let snapshot = Snapshot { format: Format, position, part: 0, parts: 1, records: Vec::new() };
        let answer = self.edge.snapshot(&workspace.id, &snapshot).await?;
        match self.compare(&workspace.id, answer.position).await? {
            Agreement::Agrees(_) => {
                let mut connection = self.store.connection().await?;
                workspaces::set_initialised(&mut connection, &workspace.id, self.clock.now()).await?;
                Ok(Next::GoOn)
            }
            Agreement::Uninitialised => Err(EdgeError::Nonsense("a snapshot did not take over".into()).into()),
            Agreement::Conflict(why) => self.conflict(&workspace.id, &why).await,
        }
    }

    /// Brings KV up to date with what the ledger has. Only creates wait for it.
    pub(super) async fn replicate_step(&self, workspace_id: &str) -> Result<Next, StepError> {
        let mut connection = self.store.connection().await?;
        let published = self.published(&mut connection, workspace_id).await?;
        // Read first: what is committed from here on is for the next step.
        let committed = workspaces::get(&mut connection, workspace_id).await?.map_or(0, |row| row.version);
        let up_to = match changes::first_not_acknowledged(&mut connection, workspace_id).await? {
            Some(first) => published.map_or(0, |published| published.head.version).max(first.saturating_sub(1)),
            None => committed.cast_unsigned(),
        };
        let rows = changes::not_replicated(&mut connection, workspace_id, up_to, BATCH_MAX).await?;
        drop(connection);
        if rows.is_empty() {
            return Ok(Next::Nothing);
        }
        let now = self.clock.now();
        self.edge.write_kv(&kv_writes(&rows, now)?).await?;
        if let Some(published) = published {
            sleep_until(published.create_due).await;
        }
        let digests = rows.iter().map(TokenRow::digest).collect::<Result<Vec<_>, _>>().map_err(Error::from)?;
        let (mut connection, now) = (self.store.writing().await?, self.clock.now());
        let made = changes::set_replicated(&mut connection, workspace_id, up_to, &digests, now).await?;
        self.observe_effective(&made, now);
        self.note_progress();
        Ok(Next::GoOn)
    }
}

/// What KV should hold of these tokens: the live ones, until a day after their end.
pub(crate) fn kv_writes(rows: &[TokenRow], now: Timestamp) -> Result<KvWrites, Error> {
    let mut writes = KvWrites { format: Format, puts: Vec::new(), deletes: Vec::new() };
    for row in rows {
        let digest = row.digest()?;
        let ends_at = row.ends_at().map(|at| Timestamp(at.cast_unsigned()));
        let expires = ends_at.map(|at| at.plus_ms(KV_EXPIRATION_EXTRA_MS));
        let is_over = expires.is_some_and(|at| at <= now.plus_ms(KV_EXPIRATION_EXTRA_MS / 2));
        if row.revoked_at.is_some() || is_over {
            writes.deletes.push(digest);
        } else {
            // Whatever lives longer than KV can count stays there until it is revoked; the ledger knows when it is over.
            let expiration_s = expires.map(Timestamp::as_secs).filter(|seconds| *seconds <= KV_EXPIRATION_S_MAX);
            writes.puts.push(KvPut { digest, workspace_id: row.workspace_id()?, expiration_s });
        }
    }
    Ok(writes)
}
