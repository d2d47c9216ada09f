//! The memory of one isolate, over all workspaces.

use super::clock::Clock;
use super::renewal::{Ask, renewal};
use super::wait::{Answer, Next, Truth, Wait, WaitId, Waits};
use super::workspace::{Fit, Lease, Place, Workspace};
use crate::bounded::{BoundedMap, bounded};
use crate::decide::{Permit, check_alive, decide};
use crate::digest::Digest;
use crate::id::WorkspaceId;
use crate::ledger::{Grant, RenewalAnswer, Standing, WantedRecord};
use crate::limits::{RECORDS_MAX, UNKNOWN_MAX, WORKSPACES_MAX};
use crate::question::Requirement;
use crate::record::Record;
use crate::refusal::Refusal;
use crate::safeguard::{All, Safeguard, Safeguards, keeps};
use crate::timestamp::Timestamp;
use alloc::vec::Vec;
use core::fmt;
use core::hash::Hasher;
use core::marker::PhantomData;
use core::num::NonZeroUsize;

/// How much an isolate remembers at most; what was not needed for longest is forgotten first.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Tokens, over all workspaces.
    pub records: NonZeroUsize,
    /// Digests that are no tokens, over all workspaces.
    pub unknown: NonZeroUsize,
    /// Workspaces.
    pub workspaces: NonZeroUsize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { records: RECORDS_MAX, unknown: UNKNOWN_MAX, workspaces: WORKSPACES_MAX }
    }
}

/// What one isolate remembers.
#[derive(Clone)]
pub struct Isolate<G: Safeguards = All> {
    bounds: Bounds,
    records: DigestMap<Known>,
    unknown: DigestMap<Unknown>,
    workspaces: Vec<Workspace>,
    waits: Waits,
    clock: Clock,
    /// Orders waits and asks, and numbers memories and records.
    sequence: u64,
    safeguards: PhantomData<G>,
}

/// A decision by memory.
#[derive(Debug)]
pub struct Decided<'a> {
    /// The decision.
    pub verdict: Result<Permit<'a>, Refusal>,
    /// End of the lease under which it was made.
    pub lease_ends: Timestamp,
    /// Numbers the token's record as it is now. Another record, or this one once it is changed, has another number.
    pub record: u64,
    /// Whether the lease should be renewed beside this request, see [`Isolate::renew_early`].
    pub renew: bool,
    /// Whether this request should report what was used, after a while, see [`Isolate::report`].
    pub report: bool,
}

#[derive(Debug, Clone)]
struct Known {
    place: Place,
    record: Record,
    /// See [`Decided::record`].
    number: u64,
    reported: Option<Timestamp>,
}

#[derive(Debug, Clone)]
struct Unknown {
    place: Place,
    /// The lease under which it was said, which a later one never prolongs.
    lease: Lease,
}

type DigestMap<V> = BoundedMap<Digest, V, DigestHasher>;

/// A digest is the output of a keyed hash that nobody can choose, so any eight bytes of it are a hash.
#[derive(Debug, Default)]
struct DigestHasher(u64);

