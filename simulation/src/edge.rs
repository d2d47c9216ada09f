//! One isolate of the edge: the machine under measurement, and the requests that wait in it.
//!
//! The order of a request's steps is the worker's (`edge/src/{visit,look_up,renewal,in_flight}.rs`): decide by memory or
//! wait for the ledger; hand over to the origin; when it has answered, decide again. A waiting worker looks again every
//! few milliseconds; here it looks when there is something to see, at the moment at which the worker would.

use crate::platform::Us;
use crate::tokens::Token;
use shared::digest::Digest;
use shared::id::WorkspaceId;
use shared::isolate::{Answer, Ask, Bounds, Isolate, Next, WaitId};
use shared::ledger::RenewalAnswer;
use shared::limits::{ASK_SLOW_MS, LEDGER_TIMEOUT_MS, LOOK_AGAIN_MS, WANT_MAX};
use shared::policy::Need;
use shared::question::{Reach, Requirement};
use shared::scope::Scope;
use shared::timestamp::Timestamp;
use std::num::NonZeroUsize;

/// What every request asks of its token.
const REQUIREMENT: Requirement<'_> =
    Requirement { need: Need::Scope(Scope::Deploy), workspace: None, reach: Reach::Covered };

/// An isolate of the edge.
#[derive(Debug)]
pub(crate) struct Edge {
    isolate: Isolate,
    pub(crate) location: usize,
    waiting: Vec<Waiting>,
}

/// A request on its way.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Visit {
    pub(crate) number: u64,
    pub(crate) isolate: usize,
    pub(crate) workspace: usize,
    /// Which of the workspace's tokens it comes with, and what that is now.
    pub(crate) place: usize,
    pub(crate) token: Token,
    /// When it began to look its token up, if it does.
    pub(crate) since: Us,
    /// How long it has waited for KV and ledgers before.
    pub(crate) waited: Us,
    /// Whether the origin has answered it.
    pub(crate) answered: bool,
    /// Whether it arrived after the warm-up.
    pub(crate) is_counted: bool,
}

#[derive(Debug)]
struct Waiting {
    visit: Visit,
    wait: WaitId,
    since: Us,
    /// When it looks next, as far as that is planned.
    looks_at: Us,
    /// It has asked by itself, and does nothing until there is an answer.
    asks: bool,
}

/// What a decision by memory comes to.
#[derive(Debug)]
pub(crate) struct Decided {
    pub(crate) admitted: bool,
    /// A renewal that goes beside the request.
    pub(crate) ask: Option<Ask>,
    /// After how many milliseconds the request is to report what was used.
    pub(crate) report_in_ms: Option<u64>,
}

/// What a waiting request does.
#[derive(Debug)]
pub(crate) enum Look {
    /// It is decided.
    Decides(Visit, bool),
    /// It asks the ledger of this workspace.
    Asks(usize, Ask),
    /// It looks again then, or sooner if there is news.
    Waits(Us),
    /// Nothing is known after so long: 503.
    GivesUp(Visit),
    /// It is no longer there.
    Gone,
}

impl Edge {
    /// An isolate that remembers nothing. It makes room in advance, so more than there are `tokens` is not asked for.
    pub(crate) fn new(location: usize, tokens: usize) -> Self {
        let bounds = Bounds::default();
        let records = NonZeroUsize::new(2 * tokens).map_or(bounds.records, |room| room.min(bounds.records));
        let bounds = Bounds { records, unknown: NonZeroUsize::MIN, ..bounds };
        Self { isolate: Isolate::new(bounds), location, waiting: Vec::new() }
    }

    /// Remembers tokens from long before: it was asked for them once, under a lease that is over.
    pub(crate) fn remember(
        &mut self,
        workspace_id: &WorkspaceId,
        tokens: &[Token],
        answer: impl Fn(&Ask) -> RenewalAnswer,
        now: Timestamp,
    ) {
        for wanted in tokens.chunks(WANT_MAX) {
            let wait = |token: &Token| self.isolate.wait(workspace_id, &[token.digest()], now);
            let waits: Vec<WaitId> = wanted.iter().map(wait).collect();
            if let Some(Next::Ask(ask)) = waits.first().map(|wait| self.isolate.next(*wait, now)) {
                self.isolate.receive(&ask, &answer(&ask), now);
            }
            waits.into_iter().for_each(|wait| self.isolate.give_up(wait));
        }
    }

    /// Decides by memory.
    pub(crate) fn decide(&mut self, digest: Digest, workspace_id: &WorkspaceId, now: Timestamp) -> Option<Decided> {
        let decided = self.isolate.decide(&[digest], &REQUIREMENT, now)?;
        let (admitted, left_ms) = (decided.verdict.is_ok(), decided.lease_ends.ms_since(now));
        let (renew, report) = (decided.renew && admitted, decided.report && admitted);
        let ask = if renew { self.isolate.renew_early(workspace_id, now) } else { None };
        Some(Decided { admitted, ask, report_in_ms: report.then_some(left_ms) })
    }

