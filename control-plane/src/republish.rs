//! `control-plane republish`: a new epoch, and ledger and KV rebuilt from the database.
//!
//! What the ledger's old epoch holds as revoked stays revoked: the ledger names it, and it is
//! revoked here too, through ordinary changes that the publisher brings to the edge. One that was
//! interrupted goes on where it was, unless a change has been made meanwhile that its snapshot lacks.

use crate::app::App;
use crate::error::Error;
use crate::publisher::{Agreement, EdgeClient, kv_writes};
use crate::store::{Actor, TokenRow, changes, republishes, tokens, workspaces};
use anyhow::{Context, ensure};
use shared::digest::Digest;
use shared::ledger::{Format, Position, Reserve, Snapshot, SnapshotAnswer, TokenRecord};
use shared::limits::{BATCH_MAX, SNAPSHOT_PART_MAX};
use std::time::Duration;

/// What a republish did.
#[derive(Debug)]
pub struct Republished {
    /// The new epoch.
    pub epoch: u64,
    /// How many tokens ledger and KV were rebuilt with.
    pub tokens: usize,
    /// Public ids of tokens that were revoked because the ledger knew them as revoked.
    pub revoked: Vec<String>,
}

/// How far a republish has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// So many tokens of all are in the new snapshot.
    Ledger {
        /// Tokens that are done.
        done: usize,
        /// Tokens of the workspace.
        of: usize,
    },
    /// KV has so many tokens of all.
    Kv {
        /// Tokens that are done.
        done: usize,
        /// Tokens of the workspace.
        of: usize,
    },
}

/// Rebuilds ledger and KV of a workspace, or goes on with it.
///
/// # Errors
/// If the edge or the database is out of reach. It can be run again.
pub async fn republish(
    app: &App,
    edge: &EdgeClient,
    workspace_id: &str,
    report: impl Fn(Progress),
) -> anyhow::Result<Republished> {
    let mut connection = app.store.connection().await?;
    republishes::begin(&mut connection, workspace_id, app.clock.now()).await?;
    let begun = republishes::get(&mut connection, workspace_id).await?.unwrap_or_default();
    drop(connection);
    let in_force = begun.kv_after.is_some() && is_in_force(app, edge, workspace_id).await?;
    let revoked = if in_force { Vec::new() } else { put_in_force(app, edge, workspace_id, &report).await? };
    let tokens = write_kv(app, edge, workspace_id, report).await?;
    let mut connection = app.store.connection().await?;
    // Last: until here it has to be run again if it fails.
    workspaces::set_conflict(&mut connection, workspace_id, None).await?;
    republishes::end(&mut connection, workspace_id).await?;
    let epoch = workspaces::get(&mut connection, workspace_id).await?.map_or(0, |row| row.epoch.cast_unsigned());
    Ok(Republished { epoch, tokens, revoked })
}

/// Whether the ledger has our history. The database may be a backup that was made during a republish.
async fn is_in_force(app: &App, edge: &EdgeClient, workspace_id: &str) -> anyhow::Result<bool> {
    let position = edge.status(workspace_id).await?.position;
    Ok(matches!(app.publisher.compare(workspace_id, position).await?, Agreement::Agrees(_)))
}

/// Sends a snapshot, and revokes here what the ledger knew as revoked. Returns the ids of those.
async fn put_in_force(
    app: &App,
    edge: &EdgeClient,
    workspace_id: &str,
    report: impl Fn(Progress),
) -> anyhow::Result<Vec<String>> {
    let resumed = match resume(app, workspace_id).await? {
        Some(snapshot) => send_snapshot(edge, workspace_id, &snapshot, &report).await?,
        None => None,
    };
    let (position, answer) = match resumed {
        Some(in_force) => in_force,
        None => {
            let snapshot = begin(app, edge, workspace_id).await?;
            let sent = send_snapshot(edge, workspace_id, &snapshot, &report).await?;
            sent.context("the snapshot did not take over; run republish again")?
        }
    };
    tokio::time::sleep(Duration::from_millis(answer.wait_ms)).await;
    let now = app.clock.now();
    let mut connection = app.store.connection().await?;
    workspaces::set_initialised(&mut connection, workspace_id, now).await?;
    changes::set_acknowledged(&mut connection, workspace_id, position.head.version, now).await?;
    drop(connection);
    let revoked = revoke_held_over(app, workspace_id, &answer.still_revoked).await?;
    republishes::set_kv_after(&mut *app.store.connection().await?, workspace_id, "").await?;
    Ok(revoked)
}

/// Every token as of one moment.
struct FullSnapshot {
    position: Position,
    rows: Vec<TokenRow>,
}

/// The snapshot that was being sent, if nothing has changed since.
async fn resume(app: &App, workspace_id: &str) -> anyhow::Result<Option<FullSnapshot>> {
    // The workspace's row stays locked meanwhile, so that no change comes between.
    let mut locked = app.store.lock(workspace_id, Actor::operator("republish"), app.clock.now()).await?;
    let position = locked.workspace.position().map_err(Error::from)?;
    let begun = republishes::get(locked.connection(), workspace_id).await?;
    if begun.is_none_or(|begun| !begun.is_at(position)) {
        return Ok(None);
    }
    let rows = tokens::all(locked.connection(), workspace_id).await?;
    Ok(Some(FullSnapshot { position, rows }))
}

