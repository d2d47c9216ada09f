//! One instance of a ledger.

use super::messages::{
    Format, Grant, Publish, PublishAnswer, Renewal, RenewalAnswer, Snapshot, SnapshotAnswer, Standing, WantedRecord,
};
use super::storage::LedgerStorage;
use super::window::{PlannedWindow, StoredWindow};
use super::{Position, StagedSnapshot};
use crate::limits::{CHANGED_MAX, IDLE_MS, LEASE_MS_MAX, margin_ms, window_ms};
use crate::timestamp::Timestamp;
use alloc::vec::Vec;

/// What one instance knows besides storage. Lost with the instance, which is why a new one
/// waits for what the old one may have given away.
#[derive(Debug, Clone)]
pub struct Ledger {
    lease_ms: u64,
    /// Until when rights that earlier instances gave away may live, margin included.
    inherited_until: Timestamp,
    /// End of the window in which this instance may answer.
    window_ends: Option<Timestamp>,
    longest_lease_ms: u64,
    last_grant: Option<Timestamp>,
}

impl Ledger {
    /// An instance that takes over now.
    ///
    /// `stored` must have been read after a confirmed write of this very instance: then no
    /// other instance can have added to it since.
    #[must_use]
    pub fn new(lease_ms: u64, stored: Option<StoredWindow>, now: Timestamp) -> Self {
        Self {
            lease_ms: lease_ms.min(LEASE_MS_MAX),
            inherited_until: stored.map_or(Timestamp(0), |window| window.inherited_until(now)),
            window_ends: None,
            longest_lease_ms: 0,
            last_grant: None,
        }
    }

    /// Applies what follows the head, passes over what is there already, and says where the
    /// ledger stands and how long to wait. A hole, another epoch or another history changes nothing.
    ///
    /// # Errors
    /// If storage fails.
    pub fn publish<S: LedgerStorage>(
        &self,
        storage: &mut S,
        message: &Publish,
        now: Timestamp,
    ) -> Result<PublishAnswer, S::Error> {
        if let Some(position) = storage.position()?.filter(|position| position.epoch == message.epoch) {
            apply_following(storage, position, message)?;
        }
        Ok(PublishAnswer { format: Format, position: storage.position()?, wait_ms: self.wait_ms(now) })
    }

    /// Loads a part of a snapshot beside the records in force. The last part puts it in force.
    ///
    /// An epoch that is not greater than the ledger's is refused: the answer's position tells.
    /// A part out of order changes nothing: the answer tells which should come.
    ///
    /// # Errors
    /// If storage fails.
    pub fn snapshot<S: LedgerStorage>(
        &self,
        storage: &mut S,
        message: &Snapshot,
        now: Timestamp,
    ) -> Result<SnapshotAnswer, S::Error> {
        let mut next_part = message.parts;
        if storage.position()?.is_none_or(|position| position.epoch < message.position.epoch) {
            next_part = stage_following(storage, message)?;
            if next_part == message.parts {
                storage.adopt(message.position)?;
            }
        }
        let position = storage.position()?;
        let took_over = position.is_some_and(|position| position.epoch == message.position.epoch);
        let still_revoked = if took_over { storage.held_over()? } else { Vec::new() };
        Ok(SnapshotAnswer { format: Format, position, next_part, still_revoked, wait_ms: self.wait_ms(now) })
    }

    /// Whether a window should be opened before renewals are answered: less than half of one is left.
    #[must_use]
    pub fn wants_window(&self, now: Timestamp) -> bool {
        self.window_ends.is_none_or(|ends| ends.ms_since(now) <= window_ms(self.lease_ms) / 2)
    }

    /// Plans a window from now. Its [`PlannedWindow::stored`] has to be written and the write
    /// confirmed before [`Ledger::open_window`].
    pub fn plan_window(&self, now: Timestamp) -> PlannedWindow {
        let new_ms = window_ms(self.lease_ms);
        let earlier_ms = self.window_ends.map_or(0, |ends| ends.ms_since(now));
        let alive_ms = new_ms.max(earlier_ms).max(self.inherited_until.ms_since(now));
        PlannedWindow { ends: now.plus_ms(new_ms), stored: StoredWindow { alive_ms, at: now } }
    }

