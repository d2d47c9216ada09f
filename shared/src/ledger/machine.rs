//! One instance of a ledger.

use super::load::{Load, LongestLease};
use super::messages::{
    Format, Grant, LedgerStatus, Publish, PublishAnswer, Renewal, RenewalAnswer, Reserve, Reserved, Snapshot,
    SnapshotAnswer, Standing, WantedRecord,
};
use super::storage::LedgerStorage;
use super::uses::Uses;
use super::window::{PlannedWindow, StoredWindow};
use super::{Position, StagedSnapshot};
use crate::change::Head;
use crate::decide::check_alive;
use crate::id::TokenId;
use crate::limits::{CHANGED_MAX, IDLE_MS, margin_ms, window_ms};
use crate::record::{Record, State};
use crate::safeguard::{All, Safeguard, Safeguards, keeps};
use crate::timestamp::Timestamp;
use alloc::vec::Vec;
use core::marker::PhantomData;

/// What one instance knows besides storage. Lost with the instance, which is why a new one
/// waits for what the old one may have given away.
#[derive(Debug, Clone)]
pub struct Ledger<G: Safeguards = All> {
    load: Load,
    /// Until when rights that earlier instances gave away may live, margin included.
    inherited_until: Timestamp,
    /// End of the window in which this instance may answer.
    window_ends: Option<Timestamp>,
    longest_lease: LongestLease,
    uses: Uses,
    /// Renewals that were answered.
    renewals: u64,
    safeguards: PhantomData<G>,
}

