//! `control-plane republish`: a new epoch, and ledger and KV rebuilt from the database.
//!
//! What the ledger's old epoch holds as revoked stays revoked: the ledger names it, and it is
//! revoked here too, through ordinary changes that the publisher brings to the edge. One that was
//! interrupted goes on where it was, unless a change has been made meanwhile that its snapshot lacks.

use crate::app::App;
use crate::error::Error;
use crate::publisher::{Agreement, EdgeClient, kv_writes};
use crate::store::republishes::SnapshotId;
use crate::store::{Actor, TokenRow, changes, republishes, sessions, tokens, workspaces};
use anyhow::{Context, ensure};
use shared::digest::Digest;
use shared::ledger::{Format, Position, Reserve, Snapshot, SnapshotAnswer, TokenRecord};
use shared::limits::{BATCH_MAX, SNAPSHOT_PART_MAX};
use std::collections::BTreeSet;
use std::time::Duration;

/// What a run says that another one has overtaken.
const TAKEN_OVER: &str = "another republish of this workspace has begun meanwhile; wait for it to end";

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
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// So many tokens of all are in the new snapshot.
    Ledger {
        /// Tokens that are done.
        done: usize,
        /// Tokens of the workspace.
        of: usize,
    },
    /// The snapshot is in force, and these tokens were revoked, since the ledger knew them as revoked or replaced.
    InForce {
        /// Their public ids.
        revoked: Vec<String>,
    },
    /// KV has so many tokens of all.
    Kv {
        /// Tokens that are done.
        done: usize,
        /// Tokens of the workspace.
        of: usize,
    },
}

/// Which workspaces to republish: all of them; after a run that was interrupted those that it has left, and whichever
/// does not agree with its ledger: the database may be a backup that was made during a republish.
///
/// # Errors
/// If the edge or the database is out of reach.
pub async fn chosen(app: &App, edge: &EdgeClient) -> anyhow::Result<Vec<String>> {
    let mut connection = app.store.connection().await?;
    let all = workspaces::ids(&mut connection).await?;
    let left = republishes::all(&mut connection).await?;
    if left.is_empty() {
        republishes::begin_all(&mut connection, app.clock.now()).await?;
        return Ok(all);
    }
    drop(connection);
    let left: BTreeSet<_> = left.into_iter().map(|row| row.workspace_id).collect();
    let mut chosen = Vec::new();
    for id in all {
        if left.contains(&id) || !agrees(app, edge, &id).await? {
            chosen.push(id);
        }
    }
    Ok(chosen)
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
    let in_force = match begun.snapshot().filter(|_| begun.kv_after.is_some()) {
        Some(snapshot) if agrees(app, edge, workspace_id).await? => InForce { snapshot, revoked: Vec::new() },
        _ => put_in_force(app, edge, workspace_id, &report).await?,
    };
    let InForce { snapshot, revoked } = in_force;
    let tokens = write_kv(app, edge, workspace_id, snapshot, report).await?;
    republishes::end(&mut *app.store.connection().await?, workspace_id, snapshot.epoch).await?;
    Ok(Republished { epoch: snapshot.epoch, tokens, revoked })
}

/// Whether the ledger has our history.
async fn agrees(app: &App, edge: &EdgeClient, workspace_id: &str) -> anyhow::Result<bool> {
    let position = edge.status(workspace_id).await?.position;
    Ok(matches!(app.publisher.compare(workspace_id, position).await, Ok(Agreement::Agrees(_))))
}

/// A snapshot that has taken over.
struct InForce {
    snapshot: SnapshotId,
    revoked: Vec<String>,
}

/// Sends a snapshot, and revokes here what the ledger knew as revoked or replaced.
async fn put_in_force(
    app: &App,
    edge: &EdgeClient,
    workspace_id: &str,
    report: impl Fn(Progress),
) -> anyhow::Result<InForce> {
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
    let snapshot = SnapshotId { epoch: position.epoch, version: position.head.version };
    let revoked = settle(app, workspace_id, snapshot, &answer.still_revoked).await?;
    report(Progress::InForce { revoked: revoked.clone() });
    Ok(InForce { snapshot, revoked })
}

