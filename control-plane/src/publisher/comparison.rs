//! Compares every ledger with the database once, at start. A database that went back, restored from a backup or by a
//! failover, may have nothing left to publish, and would say nothing of it until the next change.

use super::step::{Agreement, LOST_EVERYTHING, StepError};
use super::{BACKOFF, Publisher};
use crate::store::workspaces;
use futures_util::stream::{self, StreamExt};
use std::sync::Arc;
use tokio::time::sleep;

/// How many ledgers are asked at the same time.
const ASKED_AT_ONCE: usize = 16;

impl Publisher {
    /// Asks every ledger until it has answered.
    pub(super) async fn compare_all(self: Arc<Self>) {
        let mut pause = BACKOFF.0;
        let mut left = None;
        loop {
            match self.compare_those(left.take()).await {
                Ok(those) if those.is_empty() => return,
                Ok(those) => left = Some(those),
                Err(why) => tracing::error!("cannot look for workspaces, trying again until it works: {why}"),
            }
            sleep(pause).await;
            pause = (pause * 2).min(BACKOFF.1);
        }
    }

    /// Asks the ledgers of these workspaces, or of all. Returns those that gave no answer.
    async fn compare_those(&self, ids: Option<Vec<String>>) -> Result<Vec<String>, sqlx::Error> {
        let ids = match ids {
            Some(ids) => ids,
            None => workspaces::ids(&mut *self.store.connection().await?).await?,
        };
        let compared = stream::iter(ids).map(|id| async move { self.compare_one(&id).await.is_err().then_some(id) });
        Ok(compared.buffer_unordered(ASKED_AT_ONCE).filter_map(|left| async move { left }).collect().await)
    }

    /// Notes a conflict, if there is one.
    async fn compare_one(&self, id: &str) -> Result<(), StepError> {
        // Read before: while the ledger is asked, a new one may be initialised.
        let row = workspaces::get(&mut *self.store.connection().await?, id).await?;
        let was_initialised = row.is_some_and(|row| row.initialised_at.is_some());
        let status = self.edge.status(id).await?;
        match self.compare(id, status.position).await {
            Ok(Agreement::Conflict(why)) => self.conflict(id, &why).await.map(drop),
            Ok(Agreement::Uninitialised) if was_initialised => self.conflict(id, LOST_EVERYTHING).await.map(drop),
            Ok(Agreement::Agrees(_) | Agreement::Uninitialised) | Err(StepError::RepublishUnfinished { .. }) => Ok(()),
            Err(why) => Err(why),
        }
    }
}