impl<G: Safeguards> Ledger<G> {
    /// An instance that takes over now.
    ///
    /// `stored` must have been read after a confirmed write of this very instance: then no
    /// other instance can have added to it since.
    #[must_use]
    pub fn new(lease_ms: u64, stored: Option<StoredWindow>, now: Timestamp) -> Self {
        Self {
            load: Load::new(lease_ms, now),
            inherited_until: stored.map_or(Timestamp(0), |window| window.inherited_until(now)),
            window_ends: None,
            longest_lease: LongestLease::default(),
            uses: Uses::default(),
            renewals: 0,
            safeguards: PhantomData,
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
        let before = storage.position()?;
        if let Some(position) = before.filter(|position| position.epoch == message.epoch) {
            apply_following::<G, S>(storage, position, message)?;
        }
        let position = storage.position()?;
        let waits = position != before || keeps::<G>(Safeguard::WaitAgain);
        let wait_ms = if waits { self.wait_ms(now) } else { 0 };
        Ok(PublishAnswer { format: Format, position, wait_ms, create_wait_ms: self.create_wait_ms(now) })
    }

    /// Reserves an epoch for a republish. Whatever was reserved before takes over no more, however late it arrives: the
    /// database may be a backup that has forgotten it.
    ///
    /// # Errors
    /// If storage fails.
    pub fn reserve<S: LedgerStorage>(&self, storage: &mut S, message: &Reserve) -> Result<Reserved, S::Error> {
        let own = storage.position()?.map_or(0, |position| position.epoch);
        let epoch = own.max(storage.reserved()?).max(message.epoch).saturating_add(1);
        if keeps::<G>(Safeguard::ReservedEpochs) {
            storage.reserve(epoch)?;
        }
        Ok(Reserved { format: Format, epoch })
    }

    /// Loads a part of a snapshot beside the records in force. The last part puts it in force.
    ///
    /// An epoch that was not reserved last, or that is not greater than the ledger's, is refused: the answer's
    /// position tells. Only the first epoch, which begins empty, needs no reservation.
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
        if may_take_over::<G, S>(storage, message.position)? {
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
        self.window_ends.is_none_or(|ends| ends.ms_since(now) <= window_ms(self.load.lease_ms()) / 2)
    }

    /// Plans a window from now. Its [`PlannedWindow::stored`] has to be written and the write
    /// confirmed before [`Ledger::open_window`].
    pub fn plan_window(&self, now: Timestamp) -> PlannedWindow {
        let new_ms = window_ms(self.load.lease_ms());
        let earlier_ms = self.window_ends.map_or(0, |ends| ends.ms_since(now));
        let still_ms = earlier_ms.max(self.inherited_until.ms_since(now));
        let alive_ms = if keeps::<G>(Safeguard::InheritedNeverShrinks) { new_ms.max(still_ms) } else { new_ms };
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
        let initialised = storage.position()?;
        if initialised.is_none() && keeps::<G>(Safeguard::UninitialisedGrantsNothing) {
            return Ok(RenewalAnswer::Uninitialised);
        }
        let lease_ms = match self.window_left_ms(now) {
            Some(left_ms) => self.load.next_lease_ms().min(left_ms),
            None if initialised.is_some() => return Ok(RenewalAnswer::NoWindow),
            None => self.load.lease_ms(),
        };
        let position = initialised.unwrap_or(Position { epoch: 0, head: Head::GENESIS });
        let grant = grant(storage, position, message, lease_ms)?;
        self.longest_lease.note(lease_ms, now, IDLE_MS);
        self.renewals += 1;
        self.note_load(message, &grant, now);
        self.note_use(message, &grant, now);
        Ok(RenewalAnswer::Granted(grant))
    }

    /// How busy this instance is.
    ///
    /// # Errors
    /// If storage fails.
    pub fn status<S: LedgerStorage>(&self, storage: &S, now: Timestamp) -> Result<LedgerStatus, S::Error> {
        Ok(LedgerStatus {
            format: Format,
            position: storage.position()?,
            lease_ms: self.load.lease_ms(),
            renewals: self.renewals,
            wait_ms: self.wait_ms(now),
            now,
        })
    }

    /// Takes the tokens that were used now, so that this can be kept: by the very turn in which they were noted,
    /// since an instance may be gone at any time.
    pub fn take_used(&mut self) -> Vec<TokenId> {
        self.uses.take()
    }

    /// How long a lease may be, in milliseconds; none outside a window.
    fn window_left_ms(&self, now: Timestamp) -> Option<u64> {
        let left_ms = self.window_ends.map_or(0, |ends| ends.ms_since(now));
        let answers = left_ms > 0 || !keeps::<G>(Safeguard::ConfirmedWindow);
        let limited = keeps::<G>(Safeguard::LeaseInsideWindow) && keeps::<G>(Safeguard::ConfirmedWindow);
        answers.then_some(if limited { left_ms } else { u64::MAX })
    }

    /// Counts what a longer lease would have spared: not the questions about tokens that nobody has.
    fn note_load(&mut self, message: &Renewal, grant: &Grant, now: Timestamp) {
        if message.want.is_empty() || grant.wanted.iter().any(|wanted| wanted.record.is_some()) {
            self.load.count(now);
        }
    }

    /// A wanted token counts as used, if it can be.
    fn note_use(&mut self, message: &Renewal, grant: &Grant, now: Timestamp) {
        let wanted = grant.wanted.iter().filter_map(|wanted| wanted.record.as_ref());
        let wanted = wanted.filter(|record| check_alive(record, now).is_ok()).map(|record| &record.token_id);
        wanted.chain(&message.used).for_each(|token_id| self.uses.note(token_id, now));
    }

    /// How long, from now, an instance before this one may go on answering, in milliseconds.
    fn create_wait_ms(&self, now: Timestamp) -> u64 {
        if keeps::<G>(Safeguard::CreatesWaitForReplaced) { self.inherited_until.ms_since(now) } else { 0 }
    }

    /// How long, from now, the oldest right to remember something older may live, in milliseconds.
    fn wait_ms(&self, now: Timestamp) -> u64 {
        let own_ms = match self.longest_lease.ms(now, IDLE_MS) {
            _ if !keeps::<G>(Safeguard::WaitForLeases) => 0,
            0 => 0,
            lease_ms => lease_ms + margin_ms(lease_ms),
        };
        own_ms.max(self.inherited_until.ms_since(now))
    }
}

fn may_take_over<G: Safeguards, S: LedgerStorage>(storage: &S, new: Position) -> Result<bool, S::Error> {
    let is_reserved = storage.reserved()? == new.epoch || !keeps::<G>(Safeguard::ReservedEpochs);
    Ok(match storage.position()? {
        None => is_reserved || new == Position::FIRST,
        Some(old) if keeps::<G>(Safeguard::GrowingEpochs) => is_reserved && new.epoch > old.epoch,
        Some(old) => is_reserved && new != old,
    })
}

fn apply_following<G: Safeguards, S: LedgerStorage>(
    storage: &mut S,
    from: Position,
    message: &Publish,
) -> Result<(), S::Error> {
    let mut head = from.head;
    for change in &message.changes {
        if change.version <= head.version {
            continue;
        }
        let follows = change.previous == head.hash || !keeps::<G>(Safeguard::HashChain);
        if change.version != head.version + 1 || !follows {
            return Ok(());
        }
        let revoked = |record: Record| record.state == State::Revoked;
        if storage.record(&change.digest)?.is_some_and(revoked) {
            storage.pass_over(change)?;
        } else {
            storage.apply(change)?;
        }
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
