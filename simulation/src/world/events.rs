//! What happens, and when.

use super::{CONTROL_PLANE, World, clock};
use crate::edge::Visit;
use crate::object::Step;
use crate::platform::{OBJECT_CALL, Us};
use crate::tokens::Token;
use shared::change::Change;
use shared::id::InvalidId;
use shared::isolate::Ask;
use shared::ledger::RenewalAnswer;
use std::cmp::Ordering;

/// A call of an object.
#[derive(Debug)]
pub(super) enum Call {
    /// A renewal of an isolate, because a request waits for it or beside one; and the way back.
    Renewal { isolate: usize, ask: Ask, asker: Option<u64>, asked: Us, back: Us },
    /// A revocation, with the token that takes the old one's place.
    Revocation { token: usize, new: Token, changes: Vec<Change>, committed: Us, back: Us },
}

/// What happens.
#[derive(Debug)]
pub(super) enum Event {
    /// KV has named a request's workspace.
    Kv(Visit),
    /// A waiting request looks.
    Look { isolate: usize, number: u64 },
    /// A request reports what was used.
    Report { isolate: usize, workspace: usize },
    /// A call arrives at its object.
    Arrive(usize, Call),
    /// It is a call's turn.
    Serve(usize, Call),
    /// What a call needs first was written.
    Confirm(usize, Call, Step),
    /// An answer arrives at its isolate; none: the object is overloaded.
    Answer { workspace: usize, isolate: usize, ask: Ask, asker: Option<u64>, asked: Us, answer: Option<RenewalAnswer> },
    /// An object hands on who was used.
    Alarm(usize),
    /// A token is to be replaced.
    Revoke,
    /// Whoever used a token has the new one.
    Created { workspace: usize, token: usize, new: Token },
    /// A revocation is effective.
    Effective { committed: Us },
    /// Nothing is counted any more.
    End,
    /// It is asked what a revocation would take: it leaves as long as it has no way back, and arrives then.
    Probe { workspace: usize, committed: Us, back: Us },
}

/// An event and its moment. Those of the same moment happen in the order in which they were planned.
#[derive(Debug)]
pub(super) struct Planned {
    pub(super) at: Us,
    pub(super) number: u64,
    pub(super) event: Event,
}

impl World {
    pub(super) fn plan(&mut self, at: Us, event: Event) {
        self.planned += 1;
        self.events.push(Planned { at, number: self.planned, event });
    }

    pub(super) fn happen(&mut self, event: Event) -> Result<(), InvalidId> {
        match event {
            Event::Kv(visit) => self.wait(visit),
            Event::Look { isolate, number } => self.look(isolate, number),
            Event::Report { isolate, workspace } => {
                let id = &self.directory.workspaces[workspace].id;
                if let Some(ask) = self.edges[isolate].report(id, clock(self.now)) {
                    self.send(isolate, workspace, ask, None);
                }
            }
            Event::Arrive(workspace, call) => self.call_arrives(workspace, call),
            Event::Serve(workspace, call) => self.serve(workspace, call),
            Event::Confirm(workspace, call, step) => {
                self.objects[workspace].confirm(step, clock(self.now));
                self.serve(workspace, call);
            }
            Event::Answer { workspace, isolate, ask, asker, asked, answer } => {
                self.answer_arrives(workspace, isolate, (&ask, asker), asked, answer);
            }
            Event::Alarm(workspace) => {
                let rows = self.objects[workspace].alarm();
                self.charge(1, OBJECT_CALL, rows);
            }
            Event::End => self.tally.longest_lease_ms = self.objects[0].longest_lease_ms(clock(self.now)),
            Event::Revoke => self.revoke()?,
            Event::Created { workspace, token, new } => {
                self.directory.workspaces[workspace].tokens[token] = new;
                self.quiet.replaced(workspace, token);
            }
            Event::Effective { committed } => {
                if self.counted.0 <= committed {
                    self.tally.revoked.push(self.now - committed);
                }
            }
            Event::Probe { workspace, committed, back: 0 } => {
                let rtt = self.rtt(CONTROL_PLANE, workspace);
                self.plan(self.now + rtt / 2, Event::Probe { workspace, committed, back: rtt / 2 });
            }
            Event::Probe { workspace, committed, back } => {
                let (durable, wait_ms) = self.objects[workspace].probe(self.now, clock);
                self.tally.revoked.push(durable + back + wait_ms * 1_000 - committed);
            }
        }
        Ok(())
    }
}

impl PartialEq for Planned {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl Eq for Planned {}

impl PartialOrd for Planned {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Planned {
    /// What comes first is the greatest, as a heap wants it.
    fn cmp(&self, other: &Self) -> Ordering {
        (other.at, other.number).cmp(&(self.at, self.number))
    }
}
