//! When tokens were used on the control plane itself. The edge tells of all other uses.
//!
//! A request leaves a note in memory and goes on. Once in a minute, and before the process ends, the notes are written
//! down, one for each token, as ledgers do it.

use crate::store::{Store, tokens};
use shared::id::TokenId;
use shared::timestamp::Timestamp;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The last use of each token since the notes were written down.
#[derive(Debug, Default)]
pub struct Uses(Mutex<HashMap<TokenId, Timestamp>>);

impl Uses {
    /// Notes that a token was used.
    pub(crate) fn note(&self, id: &TokenId, at: Timestamp) {
        let mut notes = self.notes();
        let last = notes.entry(id.clone()).or_insert(at);
        *last = at.max(*last);
    }

    /// Writes the notes down. If that fails they are kept for the next time.
    pub(crate) async fn write_down(&self, store: &Store) -> Result<(), sqlx::Error> {
        let used: Vec<_> = std::mem::take(&mut *self.notes()).into_iter().collect();
        let written = tokens::set_last_used(store, &used).await;
        if written.is_err() {
            used.iter().for_each(|(id, at)| self.note(id, *at));
        }
        written
    }

    fn notes(&self) -> MutexGuard<'_, HashMap<TokenId, Timestamp>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
