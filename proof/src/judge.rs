//! What must have been decided: kept beside the parts, which know nothing of it.

use shared::digest::Digest;
use shared::record::{Record, State};
use shared::refusal::Refusal;
use shared::scope::ScopeSet;
use shared::timestamp::Timestamp;
use std::collections::BTreeMap;
use std::fmt;

/// Expiry of a record that is over.
pub(crate) const PAST: Timestamp = Timestamp(1);

/// A promise that was broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation(pub String);

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a decision shows of the record that it was made by. No two changes of a token give it the same scopes, so
/// they tell which record it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Basis {
    /// A living record with these scopes.
    Scopes(ScopeSet),
    /// A record that is over.
    Expired,
    /// A record that is revoked.
    Revoked,
    /// No record.
    Unknown,
    /// Something that no request of the simulation is refused for.
    Nonsense,
}

impl From<Refusal> for Basis {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::ScopeMissing { held, .. } => Self::Scopes(held),
            Refusal::Expired => Self::Expired,
            Refusal::Revoked => Self::Revoked,
            Refusal::UnknownToken => Self::Unknown,
            _ => Self::Nonsense,
        }
    }
}

impl Basis {
    fn of(record: Option<&Record>) -> Self {
        match record {
            None => Self::Unknown,
            Some(Record { state: State::Revoked, .. }) => Self::Revoked,
            Some(Record { expires_at: Some(PAST), .. }) => Self::Expired,
            Some(Record { scopes, .. }) => Self::Scopes(*scopes),
        }
    }
}

/// What was true of a token from some change on.
#[derive(Debug, Clone)]
struct Truth {
    basis: Basis,
    effective: bool,
}

/// What was true of one token.
#[derive(Debug, Clone, Default)]
struct History {
    /// In the order in which they were decided upon.
    truths: Vec<Truth>,
    /// Whether anybody outside has its secret.
    is_out: bool,
}

/// What a request that arrives at some moment may be decided by at the earliest.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Floor {
    /// The newest change that was effective.
    index: Option<usize>,
    dead: bool,
}

/// The truths of every token.
#[derive(Debug, Clone, Default)]
pub(crate) struct Judge(BTreeMap<Digest, History>);

impl Judge {
    /// A change was committed. Returns its number.
    pub(crate) fn commit(&mut self, digest: Digest, record: Option<&Record>) -> usize {
        let history = self.0.entry(digest).or_default();
        history.truths.push(Truth { basis: Basis::of(record), effective: false });
        history.truths.len() - 1
    }

    /// The secret of a token goes out.
    pub(crate) fn let_out(&mut self, digest: Digest) {
        self.0.entry(digest).or_default().is_out = true;
    }

    /// Whether anybody can come with this token.
    pub(crate) fn is_out(&self, digest: Digest) -> bool {
        self.0.get(&digest).is_some_and(|history| history.is_out)
    }

    /// The call that made a change has answered that it is effective.
    pub(crate) fn answer(&mut self, digest: Digest, index: usize) {
        self.let_out(digest);
        let truth = self.0.get_mut(&digest).and_then(|history| history.truths.get_mut(index));
        truth.into_iter().for_each(|truth| truth.effective = true);
    }

    /// How many changes became effective.
    pub(crate) fn effective(&self) -> u64 {
        self.0.values().flat_map(|history| &history.truths).filter(|truth| truth.effective).count() as u64
    }

    /// Digests of the tokens whose revocation was not answered yet.
    pub(crate) fn living(&self) -> Vec<Digest> {
        self.0.iter().filter(|(_, history)| !history.is_dead()).map(|(digest, _)| *digest).collect()
    }

    /// What a request that arrives now may be decided by at the earliest.
    pub(crate) fn floor(&self, digest: Digest) -> Floor {
        self.0.get(&digest).map_or(Floor::default(), |history| Floor {
            index: history.truths.iter().rposition(|truth| truth.effective),
            dead: history.is_dead(),
        })
    }

    /// What a request may be decided by once everything is effective: the newest truth, and nothing else.
    pub(crate) fn newest(&self, digest: Digest) -> Floor {
        self.0.get(&digest).map_or(Floor::default(), |history| Floor {
            index: history.truths.len().checked_sub(1),
            dead: history.is_dead(),
        })
    }

    /// Checks what a request was decided by that arrived at `floor`.
    ///
    /// # Errors
    /// If that was older than what had been answered as effective.
    pub(crate) fn check(&self, digest: Digest, floor: Floor, by: Basis) -> Result<(), Violation> {
        let none = History::default();
        let history = self.0.get(&digest).unwrap_or(&none);
        if floor.dead {
            let holds = matches!(by, Basis::Revoked | Basis::Unknown);
            return violated_unless(holds, "a token whose revocation was effective", by);
        }
        let Some(index) = floor.index else { return Ok(()) };
        // A revocation stays in force although a backup has forgotten it.
        let newer = history.truths.iter().skip(index).any(|truth| truth.basis == by);
        let revoked = by == Basis::Revoked && history.truths.iter().any(|truth| truth.basis == by);
        let what = if by == Basis::Unknown { "a token that was created" } else { "a token that was changed" };
        violated_unless(newer || revoked, what, by)
    }
}

impl History {
    fn is_dead(&self) -> bool {
        self.truths.iter().any(|truth| truth.effective && truth.basis == Basis::Revoked)
    }
}

fn violated_unless(holds: bool, what: &str, by: Basis) -> Result<(), Violation> {
    if holds { Ok(()) } else { Err(Violation(format!("{what} was decided on by {by:?}"))) }
}
