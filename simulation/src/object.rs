//! A ledger's Durable Object: the machine under measurement, its storage, and the queue before it.
//!
//! The order of its steps is that of `edge/src/ledger/object.rs`. It is busy with one call after the other; while a write
//! is being confirmed it may answer others, whose answers leave after their own writes. It never crashes, but it is put
//! to sleep when nobody calls, and then a new instance takes over what the old one left.

use crate::platform::{OBJECT_CALL, OBJECT_QUEUE_MAX, OBJECT_SLEEPS_AFTER, OBJECT_WRITE, Us};
use crate::storage::MemoryStorage;
use shared::change::Change;
use shared::ledger::{
    Format, Ledger, LedgerStorage, PlannedWindow, Position, Publish, PublishAnswer, Renewal, RenewalAnswer,
};
use shared::timestamp::Timestamp;

/// A ledger's object.
#[derive(Debug)]
pub(crate) struct Object {
    lease_ms: u64,
    machine: Option<Ledger>,
    storage: MemoryStorage,
    /// The location where it lives; none as long as nobody has called it.
    pub(crate) home: Option<usize>,
    busy_until: Us,
    /// Tokens whose use is kept and not handed on yet.
    used: u64,
    /// Calls in this second, which is counted from the beginning.
    second: (u64, u64),
    /// What is counted of it.
    pub(crate) load: Load,
}

/// How busy an object was.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Load {
    /// Requests for the workspace.
    pub(crate) requests: u64,
    /// Calls of isolates.
    pub(crate) renewals: u64,
    /// Most of them within a second.
    pub(crate) most_per_s: u64,
}

/// What an object does with a renewal.
#[derive(Debug)]
pub(crate) enum Renewed {
    /// It writes first, and does this then.
    Writes(Step),
    /// It answers. So many rows were written, which may take a while to be read by the others.
    Answers(RenewalAnswer, Kept),
}

/// What follows a confirmed write.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Step {
    /// The storage is owned: an instance begins.
    Begin,
    /// A window opens.
    Open(PlannedWindow),
}

/// What was kept of who was used.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Kept {
    /// Rows that were written.
    pub(crate) rows: u64,
    /// Whether an alarm was set that was not set before.
    pub(crate) alarm: bool,
}

impl Object {
    /// The ledger of a workspace with these tokens, which is asleep.
    pub(crate) fn new(lease_ms: u64, changes: Vec<Change>) -> Self {
        let mut storage = MemoryStorage::default();
        let Ok(()) = storage.adopt(Position::FIRST);
        let machine: Ledger = Ledger::new(lease_ms, None, Timestamp(0));
        let Ok(_) = machine.publish(&mut storage, &publish(changes), Timestamp(0));
        let (busy_until, used, second, load) = (0, 0, (0, 0), Load::default());
        Self { lease_ms, machine: None, storage, home: None, busy_until, used, second, load }
    }

    /// What it said long ago, without a lease.
    pub(crate) fn said(&self, renewal: &Renewal, now: Timestamp) -> RenewalAnswer {
        let mut machine: Ledger = Ledger::new(0, None, now);
        machine.open_window(machine.plan_window(now));
        let Ok(answer) = machine.renew(&self.storage, renewal, now);
        answer
    }

    /// Takes a call into the queue. Returns when it is its turn and done with, or none if the queue is too long.
    pub(crate) fn enqueue(&mut self, now: Us) -> Option<Us> {
        if self.backlog(now) > OBJECT_QUEUE_MAX {
            return None;
        }
        if now > self.busy_until + OBJECT_SLEEPS_AFTER {
            self.machine = None;
        }
        self.busy_until = self.busy_until.max(now) + OBJECT_CALL;
        Some(self.busy_until)
    }

    /// Counts a call of an isolate.
    pub(crate) fn count(&mut self, now: Us) {
        let second = now / 1_000_000;
        self.second = if self.second.0 == second { (second, self.second.1 + 1) } else { (second, 1) };
        self.load.renewals += 1;
        self.load.most_per_s = self.load.most_per_s.max(self.second.1);
    }

    /// Answers an isolate, or writes first.
    pub(crate) fn renew(&mut self, renewal: &Renewal, now: Timestamp) -> Renewed {
        let Some(machine) = &mut self.machine else { return Renewed::Writes(Step::Begin) };
        if machine.wants_window(now) {
            let planned = machine.plan_window(now);
            let Ok(()) = self.storage.set_window(planned.stored());
            return Renewed::Writes(Step::Open(planned));
        }
        let Ok(answer) = machine.renew(&self.storage, renewal, now);
        let used = machine.take_used().len() as u64;
        let alarm = used > 0 && self.used == 0;
        self.used += used;
        Renewed::Answers(answer, Kept { rows: used + u64::from(alarm), alarm })
    }

    /// A write is confirmed.
    pub(crate) fn confirm(&mut self, step: Step, now: Timestamp) {
        match step {
            Step::Begin if self.machine.is_none() => self.machine = Some(self.begun(now)),
            Step::Begin => {}
            Step::Open(planned) => self.machine.iter_mut().for_each(|machine| machine.open_window(planned)),
        }
    }

    /// Applies changes; they are durable a write later.
    pub(crate) fn publish(&mut self, changes: Vec<Change>, now: Timestamp) -> PublishAnswer {
        let machine = self.machine.take().unwrap_or_else(|| self.begun(now));
        let Ok(answer) = machine.publish(&mut self.storage, &publish(changes), now);
        self.machine = Some(machine);
        answer
    }

    /// When a change that arrived now would be durable, and for how long its sender would have to wait then, in
    /// milliseconds. Nothing changes.
    pub(crate) fn probe(&mut self, now: Us, clock: impl Fn(Us) -> Timestamp) -> (Us, u64) {
        let done = now + self.backlog(now) + OBJECT_CALL;
        let begun = self.begun(clock(done));
        let awake = self.machine.as_ref().filter(|_| now <= self.busy_until + OBJECT_SLEEPS_AFTER);
        let machine = awake.unwrap_or(&begun);
        let Ok(answer) = machine.publish(&mut self.storage, &publish(Vec::new()), clock(done));
        (done + OBJECT_WRITE, answer.wait_ms)
    }

    /// Hands on who was used. Returns how many rows are written for it.
    pub(crate) fn alarm(&mut self) -> u64 {
        // The next alarm is set, each row deleted, and the alarm too.
        std::mem::take(&mut self.used) + 2
    }

    /// The longest lease that is granted now, in milliseconds.
    pub(crate) fn longest_lease_ms(&self, now: Timestamp) -> u64 {
        let status = self.machine.as_ref().map(|machine| machine.status(&self.storage, now));
        status.map_or(self.lease_ms, |Ok(status)| status.lease_ms)
    }

    fn backlog(&self, now: Us) -> Us {
        self.busy_until.saturating_sub(now)
    }

    fn begun(&self, now: Timestamp) -> Ledger {
        let Ok(stored) = self.storage.window();
        Ledger::new(self.lease_ms, stored, now)
    }
}

fn publish(changes: Vec<Change>) -> Publish {
    Publish { format: Format, epoch: Position::FIRST.epoch, changes }
}
