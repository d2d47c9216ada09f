//! One isolate of the edge: the machine under test, and the requests that it is busy with.
//!
//! The order of a request's steps is the worker's: decide by memory or wait for the ledger; hand over to the
//! origin; once the headers are back, decide again before anything is released.

use crate::clocks::Clock;
use crate::judge::{Basis, Floor};
use crate::network::Sender;
use shared::decide::Permit;
use shared::digest::Digest;
use shared::id::WorkspaceId;
use shared::isolate::{Ask, Bounds, Isolate, Next, Truth, WaitId};
use shared::policy::Need;
use shared::question::{Reach, Requirement};
use shared::refusal::Refusal;
use shared::safeguard::{Safeguard, Safeguards, keeps};
use shared::scope::Scope;

/// What every request of the simulation asks of its token.
const REQUIREMENT: Requirement<'_> =
    Requirement { need: Need::Scope(Scope::Deploy), workspace: None, reach: Reach::Covered };

/// An isolate of the edge.
#[derive(Debug, Clone)]
pub(crate) struct Edge<G: Safeguards> {
    pub(crate) isolate: Isolate<G>,
    pub(crate) clock: Clock,
    pub(crate) sender: Sender,
    workspace_id: WorkspaceId,
    bounds: Bounds,
    waiting: Vec<(WaitId, Request)>,
    at_origin: Vec<Request>,
}

/// What a request is admitted to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// It goes to the origin.
    HandOver,
    /// The origin's answer goes to the caller.
    Release,
}

/// A request on its way.
#[derive(Debug, Clone)]
struct Request {
    digest: Digest,
    step: Step,
    /// What it may be decided by at the earliest: as of its arrival, and later as of its answer's headers.
    floor: Floor,
    /// What it was decided by last.
    basis: Basis,
}

/// What happens outside of an isolate because of something inside.
#[derive(Debug)]
pub(crate) enum Effect {
    /// The ledger is asked.
    Asks(Ask),
    /// A request is decided.
    Decides(Decision),
    /// The truth cannot be known: 503.
    CannotTell,
}

/// A decision, as the judge needs it.
#[derive(Debug)]
pub(crate) struct Decision {
    pub(crate) digest: Digest,
    pub(crate) step: Step,
    pub(crate) floor: Floor,
    pub(crate) basis: Basis,
    pub(crate) admitted: bool,
    /// Without a call.
    pub(crate) by_memory: bool,
}

impl<G: Safeguards> Edge<G> {
    /// An isolate that remembers nothing.
    pub(crate) fn new(index: usize, workspace_id: WorkspaceId, bounds: Bounds, clock: Clock) -> Self {
        let (sender, isolate) = (Sender { index, life: 0 }, Isolate::new(bounds));
        Self { isolate, clock, sender, workspace_id, bounds, waiting: Vec::new(), at_origin: Vec::new() }
    }

    /// Everything of it is gone; another takes its place.
    pub(crate) fn vanish(&mut self) {
        self.isolate = Isolate::new(self.bounds);
        self.sender.life += 1;
        self.waiting.clear();
        self.at_origin.clear();
    }

    pub(crate) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    pub(crate) fn at_origin(&self) -> usize {
        self.at_origin.len()
    }

    /// A request arrives.
    pub(crate) fn arrive(&mut self, digest: Digest, floor: Floor, time: u64) -> Vec<Effect> {
        self.decide(Request { digest, step: Step::HandOver, floor, basis: Basis::Nonsense }, time)
    }

    /// A waiting request looks again.
    pub(crate) fn look(&mut self, index: usize, time: u64) -> Vec<Effect> {
        let Some((wait, _)) = self.waiting.get(index) else { return Vec::new() };
        let now = self.clock.at(time);
        let answer = match self.isolate.next(*wait, now) {
            Next::Decide(answer) => answer,
            Next::Ask(ask) => return vec![Effect::Asks(ask)],
            Next::LookAgain => return Vec::new(),
        };
        let (_, request) = self.waiting.remove(index);
        // An instance that was replaced before the workspace was made knows of no workspace, for as long as it lives.
        if answer.truth == Truth::NoLedger {
            return vec![Effect::CannotTell];
        }
        let verdict = basis_of(answer.decide(&REQUIREMENT, now));
        vec![self.decided(request, verdict, false)]
    }

    /// Gives up on a waiting request: 503, or its caller went away and nobody told the machine.
    pub(crate) fn cancel(&mut self, index: usize, told: bool) {
        if index < self.waiting.len() {
            let (wait, _) = self.waiting.remove(index);
            if told {
                self.isolate.give_up(wait);
            }
        }
    }

    /// The digest of a request at the origin.
    pub(crate) fn answering(&self, index: usize) -> Option<Digest> {
        self.at_origin.get(index).map(|request| request.digest)
    }

    /// The headers of the origin's answer arrive.
    pub(crate) fn headers(&mut self, index: usize, floor: Floor, time: u64) -> Vec<Effect> {
        let request = Request { step: Step::Release, floor, ..self.at_origin.remove(index) };
        if keeps::<G>(Safeguard::DecideAgainInFlight) {
            return self.decide(request, time);
        }
        let verdict = (true, request.basis);
        vec![self.decided(request, verdict, true)]
    }

    /// A request of a made-up workspace comes and is told that there is no such ledger.
    pub(crate) fn stranger(&mut self, workspace_id: &WorkspaceId, digest: Digest, time: u64) {
        let now = self.clock.at(time);
        let wait = self.isolate.wait(workspace_id, &[digest], now);
        if let Next::Ask(ask) = self.isolate.next(wait, now) {
            self.isolate.receive(&ask, &shared::ledger::RenewalAnswer::Uninitialised, now);
        }
        self.isolate.give_up(wait);
    }

    /// A request's `wait_until` comes to report what was used.
    pub(crate) fn report(&mut self, time: u64) -> Option<Ask> {
        self.isolate.report(&self.workspace_id, self.clock.at(time))
    }

    fn decide(&mut self, request: Request, time: u64) -> Vec<Effect> {
        let (digests, now) = ([request.digest], self.clock.at(time));
        let Some(decided) = self.isolate.decide(&digests, &REQUIREMENT, now) else {
            let wait = self.isolate.wait(&self.workspace_id, &digests, now);
            self.waiting.push((wait, request));
            return self.look(self.waiting.len() - 1, time);
        };
        let (renew, verdict) = (decided.renew, basis_of(decided.verdict));
        let ask = if renew { self.isolate.renew_early(&self.workspace_id, now) } else { None };
        let decision = self.decided(request, verdict, true);
        [decision].into_iter().chain(ask.map(Effect::Asks)).collect()
    }

    fn decided(&mut self, request: Request, (admitted, basis): (bool, Basis), by_memory: bool) -> Effect {
        let Request { digest, step, floor, .. } = request;
        if admitted && step == Step::HandOver {
            self.at_origin.push(Request { basis, ..request });
        }
        Effect::Decides(Decision { digest, step, floor, basis, admitted, by_memory })
    }
}

fn basis_of(verdict: Result<Permit<'_>, Refusal>) -> (bool, Basis) {
    match verdict {
        Ok(permit) => (true, Basis::Scopes(permit.scopes())),
        Err(refusal) => (false, refusal.into()),
    }
}
