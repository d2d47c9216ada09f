//! The control plane: a database that survives, and a process that may die between any two steps.
//!
//! A model of `control-plane/src/publisher` and `republish`: the steps and their order are theirs, the comparison of
//! histories is the very function.

use crate::clocks::Clock;
use crate::database::Database;
use crate::judge::Judge;
use shared::change::Head;
use shared::digest::Digest;
use shared::ledger::{
    Compared, Format, Position, Publish, PublishAnswer, Reserve, Snapshot, SnapshotAnswer, TokenRecord,
};
use shared::safeguard::Safeguards;
use shared::timestamp::Timestamp;

/// Steps at the end of a republish, between which its process may die.
pub(crate) const END_STEPS: usize = 3;

/// A republish that is under way.
#[derive(Debug, Clone)]
struct Republish {
    position: Position,
    records: Vec<TokenRecord>,
    /// Truths that are in force again once it is over.
    truths: Vec<(Digest, usize)>,
    /// When it is over, and which tokens the ledger held over as revoked.
    due: Option<(Timestamp, Vec<Digest>)>,
}

/// The control plane.
#[derive(Debug, Clone)]
pub(crate) struct ControlPlane {
    pub(crate) clock: Clock,
    pub(crate) database: Database,
    backup: Option<Database>,
    /// Which life of the process this is; what follows dies with it.
    pub(crate) life: u64,
    published: u64,
    resume_at: Option<u64>,
    /// Versions that are acknowledged when a wait is over.
    due: Vec<(u64, Timestamp)>,
    /// Versions whose creates every ledger that answers knows of from some moment on.
    told: Vec<(u64, Timestamp)>,
    republish: Option<Republish>,
    /// The operator knows that a republish has to be run, or run again.
    must_republish: bool,
}

impl ControlPlane {
    pub(crate) fn new(clock: Clock) -> Self {
        let (database, due, told) = (Database::new(), Vec::new(), Vec::new());
        let (backup, resume_at, republish) = (None, None, None);
        Self { clock, database, backup, life: 0, published: 0, resume_at, due, told, republish, must_republish: false }
    }

    /// Initialises the ledger: the empty history of the first epoch. A later epoch only ever begins with a snapshot of
    /// everything.
    pub(crate) fn initialise(&self) -> Option<Snapshot> {
        let Database { epoch, initialised, conflict, .. } = self.database;
        let position = Position { epoch, head: Head::GENESIS };
        let snapshot = Snapshot { format: Format, position, part: 0, parts: 1, records: Vec::new() };
        (!initialised && !conflict && epoch == Position::FIRST.epoch).then_some(snapshot)
    }

    /// Whether anything can be written down as acknowledged.
    pub(crate) fn is_due(&self, time: u64) -> bool {
        self.due.iter().any(|(_, due)| *due <= self.clock.at(time))
    }

    /// The next batch, at most `limit` changes.
    pub(crate) fn publish(&self, limit: usize) -> Option<Publish> {
        if !self.database.initialised || self.database.conflict {
            return None;
        }
        let first = self.database.rows.iter().find(|row| !row.acknowledged)?.change.version;
        let from = self.resume_at.unwrap_or_else(|| first.max(self.published + 1));
        let rows = self.database.rows.iter().filter(|row| row.change.version >= from).take(limit);
        let changes: Vec<_> = rows.map(|row| row.change.clone()).collect();
        (!changes.is_empty()).then_some(Publish { format: Format, epoch: self.database.epoch, changes })
    }

    /// Takes in the answer to a publish of the changes `first..=last`. Returns whether it is a conflict.
    pub(crate) fn published<G: Safeguards>(
        &mut self,
        first: u64,
        last: u64,
        answer: &PublishAnswer,
        time: u64,
    ) -> bool {
        match answer.position.map(|position| self.database.compare::<G>(position)) {
            Some(Compared::Agrees(head)) if head + 1 < first => self.resume_at = Some(head + 1),
            Some(Compared::Agrees(head)) => {
                let version = head.min(last);
                self.resume_at = None;
                self.published = self.published.max(version);
                let now = self.clock.at(time);
                self.due.push((version, now.plus_ms(answer.wait_ms)));
                self.told.push((version, now.plus_ms(answer.create_wait_ms)));
            }
            Some(Compared::OlderEpoch) => {}
            Some(_) | None => return self.conflict(),
        }
        false
    }

    /// Takes in the answer to a part of a snapshot. Returns whether it is a conflict.
    pub(crate) fn loaded<G: Safeguards>(&mut self, answer: SnapshotAnswer, time: u64) -> bool {
        let due = self.clock.at(time).plus_ms(answer.wait_ms);
        if let Some(republish) = &mut self.republish {
            if answer.position == Some(republish.position) && republish.due.is_none() {
                republish.due = Some((due, answer.still_revoked));
            }
            return false;
        }
        match answer.position.map(|position| self.database.compare::<G>(position)) {
            Some(Compared::Agrees(_)) => self.database.initialised = true,
            Some(Compared::OlderEpoch) | None => {}
            Some(_) => return self.conflict(),
        }
        false
    }

