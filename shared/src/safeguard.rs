//! The rules that the promise rests on, by name, so that the proof can show what each is for.
//!
//! Product code keeps all of them: [`All`] is the default of [`Ledger`](crate::ledger::Ledger) and
//! [`Isolate`](crate::isolate::Isolate), and costs nothing. The proof also runs variants that lack one, and
//! finds the request that such a variant decides wrongly. What a variant lacks is part of its *type*: there is
//! no setting that could switch a safeguard off.

use core::fmt::Debug;

/// A rule without which some revoked token would still be admitted, or some change be lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Safeguard {
    /// Ledger: an acknowledgement waits for the leases that were granted.
    WaitForLeases,
    /// Ledger: a repeated publish waits like a new one. "I have it" is no acknowledgement.
    WaitAgain,
    /// Ledger: a create waits until no instance before this one can answer any more.
    CreatesWaitForReplaced,
    /// Ledger: an instance answers only inside a window that a confirmed write opened.
    ConfirmedWindow,
    /// Ledger: what a window's write leaves for the next instance is never shorter than a right that still runs.
    InheritedNeverShrinks,
    /// Ledger: every lease ends inside the window.
    LeaseInsideWindow,
    /// Ledger: an uninitialised one grants nothing.
    UninitialisedGrantsNothing,
    /// Ledger: a change follows only the history that it was made on.
    HashChain,
    /// Ledger: a snapshot takes over only if its epoch is greater.
    GrowingEpochs,
    /// Ledger: a snapshot takes over only if its epoch was reserved last, since a restored backup has forgotten
    /// republishes whose calls may still arrive.
    ReservedEpochs,
    /// Isolate: a lease counts from before it was asked for.
    MeasureFromBeforeSend,
    /// Isolate: every lease is void once the clock was seen to go back.
    VoidOnBackwardClock,
    /// Isolate: an answer is applied only to a state at or beyond its `since`, in its epoch.
    RightSinceAndEpoch,
    /// Isolate: an answer older than the state changes nothing.
    OlderAnswersChangeNothing,
    /// Isolate: "no such token" is forgotten at the end of the lease under which it was said.
    UnknownDiesWithLease,
    /// Isolate: an answer decides, once, only requests that were waiting when it was asked for.
    OnceRuleOrder,
    /// Isolate: the origin's answer is released only by another decision, made after its headers arrived.
    DecideAgainInFlight,
}

impl Safeguard {
    /// All of them.
    pub const ALL: [Self; 17] = [
        Self::WaitForLeases,
        Self::WaitAgain,
        Self::CreatesWaitForReplaced,
        Self::ConfirmedWindow,
        Self::InheritedNeverShrinks,
        Self::LeaseInsideWindow,
        Self::UninitialisedGrantsNothing,
        Self::HashChain,
        Self::GrowingEpochs,
        Self::ReservedEpochs,
        Self::MeasureFromBeforeSend,
        Self::VoidOnBackwardClock,
        Self::RightSinceAndEpoch,
        Self::OlderAnswersChangeNothing,
        Self::UnknownDiesWithLease,
        Self::OnceRuleOrder,
        Self::DecideAgainInFlight,
    ];
}

/// Which safeguards a machine is made with.
pub trait Safeguards: Debug + Clone + 'static {
    /// The one that it lacks.
    const WITHOUT: Option<Safeguard>;
}

/// Every safeguard. What product code uses.
#[derive(Debug, Clone)]
pub struct All;

impl Safeguards for All {
    const WITHOUT: Option<Safeguard> = None;
}

/// Whether machines made with `G` have a safeguard; a constant of the compiled program.
#[must_use]
pub const fn keeps<G: Safeguards>(safeguard: Safeguard) -> bool {
    match G::WITHOUT {
        Some(missing) => missing as u8 != safeguard as u8,
        None => true,
    }
}