    /// Whether the token's workspace is remembered, so that KV need not name it.
    pub(crate) fn remembers(&self, digest: Digest) -> bool {
        self.isolate.workspace_of(&[digest]).is_some()
    }

    /// A request begins to wait. It looks at once.
    pub(crate) fn wait(&mut self, visit: Visit, workspace_id: &WorkspaceId, now: Us, clock: Timestamp) {
        let wait = self.isolate.wait(workspace_id, &[visit.token.digest()], clock);
        self.waiting.push(Waiting { visit, wait, since: now, looks_at: now, asks: false });
    }

    /// A waiting request looks.
    pub(crate) fn look(&mut self, number: u64, now: Us, clock: Timestamp) -> Look {
        let Some(index) = self.waiting.iter().position(|waiting| waiting.visit.number == number) else {
            return Look::Gone;
        };
        let waiting = &mut self.waiting[index];
        if now >= waiting.since + LEDGER_TIMEOUT_MS * 1_000 {
            return self.give_up(index);
        }
        match self.isolate.next(waiting.wait, clock) {
            Next::Decide(answer) => Look::Decides(self.waiting.swap_remove(index).visit, admits(&answer, clock)),
            Next::Ask(ask) => {
                waiting.asks = true;
                Look::Asks(waiting.visit.workspace, ask)
            }
            Next::LookAgain => {
                waiting.looks_at = (now + ASK_SLOW_MS * 1_000).min(waiting.since + LEDGER_TIMEOUT_MS * 1_000);
                Look::Waits(waiting.looks_at)
            }
        }
    }

    /// Takes an answer in. Returns who looks because of it, and when.
    pub(crate) fn receive(
        &mut self,
        (ask, asker): (&Ask, Option<u64>),
        answer: &RenewalAnswer,
        workspace: usize,
        now: Us,
        clock: Timestamp,
    ) -> Vec<(u64, Us)> {
        self.isolate.receive(ask, answer, clock);
        self.end_ask(asker);
        self.lookers(asker, workspace, now, now)
    }

    /// Takes note that the ledger is overloaded. The asker gives up; returns it, and who looks again when.
    pub(crate) fn fail(
        &mut self,
        (ask, asker): (&Ask, Option<u64>),
        workspace: usize,
        (now, spare_until): (Us, Us),
        clock: Timestamp,
    ) -> (Option<Visit>, Vec<(u64, Us)>) {
        self.isolate.fail(ask, Some(clock.plus_ms((spare_until - now) / 1_000)));
        let index = self.waiting.iter().position(|waiting| Some(waiting.visit.number) == asker);
        let failed = index.map(|index| {
            let waiting = self.waiting.swap_remove(index);
            self.isolate.give_up(waiting.wait);
            waiting.visit
        });
        (failed, self.lookers(None, workspace, now, spare_until + 1_000))
    }

    /// The ask of a promise to report what was used.
    pub(crate) fn report(&mut self, workspace_id: &WorkspaceId, now: Timestamp) -> Option<Ask> {
        self.isolate.report(workspace_id, now)
    }

    fn give_up(&mut self, index: usize) -> Look {
        let waiting = self.waiting.swap_remove(index);
        self.isolate.give_up(waiting.wait);
        Look::GivesUp(waiting.visit)
    }

    fn end_ask(&mut self, asker: Option<u64>) {
        for waiting in self.waiting.iter_mut().filter(|waiting| Some(waiting.visit.number) == asker) {
            waiting.asks = false;
        }
    }

    /// Those of the workspace who do not wait for an ask of their own, and do not look as soon anyway. The asker looks
    /// now, the others when it is their turn after `from`.
    fn lookers(&mut self, asker: Option<u64>, workspace: usize, now: Us, from: Us) -> Vec<(u64, Us)> {
        let turn = LOOK_AGAIN_MS * 1_000;
        let of_workspace = |waiting: &&mut Waiting| waiting.visit.workspace == workspace && !waiting.asks;
        let looks = |waiting: &mut Waiting| {
            let number = waiting.visit.number;
            let is_asker = Some(number) == asker;
            let at = if is_asker { now } else { waiting.since + (from - waiting.since).next_multiple_of(turn) };
            let looks_anyway = !is_asker && waiting.looks_at > now && waiting.looks_at <= at;
            waiting.looks_at = if looks_anyway { waiting.looks_at } else { at };
            (!looks_anyway).then_some((number, at))
        };
        self.waiting.iter_mut().filter(of_workspace).filter_map(looks).collect()
    }
}

fn admits(answer: &Answer, now: Timestamp) -> bool {
    answer.decide(&REQUIREMENT, now).is_ok()
}
