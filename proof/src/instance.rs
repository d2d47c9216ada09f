//! An instance of the ledger object, and what the platform does with its writes.
//!
//! When an instance is replaced, what it wrote last may have become durable or not, and none of its later
//! writes will. It may go on answering from memory. An answer leaves an instance only after every write before
//! it was confirmed (the platform's output gate). The order of its steps is that of `edge/src/ledger/object.rs`.

use crate::clocks::Clock;
use crate::network::{Envelope, Message, Reply, Sender};
use crate::storage::MemoryStorage;
use shared::ledger::{Ledger, LedgerStorage, PlannedWindow, Position, Renewal};
use shared::safeguard::{Safeguard, Safeguards, keeps};
use shared::timestamp::Timestamp;
use std::collections::VecDeque;

/// An instance of the ledger object.
#[derive(Debug, Clone)]
pub(crate) struct Instance<G: Safeguards> {
    pub(crate) clock: Clock,
    lease_ms: u64,
    /// None until it has claimed the storage.
    ledger: Option<Ledger<G>>,
    /// The storage as it sees it.
    view: MemoryStorage,
    /// The storage after each write that is not confirmed yet.
    unconfirmed: VecDeque<MemoryStorage>,
    confirmed: u64,
    /// How many of the view's writes are in `unconfirmed`, or were.
    noted: u64,
    /// What waits for so many writes to be confirmed.
    held: Vec<(u64, Held)>,
}

#[derive(Debug, Clone)]
enum Held {
    /// An answer on its way out.
    Answer(Envelope),
    /// The claim of the storage.
    Claim,
    /// A message that came before the claim was through.
    Message(Sender, Message),
    /// A renewal that waits for its window.
    Window(PlannedWindow, Sender, Message),
}

impl<G: Safeguards> Instance<G> {
    /// A fresh instance, which sees what is durable.
    pub(crate) fn new(clock: Clock, lease_ms: u64, durable: &MemoryStorage) -> Self {
        let (view, noted) = (durable.clone(), durable.writes);
        let (unconfirmed, held) = (VecDeque::new(), Vec::new());
        Self { clock, lease_ms, ledger: None, view, unconfirmed, confirmed: 0, noted, held }
    }

    pub(crate) fn unconfirmed(&self) -> usize {
        self.unconfirmed.len()
    }

    /// Until when rights may live by what it wrote last, on its clock.
    pub(crate) fn window_ends(&self) -> Option<Timestamp> {
        let Ok(window) = self.view.window();
        window.map(|window| window.at.plus_ms(window.alive_ms))
    }

    /// Receives a message; returns what leaves.
    pub(crate) fn receive(&mut self, sender: Sender, message: Message, time: u64) -> Vec<Envelope> {
        let now = self.clock.at(time);
        if self.ledger.is_none() {
            if self.position().is_some() {
                self.claim();
                self.hold(Held::Message(sender, message));
                return Vec::new();
            }
            // Nothing to own: an uninitialised ledger writes nothing.
            self.ledger = Some(Ledger::new(self.lease_ms, None, now));
        }
        self.handle(sender, message, now)
    }

    /// So many renewals of other isolates at once.
    pub(crate) fn crowd(&mut self, renewals: u64, time: u64) {
        let now = self.clock.at(time);
        let renewal = Renewal { format: Default::default(), standing: None, want: Vec::new(), used: Vec::new() };
        if let Some(ledger) = &mut self.ledger {
            for _ in 0..renewals {
                let Ok(_) = ledger.renew(&self.view, &renewal, now);
            }
        }
    }

    /// One write is confirmed. Returns the durable storage from then on, and what leaves.
    pub(crate) fn confirm(&mut self, time: u64) -> Option<(MemoryStorage, Vec<Envelope>)> {
        let durable = self.unconfirmed.pop_front()?;
        self.confirmed += 1;
        let mut leaves = Vec::new();
        while let Some(index) = self.held.iter().position(|(after, _)| *after <= self.confirmed) {
            let (_, held) = self.held.remove(index);
            leaves.extend(self.let_go(held, self.clock.at(time)));
        }
        Some((durable, leaves))
    }