    /// Opens a planned window, whose write was confirmed.
    pub fn open_window(&mut self, planned: PlannedWindow) {
        self.window_ends = self.window_ends.max(Some(planned.ends));
    }

    /// Answers an isolate, in one step.
    ///
    /// # Errors
    /// If storage fails.
    pub fn renew<S: LedgerStorage>(
        &mut self,
        storage: &S,
        message: &Renewal,
        now: Timestamp,
    ) -> Result<RenewalAnswer, S::Error> {
        let Some(position) = storage.position()? else {
            return Ok(RenewalAnswer::Uninitialised);
        };
        let Some(left_ms) = self.window_ends.map(|ends| ends.ms_since(now)).filter(|left_ms| *left_ms > 0) else {
            return Ok(RenewalAnswer::NoWindow);
        };
        let lease_ms = self.lease_ms.min(left_ms);
        let grant = grant(storage, position, message, lease_ms)?;
        self.note_grant(lease_ms, now);
        Ok(RenewalAnswer::Granted(grant))
    }

    fn note_grant(&mut self, lease_ms: u64, now: Timestamp) {
        let before_ms = if self.is_idle(now) { 0 } else { self.longest_lease_ms };
        self.longest_lease_ms = before_ms.max(lease_ms);
        self.last_grant = Some(now);
    }

    fn is_idle(&self, now: Timestamp) -> bool {
        self.last_grant.is_none_or(|at| now.ms_since(at) > IDLE_MS)
    }

    /// How long, from now, the oldest right to remember something older may live, in milliseconds.
    fn wait_ms(&self, now: Timestamp) -> u64 {
        let own_ms = match self.longest_lease_ms {
            0 => 0,
            _ if self.is_idle(now) => 0,
            lease_ms => lease_ms + margin_ms(lease_ms),
        };
        own_ms.max(self.inherited_until.ms_since(now))
    }
}

fn apply_following<S: LedgerStorage>(storage: &mut S, from: Position, message: &Publish) -> Result<(), S::Error> {
    let mut head = from.head;
    for change in &message.changes {
        if change.version <= head.version {
            continue;
        }
        if change.version != head.version + 1 || change.previous != head.hash {
            return Ok(());
        }
        storage.apply(change)?;
        head = change.head();
    }
    Ok(())
}

/// Stages the part if it is the one that comes next, and says which comes then.
fn stage_following<S: LedgerStorage>(storage: &mut S, message: &Snapshot) -> Result<u64, S::Error> {
    let same = |staged: &StagedSnapshot| staged.position == message.position;
    let expected = storage.staged()?.filter(same).map_or(0, |staged| staged.next_part);
    if message.part != 0 && message.part != expected {
        return Ok(expected);
    }
    storage.stage(message)?;
    Ok(message.part + 1)
}

fn grant<S: LedgerStorage>(
    storage: &S,
    position: Position,
    message: &Renewal,
    lease_ms: u64,
) -> Result<Grant, S::Error> {
    let version = position.head.version;
    let wanted = |digest| Ok(WantedRecord { digest, record: storage.record(&digest)? });
    let wanted = message.want.iter().copied().map(wanted).collect::<Result<_, S::Error>>()?;
    let known = message.standing.filter(|standing| standing.epoch == position.epoch && standing.version <= version);
    let changed = match known {
        Some(Standing { version: since, .. }) => storage.changed_since(since, CHANGED_MAX + 1)?,
        None => Vec::new(),
    };
    let too_many = changed.len() > CHANGED_MAX;
    let forget_everything = too_many || (known.is_none() && message.standing.is_some());
    Ok(Grant {
        format: Format,
        epoch: position.epoch,
        since: known.map_or(version, |standing| standing.version),
        version,
        lease_ms,
        wanted,
        changed: if too_many { Vec::new() } else { changed },
        forget_everything,
    })
}