/// Every token as of one moment.
struct FullSnapshot {
    position: Position,
    rows: Vec<TokenRow>,
}

/// The snapshot that was being sent, if nothing has changed since.
async fn resume(app: &App, workspace_id: &str) -> anyhow::Result<Option<FullSnapshot>> {
    // The workspace's row stays locked meanwhile, so that no change comes between.
    let mut locked = app.store.lock(workspace_id, Actor::operator("republish"), &*app.clock).await?;
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
    let mut locked = app.store.lock(workspace_id, Actor::operator("republish"), &*app.clock).await?;
    let own = locked.workspace.position().map_err(Error::from)?;
    ensure!(own.epoch < epoch, "another republish has begun epoch {} meanwhile; wait for it to end", own.epoch);
    let rows = tokens::all(locked.connection(), workspace_id).await?;
    let position = Position { epoch, head: own.head };
    workspaces::set_epoch(locked.connection(), workspace_id, epoch).await?;
    republishes::set_snapshot(locked.connection(), workspace_id, position).await?;
    // In a restored backup they may be of people who have signed out since.
    sessions::forget_all(locked.connection(), workspace_id).await?;
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

/// Revokes in the database what the ledger knew as revoked or replaced, and ends the conflict: from here on changes are
/// published again, while KV is being written.
async fn settle(
    app: &App,
    workspace_id: &str,
    snapshot: SnapshotId,
    digests: &[Digest],
) -> anyhow::Result<Vec<String>> {
    let mut locked = app.store.lock(workspace_id, Actor::operator("republish"), &*app.clock).await?;
    let mut rows = Vec::new();
    for digest in digests {
        rows.extend(tokens::by_digest(locked.connection(), digest).await?.filter(|row| row.revoked_at.is_none()));
    }
    // In the order in which other transactions take many rows.
    rows.sort_unstable_by(|left, right| left.id.cmp(&right.id));
    let mut revoked = Vec::new();
    for row in rows {
        revoked.push(locked.revoke(row).await?.id);
    }
    workspaces::set_conflict(locked.connection(), workspace_id, None).await?;
    let is_ours = republishes::set_kv_after(locked.connection(), workspace_id, snapshot.epoch, "").await?;
    ensure!(is_ours, TAKEN_OVER);
    locked.commit().await?;
    Ok(revoked)
}

/// Writes KV for every token from where it stands, in the order of their ids. Returns how many there are.
async fn write_kv(
    app: &App,
    edge: &EdgeClient,
    workspace_id: &str,
    snapshot: SnapshotId,
    report: impl Fn(Progress),
) -> anyhow::Result<usize> {
    let mut connection = app.store.connection().await?;
    let begun = republishes::get(&mut connection, workspace_id).await?.unwrap_or_default();
    let mut after = begun.kv_after.unwrap_or_default();
    let (mut done, of) = tokens::count_up_to(&mut connection, workspace_id, &after).await?;
    drop(connection);
    loop {
        // Each batch as it is when its turn comes: what changes meanwhile must not be written back.
        let rows = tokens::after(&mut *app.store.connection().await?, workspace_id, &after, BATCH_MAX).await?;
        let Some(last) = rows.last() else { return Ok(done) };
        after = last.id.clone();
        edge.write_kv(&kv_writes(&rows, app.clock.now())?).await?;
        let digests = rows.iter().map(TokenRow::digest).collect::<Result<Vec<_>, _>>().map_err(Error::from)?;
        let mut connection = app.store.connection().await?;
        changes::set_replicated(&mut connection, workspace_id, snapshot.version, &digests, app.clock.now()).await?;
        let is_ours = republishes::set_kv_after(&mut connection, workspace_id, snapshot.epoch, &after).await?;
        ensure!(is_ours, TAKEN_OVER);
        done += rows.len();
        report(Progress::Kv { done, of: of.max(done) });
    }
}