    /// Writes down what is acknowledged by now.
    pub(crate) fn acknowledge(&mut self, time: u64, judge: &mut Judge) {
        let now = self.clock.at(time);
        let over = self.due.iter().filter(|(_, due)| *due <= now).map(|(version, _)| *version).max();
        self.due.retain(|(_, due)| *due > now);
        if let Some(version) = over {
            self.database.acknowledge(version);
            self.database.answer(self.told(time), judge);
        }
    }

    /// Writes KV for the oldest change that the ledger has, and writes down that it did.
    pub(crate) fn replicate(&mut self, time: u64, judge: &mut Judge) {
        let told = self.told(time);
        if let Some(row) = self.database.replicable(told) {
            row.replicated = true;
            self.database.answer(told, judge);
        }
    }

    /// True times at which a wait is over.
    pub(crate) fn moments(&self) -> impl Iterator<Item = u64> {
        let republish = self.republish.iter().filter_map(|republish| republish.due.as_ref()).map(|(due, _)| *due);
        self.due.iter().chain(&self.told).map(|(_, due)| *due).chain(republish).map(|due| self.clock.when(due))
    }

    /// The process dies and another starts.
    pub(crate) fn crash(&mut self) {
        self.life += 1;
        (self.published, self.resume_at, self.republish) = (0, None, None);
        self.due.clear();
        self.told.clear();
    }

    pub(crate) fn back_up(&mut self) {
        self.backup = Some(self.database.clone());
    }

    /// The database is what it was when it was backed up.
    ///
    /// It may have forgotten that a secret went out. Nobody is told that such a create is effective before the
    /// republish that a restore requires, so it is as if the database still knew.
    pub(crate) fn restore(&mut self, judge: &Judge) -> bool {
        let Some(backup) = self.backup.clone() else { return false };
        self.database = backup;
        self.database.announce_all(judge);
        self.must_republish = true;
        self.crash();
        true
    }

    /// Asks the ledger for an epoch; what comes of it is a republish.
    pub(crate) fn reserve(&mut self) -> Reserve {
        self.must_republish = true;
        Reserve { format: Format, epoch: self.database.epoch }
    }

    /// Begins a reserved epoch, and reads every token as of one moment.
    pub(crate) fn begin_republish(&mut self, epoch: u64, judge: &mut Judge) {
        if epoch <= self.database.epoch {
            return;
        }
        self.database.epoch = epoch;
        self.must_republish = true;
        let position = Position { epoch: self.database.epoch, head: self.database.head() };
        let tokens = &self.database.tokens;
        let record = |(digest, record): (&Digest, _)| TokenRecord { digest: *digest, record: Clone::clone(record) };
        let records = tokens.iter().map(record).collect();
        let truths = judge.living().into_iter().map(|digest| (digest, judge.commit(digest, tokens.get(&digest))));
        self.republish = Some(Republish { position, records, truths: truths.collect(), due: None });
    }

    /// A part of the snapshot; each of one record.
    pub(crate) fn snapshot(&self, part: usize) -> Option<Snapshot> {
        let Republish { position, records, .. } = self.republish.as_ref()?;
        let parts = records.len().max(1);
        let records = records.get(part..=part).unwrap_or_default().to_vec();
        (part < parts).then_some(Snapshot {
            format: Format,
            position: *position,
            part: part as u64,
            parts: parts as u64,
            records,
        })
    }

    /// How many parts the snapshot has that is being sent.
    pub(crate) fn parts(&self) -> Option<usize> {
        self.republish
            .as_ref()
            .filter(|republish| republish.due.is_none())
            .map(|republish| republish.records.len().max(1))
    }

    /// Ends a republish whose wait is over, or dies after so many steps of that.
    pub(crate) fn end_republish(&mut self, steps: usize, time: u64, judge: &mut Judge) -> bool {
        let now = self.clock.at(time);
        let is_over = |republish: &mut Republish| republish.due.as_ref().is_some_and(|(due, _)| *due <= now);
        let Some(Republish { position, truths, due, .. }) = self.republish.take_if(is_over) else { return false };
        if steps > 0 {
            self.database.initialised = true;
            self.database.acknowledge(position.head.version);
            truths.iter().for_each(|(digest, truth)| judge.answer(*digest, *truth));
            self.database.answer(self.told(time), judge);
        }
        if steps > 1 {
            self.database.conflict = false;
        }
        if steps < END_STEPS {
            self.crash();
            return false;
        }
        let held_over = due.map_or_else(Vec::new, |(_, held_over)| held_over);
        self.database.revoke_held_over(&held_over, judge);
        self.must_republish = false;
        true
    }

    /// Whether the operator should run a republish.
    pub(crate) const fn needs_republish(&self) -> bool {
        self.republish.is_none() && (self.must_republish || self.database.conflict)
    }

    /// Whether nothing is left to do.
    pub(crate) fn is_finished(&self) -> bool {
        self.republish.is_none() && !self.must_republish && self.database.is_finished()
    }

    fn told(&self, time: u64) -> u64 {
        let now = self.clock.at(time);
        self.told.iter().filter(|(_, at)| *at <= now).map(|(version, _)| *version).max().unwrap_or(0)
    }

    fn conflict(&mut self) -> bool {
        self.database.conflict = true;
        self.published = 0;
        self.due.clear();
        self.told.clear();
        true
    }
}
