//! Calls of objects, and what comes back.

use super::events::{Call, Event};
use super::{CONTROL_PLANE, ROWS_READ, World, clock};
use crate::object::Renewed;
use crate::platform::{OBJECT_CALL, OBJECT_WRITE, Us};
use rand::RngExt;
use shared::id::InvalidId;
use shared::isolate::Ask;
use shared::ledger::RenewalAnswer;
use shared::limits::{OVERLOAD_PAUSE_MS, USAGE_ALARM_MS};

impl World {
    /// A token is replaced by a new one, and the call that does so waits until the old one is refused everywhere.
    pub(super) fn revoke(&mut self) -> Result<(), InvalidId> {
        let workspace = self.rng.random_range(0..self.directory.workspaces.len());
        let token = self.rng.random_range(0..self.directory.workspaces[workspace].tokens.len());
        let old = self.directory.workspaces[workspace].tokens[token];
        let revoked = self.directory.revoke(workspace, old)?;
        let (new, created) = self.directory.create(workspace)?;
        let rtt = self.rtt(CONTROL_PLANE, workspace);
        let (changes, committed, back) = (vec![revoked, created], self.now, rtt / 2);
        let call = Call::Revocation { token, new, changes, committed, back };
        self.plan(self.now + rtt / 2, Event::Arrive(workspace, call));
        if self.counts() {
            self.tally.usage.kv_writes += 2;
        }
        Ok(())
    }

    pub(super) fn call_arrives(&mut self, workspace: usize, call: Call) {
        let is_counted = self.counts();
        let object = &mut self.objects[workspace];
        match (object.enqueue(self.now), call) {
            (Some(turn), call) => {
                if is_counted && matches!(call, Call::Renewal { .. }) {
                    object.count(self.now);
                }
                self.charge(1, OBJECT_CALL, 0);
                self.plan(turn, Event::Serve(workspace, call));
            }
            (None, Call::Renewal { isolate, ask, asker, asked, back }) => {
                let answer = None;
                self.plan(self.now + back, Event::Answer { workspace, isolate, ask, asker, asked, answer });
            }
            // The publisher tries again.
            (None, call) => self.plan(self.now + OVERLOAD_PAUSE_MS * 1_000, Event::Arrive(workspace, call)),
        }
    }

    pub(super) fn serve(&mut self, workspace: usize, call: Call) {
        let (object, now) = (&mut self.objects[workspace], clock(self.now));
        match call {
            Call::Revocation { token, new, changes, committed, back } => {
                let rows = 2 * changes.len() as u64;
                let wait_ms = object.publish(changes, now).wait_ms;
                self.charge(0, OBJECT_WRITE, rows);
                let answered = self.now + OBJECT_WRITE + back;
                self.plan(answered, Event::Created { workspace, token, new });
                self.plan(answered + wait_ms * 1_000, Event::Effective { committed });
            }
            Call::Renewal { isolate, ask, asker, asked, back } => match object.renew(ask.renewal(), now) {
                Renewed::Writes(step) => {
                    self.charge(0, OBJECT_WRITE, 1);
                    let call = Call::Renewal { isolate, ask, asker, asked, back };
                    self.plan(self.now + OBJECT_WRITE, Event::Confirm(workspace, call, step));
                }
                Renewed::Answers(answer, kept) => {
                    if kept.alarm {
                        self.plan(self.now + USAGE_ALARM_MS * 1_000, Event::Alarm(workspace));
                    }
                    // The answer leaves after what was kept is durable.
                    let write = if kept.rows > 0 { OBJECT_WRITE } else { 0 };
                    self.charge(0, write, kept.rows);
                    let answer = Some(answer);
                    self.plan(self.now + write + back, Event::Answer { workspace, isolate, ask, asker, asked, answer });
                }
            },
        }
    }

    pub(super) fn answer_arrives(
        &mut self,
        workspace: usize,
        isolate: usize,
        ask: (&Ask, Option<u64>),
        asked: Us,
        answer: Option<RenewalAnswer>,
    ) {
        if let Some(RenewalAnswer::Granted(grant)) = &answer {
            self.quiet.granted(isolate, workspace, asked, grant.lease_ms);
            if !grant.changed.is_empty() || grant.forget_everything {
                self.quiet.changed(isolate, workspace);
            }
        }
        let (edge, now) = (&mut self.edges[isolate], clock(self.now));
        let lookers = match answer {
            Some(answer) => edge.receive(ask, &answer, workspace, self.now, now),
            None => {
                let pause = (OVERLOAD_PAUSE_MS as f64 * 1_000.0 * (0.5 + self.rng.random::<f64>())) as Us;
                let (failed, lookers) = edge.fail(ask, workspace, (self.now, self.now + pause), now);
                failed.into_iter().for_each(|visit| self.cannot_tell(visit));
                lookers
            }
        };
        for (number, at) in lookers {
            if at <= self.now { self.look(isolate, number) } else { self.plan(at, Event::Look { isolate, number }) }
        }
    }

    /// Counts what an object is billed for, besides the rows that a call reads.
    pub(super) fn charge(&mut self, calls: u64, busy: Us, rows_written: u64) {
        if self.counts() {
            let usage = &mut self.tally.usage;
            usage.object_calls += calls;
            usage.object_us += busy;
            usage.rows_written += rows_written;
            usage.rows_read += calls * ROWS_READ;
        }
    }
}