/// Reserves an epoch, and reads every token as of one moment.
async fn begin(app: &App, edge: &EdgeClient, workspace_id: &str) -> anyhow::Result<FullSnapshot> {
    let workspace = workspaces::get(&mut *app.store.connection().await?, workspace_id).await?;
    let known = workspace.map_or(0, |workspace| workspace.epoch.cast_unsigned());
    let epoch = edge.reserve(workspace_id, &Reserve { format: Format, epoch: known }).await?.epoch;
    // The workspace's row stays locked meanwhile, so that no change comes between.
    let mut locked = app.store.lock(workspace_id, Actor::operator("republish"), app.clock.now()).await?;
    let own = locked.workspace.position().map_err(Error::from)?;
    ensure!(own.epoch < epoch, "another republish has begun epoch {} meanwhile; wait for it to end", own.epoch);
    let rows = tokens::all(locked.connection(), workspace_id).await?;
    let position = Position { epoch, head: own.head };
    workspaces::set_epoch(locked.connection(), workspace_id, epoch).await?;
    republishes::set_snapshot(locked.connection(), workspace_id, position).await?;
    locked.commit().await?;
    Ok(FullSnapshot { position, rows })
}

/// Sends the parts that the ledger asks for; none if it takes this snapshot no more. The last part is sent first: the
/// answer tells what the ledger has already.
async fn send_snapshot(
    edge: &EdgeClient,
    workspace_id: &str,
    snapshot: &FullSnapshot,
    report: impl Fn(Progress),
) -> anyhow::Result<Option<(Position, SnapshotAnswer)>> {
    let (position, of) = (snapshot.position, snapshot.rows.len());
    let records = snapshot.rows.iter().map(token_record).collect::<Result<Vec<_>, _>>()?;
    let chunks: Vec<_> = if records.is_empty() { vec![&[][..]] } else { records.chunks(SNAPSHOT_PART_MAX).collect() };
    let (parts, mut part) = (chunks.len(), chunks.len() - 1);
    // One answer for each part, and the one that tells where to begin.
    for _ in 0..=parts {
        let Some(chunk) = chunks.get(part) else { return Ok(None) };
        let (part_number, parts) = (part as u64, parts as u64);
        let message = Snapshot { format: Format, position, part: part_number, parts, records: chunk.to_vec() };
        let answer = edge.snapshot(workspace_id, &message).await?;
        part = usize::try_from(answer.next_part).unwrap_or(usize::MAX);
        report(Progress::Ledger { done: part.saturating_mul(SNAPSHOT_PART_MAX).min(of), of });
        if answer.position == Some(position) {
            return Ok(Some((position, answer)));
        }
    }
    Ok(None)
}

fn token_record(row: &TokenRow) -> Result<TokenRecord, Error> {
    Ok(TokenRecord { digest: row.digest()?, record: row.record()? })
}

/// Revokes in the database what the ledger knew as revoked.
async fn revoke_held_over(app: &App, workspace_id: &str, digests: &[Digest]) -> Result<Vec<String>, Error> {
    let mut locked = app.store.lock(workspace_id, Actor::operator("republish"), app.clock.now()).await?;
    let mut revoked = Vec::new();
    for digest in digests {
        let row = tokens::by_digest(locked.connection(), digest).await?;
        if let Some(row) = row.filter(|row| row.revoked_at.is_none()) {
            revoked.push(locked.revoke(row).await?.id);
        }
    }
    locked.commit().await?;
    Ok(revoked)
}

/// Writes KV for every token from where it stands, in the order of their ids. Returns how many there are.
async fn write_kv(
    app: &App,
    edge: &EdgeClient,
    workspace_id: &str,
    report: impl Fn(Progress),
) -> anyhow::Result<usize> {
    let mut connection = app.store.connection().await?;
    let begun = republishes::get(&mut connection, workspace_id).await?.unwrap_or_default();
    let rows = tokens::all(&mut connection, workspace_id).await?;
    drop(connection);
    let (up_to, after) = (begun.version.unwrap_or_default().cast_unsigned(), begun.kv_after.unwrap_or_default());
    let mut done = rows.partition_point(|row| row.id <= after);
    for chunk in rows.get(done..).unwrap_or_default().chunks(BATCH_MAX) {
        edge.write_kv(&kv_writes(chunk, app.clock.now())?).await?;
        let digests = chunk.iter().map(TokenRow::digest).collect::<Result<Vec<_>, _>>().map_err(Error::from)?;
        let mut connection = app.store.connection().await?;
        changes::set_replicated(&mut connection, workspace_id, up_to, &digests, app.clock.now()).await?;
        let last = chunk.last().map_or("", |row| &row.id);
        republishes::set_kv_after(&mut connection, workspace_id, last).await?;
        done += chunk.len();
        report(Progress::Kv { done, of: rows.len() });
    }
    Ok(rows.len())
}