    /// It is replaced. So many of its last writes became durable although nobody will confirm them.
    pub(crate) fn flushed(&self, writes: usize) -> Option<MemoryStorage> {
        let last = writes.min(self.unconfirmed.len()).checked_sub(1)?;
        self.unconfirmed.get(last).cloned()
    }

    fn claim(&mut self) {
        if !self.held.iter().any(|(_, held)| matches!(held, Held::Claim)) {
            self.view.writes += 1;
            self.note_writes();
            self.hold(Held::Claim);
        }
    }

    fn let_go(&mut self, held: Held, now: Timestamp) -> Vec<Envelope> {
        match held {
            Held::Answer(envelope) => vec![envelope],
            Held::Claim => {
                let Ok(stored) = self.view.window();
                self.ledger = Some(Ledger::new(self.lease_ms, stored, now));
                Vec::new()
            }
            Held::Message(sender, message) => self.handle(sender, message, now),
            Held::Window(planned, sender, message) => {
                self.ledger.iter_mut().for_each(|ledger| ledger.open_window(planned));
                self.answer(sender, message, now)
            }
        }
    }

    fn handle(&mut self, sender: Sender, message: Message, now: Timestamp) -> Vec<Envelope> {
        match self.window_for(&message, now) {
            Some(planned) => {
                let Ok(()) = self.view.set_window(planned.stored());
                self.note_writes();
                self.hold(Held::Window(planned, sender, message));
                Vec::new()
            }
            None => self.answer(sender, message, now),
        }
    }

    /// The window that has to be opened before this message is answered. Whoever answers outside of windows waits
    /// for none.
    fn window_for(&self, message: &Message, now: Timestamp) -> Option<PlannedWindow> {
        let needs = matches!(message, Message::Renewal(_)) && keeps::<G>(Safeguard::ConfirmedWindow);
        let ledger = self.ledger.as_ref().filter(|_| needs && self.position().is_some())?;
        ledger.wants_window(now).then(|| ledger.plan_window(now))
    }

    /// The machine's step, whose answer leaves once every write before is confirmed.
    fn answer(&mut self, sender: Sender, message: Message, now: Timestamp) -> Vec<Envelope> {
        let Some(reply) = self.step(message, now) else { return Vec::new() };
        self.note_writes();
        let envelope = Envelope::FromLedger(sender, reply);
        if self.unconfirmed.is_empty() {
            return vec![envelope];
        }
        self.hold(Held::Answer(envelope));
        Vec::new()
    }

    fn step(&mut self, message: Message, now: Timestamp) -> Option<Reply> {
        let ledger = self.ledger.as_mut()?;
        let view = &mut self.view;
        Some(match message {
            Message::Publish(publish) => {
                let Ok(answer) = ledger.publish(view, &publish, now);
                let version = |change: Option<&shared::change::Change>| change.map_or(0, |change| change.version);
                let (first, last) = (version(publish.changes.first()), version(publish.changes.last()));
                Reply::Published { first, last, answer }
            }
            Message::Reserve(reserve) => {
                let Ok(reserved) = ledger.reserve(view, &reserve);
                Reply::Reserved(reserved)
            }
            Message::Snapshot(snapshot) => {
                let Ok(answer) = ledger.snapshot(view, &snapshot, now);
                Reply::Loaded(answer)
            }
            Message::Renewal(ask) => {
                let Ok(answer) = ledger.renew(view, ask.renewal(), now);
                Reply::Renewed(ask, answer)
            }
        })
    }

    /// Notes that the view was written to, if it was.
    fn note_writes(&mut self) {
        if self.view.writes > self.noted {
            self.noted = self.view.writes;
            self.unconfirmed.push_back(self.view.clone());
        }
    }

    fn hold(&mut self, held: Held) {
        self.held.push((self.confirmed + self.unconfirmed.len() as u64, held));
    }

    fn position(&self) -> Option<Position> {
        let Ok(position) = self.view.position();
        position
    }
}
