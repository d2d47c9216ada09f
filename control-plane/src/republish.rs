//! `control-plane republish`: a new epoch, and ledger and KV rebuilt from the database.
//!
//! What the ledger's old epoch holds as revoked stays revoked: the ledger names it, and it is
//! revoked here too, through ordinary changes that the publisher brings to the edge.

use crate::app::App;
use crate::error::Error;
use crate::publisher::{EdgeClient, EdgeError, kv_writes};
use crate::store::changes;
use crate::store::{Actor, TokenRow, tokens, workspaces};
use anyhow::ensure;
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

/// Rebuilds ledger and KV of a workspace; reports the share that is done, 0 to 1.
///
/// # Errors
/// If the edge or the database is out of reach. It can be run again.
pub async fn republish(
    app: &App,
    edge: &EdgeClient,
    workspace_id: &str,
    report: impl Fn(f64),
) -> anyhow::Result<Republished> {
    let (position, rows) = begin(app, edge, workspace_id).await?;
    let answer = send_snapshot(edge, workspace_id, position, &rows, &report).await?;
    tokio::time::sleep(Duration::from_millis(answer.wait_ms)).await;
    let now = app.clock.now();
    let mut connection = app.store.connection().await?;
    workspaces::set_initialised(&mut connection, workspace_id, now).await?;
    changes::set_acknowledged(&mut connection, workspace_id, position.head.version, now).await?;
    drop(connection);
    let revoked = revoke_held_over(app, workspace_id, &answer.still_revoked).await?;
    write_kv(app, edge, workspace_id, position.head.version).await?;
    // Last: until here it has to be run again if it fails.
    workspaces::set_conflict(&mut *app.store.connection().await?, workspace_id, None).await?;
    Ok(Republished { epoch: position.epoch, tokens: rows.len(), revoked })
}

/// Reserves an epoch, and reads every token as of one moment.
///
/// The workspace's row stays locked meanwhile, so that no change comes between.
async fn begin(app: &App, edge: &EdgeClient, workspace_id: &str) -> anyhow::Result<(Position, Vec<TokenRow>)> {
    let workspace = workspaces::get(&mut *app.store.connection().await?, workspace_id).await?;
    let known = workspace.map_or(0, |workspace| workspace.epoch.cast_unsigned());
    let epoch = edge.reserve(workspace_id, &Reserve { format: Format, epoch: known }).await?.epoch;
    let mut locked = app.store.lock(workspace_id, Actor::operator("republish"), app.clock.now()).await?;
    let own = locked.workspace.position().map_err(Error::from)?;
    ensure!(own.epoch < epoch, "another republish has begun epoch {} meanwhile; wait for it to end", own.epoch);
    let rows = tokens::all(locked.connection(), workspace_id).await?;
    workspaces::set_epoch(locked.connection(), workspace_id, epoch).await?;
    locked.commit().await?;
    Ok((Position { epoch, head: own.head }, rows))
}

async fn send_snapshot(
    edge: &EdgeClient,
    workspace_id: &str,
    position: Position,
    rows: &[TokenRow],
    report: impl Fn(f64),
) -> anyhow::Result<SnapshotAnswer> {
    let records = rows.iter().map(token_record).collect::<Result<Vec<_>, _>>()?;
    let chunks: Vec<_> = if records.is_empty() { vec![&[][..]] } else { records.chunks(SNAPSHOT_PART_MAX).collect() };
    let parts = chunks.len() as u64;
    let mut answer = None;
    for (part, chunk) in (0_u64..).zip(chunks) {
        let message = Snapshot { format: Format, position, part, parts, records: chunk.to_vec() };
        answer = Some(edge.snapshot(workspace_id, &message).await?);
        report((part + 1) as f64 / parts as f64);
    }
    let answer = answer.filter(|answer| answer.position == Some(position));
    Ok(answer.ok_or_else(|| EdgeError::Nonsense("the snapshot did not take over; run republish again".into()))?)
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

async fn write_kv(app: &App, edge: &EdgeClient, workspace_id: &str, up_to: u64) -> anyhow::Result<()> {
    let rows = tokens::all(&mut *app.store.connection().await?, workspace_id).await?;
    for chunk in rows.chunks(BATCH_MAX) {
        edge.write_kv(&kv_writes(chunk, app.clock.now())?).await?;
        let digests = chunk.iter().map(TokenRow::digest).collect::<Result<Vec<_>, _>>().map_err(Error::from)?;
        let mut connection = app.store.connection().await?;
        changes::set_replicated(&mut connection, workspace_id, up_to, &digests, app.clock.now()).await?;
    }
    Ok(())
}
