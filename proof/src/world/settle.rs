//! The end of a run: faults stop, and everything has to become right.

use super::{World, digest};
use crate::action::Action;
use crate::control_plane::END_STEPS;
use crate::judge::Violation;
use shared::limits::{ASK_LOST_MS, CLOCK_STEP_MS};
use shared::safeguard::Safeguards;

/// Rounds after which everything must be effective. Each makes one call of the control plane and waits it out.
const ROUNDS_MAX: usize = 60;

/// Looks after which a request must be decided.
const LOOKS_MAX: usize = 20;

impl<G: Safeguards> World<G> {
    /// Faults stop. Checks that every change becomes effective, and that then every isolate decides by the newest
    /// truth.
    ///
    /// # Errors
    /// If not, or if a promise is broken meanwhile.
    pub fn settle(&mut self) -> Result<(), Violation> {
        self.trace.note(self.time - super::START, || "faults stop".into());
        while self.instances.len() > 1 {
            self.perform(Action::End)?;
        }
        self.finish_requests()?;
        self.finish_changes()?;
        self.perform(Action::Pass(ASK_LOST_MS + CLOCK_STEP_MS))?;
        for isolate in 0..self.edges.len() {
            (0..self.tokens).try_for_each(|token| self.decide_by_newest(isolate, token))?;
        }
        Ok(())
    }

    /// Creates so many tokens while there are no faults.
    ///
    /// # Errors
    /// If that does not work.
    pub(crate) fn prepare(&mut self, tokens: u8) -> Result<(), Violation> {
        (0..tokens).try_for_each(|token| self.perform(Action::Create(token)))?;
        self.finish_changes()
    }

    fn finish_changes(&mut self) -> Result<(), Violation> {
        for _ in 0..ROUNDS_MAX {
            if self.control_plane.is_finished() {
                return Ok(());
            }
            self.advance_control_plane()?;
            self.flow()?;
            if let Some(next) = self.control_plane.moments().filter(|moment| *moment > self.time).min() {
                self.perform(Action::Pass(next - self.time))?;
            }
            self.perform(Action::EndRepublish { steps: END_STEPS })?;
            self.perform(Action::Acknowledge)?;
            self.perform(Action::Replicate)?;
        }
        Err(Violation("a change never becomes effective, although faults have stopped".into()))
    }

    fn advance_control_plane(&mut self) -> Result<(), Violation> {
        // One whose snapshot did not get through is run again.
        if self.control_plane.needs_republish() || self.control_plane.parts().is_some() {
            self.perform(Action::BeginRepublish)?;
            self.flow()?;
        }
        (0..self.control_plane.parts().unwrap_or(0)).try_for_each(|part| self.perform(Action::SendPart(part)))?;
        self.perform(Action::Initialise)?;
        self.perform(Action::Publish(usize::MAX))
    }

    /// Every message arrives and every write is confirmed.
    fn flow(&mut self) -> Result<(), Violation> {
        while !self.network.is_empty() || self.instances.iter().any(|instance| instance.unconfirmed() > 0) {
            self.perform(Action::Deliver { message: 0, age: 0 })?;
            self.perform(Action::Confirm)?;
        }
        Ok(())
    }

    fn finish_requests(&mut self) -> Result<(), Violation> {
        self.flow()?;
        for isolate in 0..self.edges.len() {
            while self.edges.get(isolate).is_some_and(|edge| edge.at_origin() > 0) {
                self.perform(Action::Headers { isolate, request: 0 })?;
            }
            while self.edges.get(isolate).is_some_and(|edge| edge.waiting() > 0) {
                self.perform(Action::Look { isolate, request: 0 })?;
                self.flow()?;
                self.perform(Action::Look { isolate, request: 0 })?;
                self.perform(Action::Cancel { isolate, request: 0, told: true })?;
            }
        }
        Ok(())
    }

    fn decide_by_newest(&mut self, isolate: usize, token: u8) -> Result<(), Violation> {
        let digest = digest(token);
        let decisions = self.coverage.decisions;
        self.arrive_with(isolate, digest, self.judge.newest(digest))?;
        for _ in 0..LOOKS_MAX {
            if self.coverage.decisions > decisions {
                return Ok(());
            }
            self.flow()?;
            self.perform(Action::Look { isolate, request: 0 })?;
        }
        Err(Violation(format!("isolate {isolate} never decides on token {token}, although faults have stopped")))
    }
}