impl Hasher for DigestHasher {
    fn write(&mut self, bytes: &[u8]) {
        if let Some(first) = bytes.first_chunk() {
            self.0 = u64::from_ne_bytes(*first);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

impl<G: Safeguards> fmt::Debug for Isolate<G> {
    /// The maps' own would only show how much they hold.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Isolate")
            .field("records", &fmt::from_fn(|f| f.debug_map().entries(&self.records).finish()))
            .field("unknown", &fmt::from_fn(|f| f.debug_map().entries(&self.unknown).finish()))
            .field("workspaces", &self.workspaces)
            .field("waits", &self.waits)
            .field("clock", &self.clock)
            .field("sequence", &self.sequence)
            .finish_non_exhaustive()
    }
}

impl<G: Safeguards> Default for Isolate<G> {
    fn default() -> Self {
        Self::new(Bounds::default())
    }
}

impl<G: Safeguards> Isolate<G> {
    /// An isolate that remembers nothing.
    #[must_use]
    pub fn new(bounds: Bounds) -> Self {
        Self {
            bounds,
            records: bounded(bounds.records),
            unknown: bounded(bounds.unknown),
            workspaces: Vec::new(),
            waits: Waits::default(),
            clock: Clock::default(),
            sequence: 0,
            safeguards: PhantomData,
        }
    }

    /// Decides by memory: no call at all. None if there is no valid lease or no record; then [`Isolate::wait`].
    ///
    /// `digests` are those of one token, under every pepper that is in use.
    pub fn decide(&mut self, digests: &[Digest], requirement: &Requirement<'_>, now: Timestamp) -> Option<Decided<'_>> {
        let era = self.clock.see::<G>(now);
        let digest = match digests {
            [only] => only,
            several => several.iter().find(|digest| self.records.contains(digest))?,
        };
        let known = self.records.get_mut(digest)?;
        let workspace = self.workspaces.get_mut(known.place.index)?;
        let left_ms = workspace.lease.left_ms(era, now).filter(|_| workspace.memory == known.place.memory)?;
        let verdict = decide(&workspace.id, &known.record, requirement, now);
        let mut report = false;
        if verdict.is_ok() {
            workspace.needed = now;
            workspace.usage.note(&known.record.token_id, &mut known.reported, now);
            report = workspace.usage.promise(now);
        }
        Some(Decided {
            verdict,
            lease_ends: now.plus_ms(left_ms),
            record: known.number,
            renew: left_ms <= workspace.lease.length_ms / 4 && workspace.asks.allow_early(now),
            report,
        })
    }

    /// The workspace of a token that is remembered, with or without a lease: it never changes.
    #[must_use]
    pub fn workspace_of(&self, digests: &[Digest]) -> Option<WorkspaceId> {
        let known = digests.iter().find_map(|digest| self.records.peek(digest))?;
        self.workspace_at(known.place).map(|workspace| workspace.id.clone())
    }

    /// Whether it is known, under a valid lease, that this workspace has no such token.
    #[must_use]
    pub fn is_unknown(&mut self, workspace_id: &WorkspaceId, digests: &[Digest], now: Timestamp) -> bool {
        let era = self.clock.see::<G>(now);
        let answer = self.remembered(workspace_id, digests, era, now);
        matches!(answer, Some(Answer { truth: Truth::NoSuchToken, .. }))
    }

    /// Starts to wait for what a workspace's ledger says of a token.
    ///
    /// It ends with [`Next::Decide`] or [`Isolate::give_up`].
    pub fn wait(&mut self, workspace_id: &WorkspaceId, digests: &[Digest], now: Timestamp) -> WaitId {
        let sequence = self.next_sequence();
        self.waits.start(sequence, workspace_id, digests, now)
    }

    /// What a waiting request should do now.
    pub fn next(&mut self, id: WaitId, now: Timestamp) -> Next {
        let era = self.clock.see::<G>(now);
        let Some(Wait { workspace_id, digests, asked, answered, .. }) = self.waits.get(id).cloned() else {
            return Next::LookAgain;
        };
        let by_lease = self.remembered(&workspace_id, &digests, era, now);
        if by_lease.is_some() {
            self.note_use(&digests, now);
        }
        if let Some(answer) =
            by_lease.or(answered.map(|truth| Answer { workspace_id: workspace_id.clone(), truth, lease_ends: None }))
        {
            self.waits.end(id);
            return Next::Decide(answer);
        }
        let index = self.index_of(&workspace_id, now);
        match self.workspaces.get(index) {
            Some(workspace) if workspace.asks.allow(now) && !workspace.asks.will_answer(asked, now) => {
                self.ask(index, era, now).map_or(Next::LookAgain, Next::Ask)
            }
            _ => Next::LookAgain,
        }
    }

    /// Ends a wait that was for nothing.
    pub fn give_up(&mut self, id: WaitId) {
        self.waits.end(id);
    }

    /// The ask that keeps a workspace's lease from ending, if nobody else is asking. [`Decided::renew`] says when.
    pub fn renew_early(&mut self, workspace_id: &WorkspaceId, now: Timestamp) -> Option<Ask> {
        let era = self.clock.see::<G>(now);
        let index = self.find(workspace_id)?;
        self.workspaces.get(index).filter(|workspace| workspace.asks.allow_early(now))?;
        self.ask(index, era, now)
    }

    /// The ask that reports what was used, if no other has done so.
    pub fn report(&mut self, workspace_id: &WorkspaceId, now: Timestamp) -> Option<Ask> {
        let era = self.clock.see::<G>(now);
        let index = self.find(workspace_id)?;
        self.workspaces.get(index).filter(|workspace| !workspace.usage.is_empty() && workspace.asks.allow(now))?;
        self.ask(index, era, now)
    }

    /// Takes in what a ledger answered.
    pub fn receive(&mut self, ask: &Ask, answer: &RenewalAnswer, now: Timestamp) {
        let era = self.clock.see::<G>(now);
        let fit = match (answer, self.find(&ask.workspace_id)) {
            (RenewalAnswer::Granted(grant), Some(index)) => self.apply(index, ask, grant, era, now),
            _ => None,
        };
        if fit != Some(Fit::Older) {
            self.waits.put::<G>(ask, answer);
        }
        self.end(ask, matches!(answer, RenewalAnswer::Granted(_)));
    }

    /// Takes note that an ask got no answer. `spare_until`: the ledger is overloaded, leave it alone until then,
    /// which is to be sooner than an ask counts as lost.
    pub fn fail(&mut self, ask: &Ask, spare_until: Option<Timestamp>) {
        self.end(ask, false);
        if let Some(workspace) = self.find(&ask.workspace_id).and_then(|index| self.workspaces.get_mut(index)) {
            spare_until.into_iter().for_each(|at| workspace.asks.spare_until(at));
        }
    }

    /// Ends an ask. Only a ledger that granted something has taken its report in.
    fn end(&mut self, ask: &Ask, is_reported: bool) {
        if let Some(workspace) = self.find(&ask.workspace_id).and_then(|index| self.workspaces.get_mut(index)) {
            workspace.asks.end(ask.sequence);
            if !is_reported {
                workspace.usage.put_back(&ask.renewal.used);
            }
        }
    }

    fn ask(&mut self, index: usize, era: u32, now: Timestamp) -> Option<Ask> {
        let sequence = self.next_sequence();
        let workspace = self.workspaces.get_mut(index)?;
        workspace.needed = now;
        workspace.asks.start(sequence, now);
        let want = self.waits.take_wanted(&workspace.id, sequence);
        let renewal = renewal(workspace.standing, want, workspace.usage.take());
        Some(Ask { workspace_id: workspace.id.clone(), sequence, at: now, era, renewal })
    }

    /// What is remembered of a token under a valid lease.
    fn remembered(
        &mut self,
        workspace_id: &WorkspaceId,
        digests: &[Digest],
        era: u32,
        now: Timestamp,
    ) -> Option<Answer> {
        let workspace = self.workspaces.get(self.find(workspace_id)?)?;
        let left_ms = workspace.lease.left_ms(era, now)?;
        let lease_ends = Some(now.plus_ms(left_ms));
        let answer = |truth| Answer { workspace_id: workspace_id.clone(), truth, lease_ends };
        let is_here = |place: Place| self.workspace_at(place).is_some_and(|found| found.id == *workspace_id);
        let known = digests.iter().filter_map(|digest| self.records.peek(digest)).find(|known| is_here(known.place));
        if let Some(known) = known {
            return Some(answer(Truth::Record(known.record.clone())));
        }
        let dies = keeps::<G>(Safeguard::UnknownDiesWithLease);
        let is_unknown = |digest| {
            self.unknown
                .peek(digest)
                .is_some_and(|unknown| is_here(unknown.place) && (!dies || unknown.lease.left_ms(era, now).is_some()))
        };
        digests.iter().all(is_unknown).then(|| answer(Truth::NoSuchToken))
    }

    fn apply(&mut self, index: usize, ask: &Ask, grant: &Grant, era: u32, now: Timestamp) -> Option<Fit> {
        let memory = self.next_sequence();
        let workspace = self.workspaces.get_mut(index)?;
        let fit = workspace.fit::<G>(grant);
        if matches!(fit, Fit::Older | Fit::Gap) {
            return Some(fit);
        }
        let from = if keeps::<G>(Safeguard::MeasureFromBeforeSend) { ask.at } else { now };
        // The ledger waits for no lease of zero, so it must not live even if the clock has gone back a little.
        let ends = (grant.lease_ms > 0).then(|| from.plus_ms(grant.lease_ms));
        let granted = Lease { ends, length_ms: grant.lease_ms, era: ask.era };
        if fit == Fit::Replaces {
            workspace.memory = memory;
            workspace.lease = granted;
        } else {
            workspace.lease = workspace.lease.later(granted, era);
        }
        workspace.standing = Some(Standing { epoch: grant.epoch, version: grant.version });
        let place = Place { index, memory: workspace.memory };
        for changed in &grant.changed {
            let number = self.next_sequence();
            if let Some(known) = self.records.peek_mut(&changed.digest).filter(|known| known.place == place) {
                known.record = changed.record.clone();
                known.number = number;
            }
        }
        for WantedRecord { digest, record } in
            grant.wanted.iter().filter(|said| ask.renewal.want.contains(&said.digest))
        {
            match record {
                Some(record) => self.remember(*digest, place, record, now),
                None => {
                    self.records.pop(digest);
                    self.unknown.put(*digest, Unknown { place, lease: granted });
                }
            }
        }
        Some(fit)
    }

    /// Notes the use of a token that is remembered and may be used.
    fn note_use(&mut self, digests: &[Digest], now: Timestamp) {
        let Some(digest) = digests.iter().find(|digest| self.records.contains(digest)) else { return };
        let Some(known) = self.records.get_mut(digest) else { return };
        let workspace = self.workspaces.get_mut(known.place.index);
        let is_alive = check_alive(&known.record, now).is_ok();
        if let Some(workspace) = workspace.filter(|workspace| is_alive && workspace.memory == known.place.memory) {
            workspace.usage.note(&known.record.token_id, &mut known.reported, now);
        }
    }

    /// A wanted digest counts as a use, so it needs no report.
    fn remember(&mut self, digest: Digest, place: Place, record: &Record, now: Timestamp) {
        let number = self.next_sequence();
        self.unknown.pop(&digest);
        self.records.put(digest, Known { place, record: record.clone(), number, reported: Some(now) });
    }

    fn workspace_at(&self, place: Place) -> Option<&Workspace> {
        self.workspaces.get(place.index).filter(|workspace| workspace.memory == place.memory)
    }

    fn find(&self, workspace_id: &WorkspaceId) -> Option<usize> {
        self.workspaces.iter().position(|workspace| workspace.id == *workspace_id)
    }

    /// The workspace's place, made if there is none. One that nothing is remembered of, such as a
    /// stranger's invention, gives way before the others.
    fn index_of(&mut self, workspace_id: &WorkspaceId, now: Timestamp) -> usize {
        if let Some(index) = self.find(workspace_id) {
            return index;
        }
        let workspace = Workspace::new(workspace_id.clone(), self.next_sequence(), now);
        if self.workspaces.len() < self.bounds.workspaces.get() {
            self.workspaces.push(workspace);
            return self.workspaces.len() - 1;
        }
        let by_need = |(_, workspace): &(usize, &Workspace)| (workspace.standing.is_some(), workspace.needed);
        let index = self.workspaces.iter().enumerate().min_by_key(by_need).map_or(0, |(index, _)| index);
        self.workspaces.get_mut(index).into_iter().for_each(|least| *least = workspace.clone());
        index
    }

    fn next_sequence(&mut self) -> u64 {
        self.sequence += 1;
        self.sequence
    }
}
