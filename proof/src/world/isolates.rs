//! What happens at isolates.

use super::{World, digest};
use crate::edge::{Decision, Effect, Step};
use crate::judge::{Basis, Floor, Violation};
use crate::network::{Envelope, Message};
use shared::digest::Digest;
use shared::safeguard::Safeguards;

impl<G: Safeguards> World<G> {
    /// Nobody has a token whose secret is not out: such a request does not come.
    pub(super) fn arrive(&mut self, isolate: usize, token: u8) -> Result<(), Violation> {
        let digest = digest(token);
        let floor = self.judge.floor(digest);
        if token < self.tokens && !self.judge.is_out(digest) {
            return Ok(());
        }
        self.arrive_with(isolate, digest, floor)
    }

    pub(super) fn arrive_with(&mut self, isolate: usize, digest: Digest, floor: Floor) -> Result<(), Violation> {
        let time = self.time;
        let edge = self.edges.get_mut(isolate);
        let effects = edge.map_or_else(Vec::new, |edge| edge.arrive(digest, floor, time));
        self.take(isolate, effects)
    }

    pub(super) fn look(&mut self, isolate: usize, request: usize) -> Result<(), Violation> {
        let time = self.time;
        let effects = self.edges.get_mut(isolate).map_or_else(Vec::new, |edge| edge.look(request, time));
        self.take(isolate, effects)
    }

    pub(super) fn headers(&mut self, isolate: usize, request: usize) -> Result<(), Violation> {
        let time = self.time;
        let Some(edge) = self.edges.get_mut(isolate) else { return Ok(()) };
        let Some(digest) = edge.answering(request) else { return Ok(()) };
        let effects = edge.headers(request, self.judge.floor(digest), time);
        self.take(isolate, effects)
    }

    pub(super) fn cancel(&mut self, isolate: usize, request: usize, told: bool) {
        self.edges.get_mut(isolate).into_iter().for_each(|edge| edge.cancel(request, told));
    }

    pub(super) fn report(&mut self, isolate: usize) {
        let time = self.time;
        let Some(edge) = self.edges.get_mut(isolate) else { return };
        if let Some(ask) = edge.report(time) {
            self.network.push(Envelope::ToLedger(edge.sender, Message::Renewal(ask)));
        }
    }

    pub(super) fn stranger(&mut self, isolate: usize) {
        let Some(edge) = self.edges.get_mut(isolate) else { return };
        self.strangers += 1;
        let made_up = u8::try_from(self.strangers % 50).unwrap_or_default();
        edge.stranger(&self.stranger, digest(200 + made_up), self.time);
        self.coverage.strangers += 1;
    }

    pub(super) fn vanish(&mut self, isolate: usize) {
        if let Some(edge) = self.edges.get_mut(isolate) {
            edge.vanish();
            self.coverage.isolates_lost += 1;
        }
    }

    /// Lets the outside see what happened at an isolate.
    fn take(&mut self, isolate: usize, effects: Vec<Effect>) -> Result<(), Violation> {
        for effect in effects {
            match effect {
                Effect::Asks(ask) => {
                    let Some(edge) = self.edges.get(isolate) else { continue };
                    self.network.push(Envelope::ToLedger(edge.sender, Message::Renewal(ask)));
                }
                Effect::Decides(decision) => self.judge_decision(isolate, &decision)?,
                Effect::CannotTell => self.coverage.unavailable += 1,
            }
        }
        Ok(())
    }

    fn judge_decision(&mut self, isolate: usize, decision: &Decision) -> Result<(), Violation> {
        let Decision { digest, step, floor, basis, admitted, by_memory } = decision;
        let counts = &mut self.coverage;
        counts.decisions += 1;
        counts.by_memory += u64::from(*by_memory);
        counts.unknown += u64::from(*basis == Basis::Unknown);
        match (step, admitted) {
            (Step::HandOver, true) => counts.admissions += 1,
            (Step::HandOver, false) => counts.refusals += 1,
            (Step::Release, true) => counts.releases += 1,
            (Step::Release, false) => counts.withheld += 1,
        }
        let verdict = if *admitted { "admits" } else { "refuses" };
        let [token, ..] = digest.as_bytes();
        let said = || format!("  isolate {isolate} {verdict} token {token} by {basis:?} ({step:?})");
        self.trace.note(self.time - super::START, said);
        self.judge
            .check(*digest, *floor, *basis)
            .map_err(|Violation(why)| Violation(format!("isolate {isolate} {verdict} a request ({step:?}): {why}")))
    }
}
