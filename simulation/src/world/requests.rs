//! Requests at the edge: the steps of the worker.

use super::events::{Call, Event};
use super::{ROUND_TRIP_SAMPLE, World, clock};
use crate::edge::{Look, Visit};
use crate::platform::{KV_HOT, KV_STORE, KV_TTL, OBJECT_CALL, ORIGIN};
use crate::settings::Ledgers;
use crate::traffic;
use shared::isolate::Ask;
use shared::limits::USAGE_WAIT_MS;

impl World {
    pub(super) fn arrive(&mut self) {
        let traffic::Call { isolate, workspace, token } = self.traffic.call(&mut self.rng);
        self.visits += 1;
        if self.settings.world.ledgers == Ledgers::FirstRequest {
            self.objects[workspace].home.get_or_insert(self.edges[isolate].location);
        }
        if self.counts() {
            self.tally.usage.requests += 1;
            self.objects[workspace].load.requests += 1;
            if self.visits.is_multiple_of(ROUND_TRIP_SAMPLE) {
                let rtt = self.rtt(self.edges[isolate].location, workspace);
                self.tally.round_trips.push(rtt + OBJECT_CALL);
            }
        }
        if self.quiet.lasts(isolate, workspace, token, self.now + ORIGIN) {
            self.tally.released += u64::from(self.counts());
            return;
        }
        let (number, place, token) = (self.visits, token, self.directory.workspaces[workspace].tokens[token]);
        let is_counted = self.counts();
        self.decide(Visit {
            number,
            isolate,
            workspace,
            place,
            token,
            since: 0,
            waited: 0,
            answered: false,
            is_counted,
        });
    }

    pub(super) fn decide(&mut self, visit: Visit) {
        let (edge, now) = (&mut self.edges[visit.isolate], clock(self.now));
        let digest = visit.token.digest();
        if let Some(decided) = edge.decide(digest, &self.directory.workspaces[visit.workspace].id, now) {
            if decided.admitted && decided.ask.is_none() && !self.settings.world.exact {
                self.quiet.decided(visit.isolate, visit.workspace, visit.place, self.now);
            }
            if let Some(ask) = decided.ask {
                self.send(visit.isolate, visit.workspace, ask, None);
            }
            if let Some(left_ms) = decided.report_in_ms {
                let Visit { isolate, workspace, .. } = visit;
                self.plan(self.now + left_ms.min(USAGE_WAIT_MS) * 1_000, Event::Report { isolate, workspace });
            }
            return self.decided(visit, decided.admitted);
        }
        let visit = Visit { since: self.now, ..visit };
        if edge.remembers(digest) { self.wait(visit) } else { self.read_kv(visit) }
    }

    pub(super) fn read_kv(&mut self, visit: Visit) {
        if self.counts() {
            self.tally.usage.kv_reads += 1;
        }
        let location = self.edges[visit.isolate].location;
        let cached = self.kv.insert((location, visit.token), self.now + KV_TTL).is_some_and(|until| until > self.now);
        let takes = if cached { KV_HOT } else { KV_STORE + self.geography.rtt_to_kv(location, &mut self.rng) };
        self.plan(self.now + takes, Event::Kv(visit));
    }

    pub(super) fn wait(&mut self, visit: Visit) {
        let (now, clock) = (self.now, self.clock());
        let id = &self.directory.workspaces[visit.workspace].id;
        self.edges[visit.isolate].wait(visit, id, now, clock);
        self.look(visit.isolate, visit.number);
    }

    pub(super) fn look(&mut self, isolate: usize, number: u64) {
        match self.edges[isolate].look(number, self.now, clock(self.now)) {
            Look::Decides(visit, admitted) => {
                self.decided(Visit { waited: visit.waited + self.now - visit.since, ..visit }, admitted);
            }
            Look::Asks(workspace, ask) => self.send(isolate, workspace, ask, Some(number)),
            Look::Waits(at) => self.plan(at, Event::Look { isolate, number }),
            Look::GivesUp(visit) => self.cannot_tell(visit),
            Look::Gone => {}
        }
    }

    pub(super) fn decided(&mut self, visit: Visit, admitted: bool) {
        if admitted && !visit.answered {
            return self.at_origin.push_back((self.now + ORIGIN, visit));
        }
        if visit.is_counted {
            *(if admitted { &mut self.tally.released } else { &mut self.tally.refused }) += 1;
            self.tally.waited.extend((visit.waited > 0).then_some(visit.waited));
        }
    }

    pub(super) fn cannot_tell(&mut self, visit: Visit) {
        if visit.is_counted {
            self.tally.unknown += 1;
            self.tally.waited.push(visit.waited + self.now - visit.since);
        }
    }

    pub(super) fn send(&mut self, isolate: usize, workspace: usize, ask: Ask, asker: Option<u64>) {
        let rtt = self.rtt(self.edges[isolate].location, workspace);
        let call = Call::Renewal { isolate, ask, asker, asked: self.now, back: rtt / 2 };
        self.plan(self.now + rtt / 2, Event::Arrive(workspace, call));
    }
}
