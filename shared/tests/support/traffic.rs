//! An isolate with one token, one ledger, and requests that keep coming.

use super::edge::{ANYTHING, grant, isolate, workspace};
use super::{digest, record};
use shared::isolate::{Ask, Isolate, Next, WaitId};
use shared::ledger::RenewalAnswer;
use shared::limits::USAGE_WAIT_MS;
use shared::timestamp::Timestamp;

/// An isolate as the edge drives it, with answers that take a while.
pub struct Traffic<'a> {
    isolate: Isolate,
    lease_ms: u64,
    delays_ms: &'a [u64],
    on_their_way: Vec<(Timestamp, Ask)>,
    promised: Option<Timestamp>,
    waits: Vec<WaitId>,
    /// When each ask was made.
    pub asks: Vec<Timestamp>,
    /// When a use was reported: of the token that was wanted, or by the way.
    wanted: Vec<Timestamp>,
    used: Vec<Timestamp>,
    /// When each request came that was not decided at once.
    pub waited: Vec<Timestamp>,
}

impl<'a> Traffic<'a> {
    pub fn new(lease_ms: u64, delays_ms: &'a [u64]) -> Self {
        Self {
            isolate: isolate(),
            lease_ms,
            delays_ms,
            on_their_way: Vec::new(),
            promised: None,
            waits: Vec::new(),
            asks: Vec::new(),
            wanted: Vec::new(),
            used: Vec::new(),
            waited: Vec::new(),
        }
    }

    /// Lets requests come for so long, with these pauses between them over and over.
    pub fn run(&mut self, start: Timestamp, length_ms: u64, pauses_ms: &[u64]) {
        let mut pauses_ms = pauses_ms.iter().cycle();
        let mut next_request = start;
        for now in (0..length_ms).map(|ms| start.plus_ms(ms)) {
            self.deliver(now);
            self.look_again(now);
            self.keep_promise(now);
            if now >= next_request {
                self.request(now);
                next_request = now.plus_ms(*pauses_ms.next().expect("a pause"));
            }
        }
    }

    /// When the ledger was told that the token was used.
    pub fn reports(&self) -> Vec<Timestamp> {
        let mut all: Vec<_> = self.wanted.iter().chain(&self.used).copied().collect();
        all.sort_unstable();
        all
    }

    /// How often a renewal reported the token.
    pub fn by_the_way(&self) -> u64 {
        self.used.len() as u64
    }

    fn request(&mut self, now: Timestamp) {
        match self.isolate.decide(&[digest(1)], &ANYTHING, now) {
            Some(decided) => {
                let (renew, report) = (decided.renew, decided.report);
                if renew && let Some(ask) = self.isolate.renew_early(&workspace(1), now) {
                    self.send(ask, now);
                }
                if report {
                    self.promised = Some(now.plus_ms(self.lease_ms.min(USAGE_WAIT_MS)));
                }
            }
            None => {
                self.waited.push(now);
                self.waits.push(self.isolate.wait(&workspace(1), &[digest(1)], now));
                self.look_again(now);
            }
        }
    }

    fn look_again(&mut self, now: Timestamp) {
        for wait in std::mem::take(&mut self.waits) {
            match self.isolate.next(wait, now) {
                Next::Decide(_) => {}
                Next::LookAgain => self.waits.push(wait),
                Next::Ask(ask) => {
                    self.waits.push(wait);
                    self.send(ask, now);
                }
            }
        }
    }

    fn keep_promise(&mut self, now: Timestamp) {
        if self.promised.is_some_and(|at| at <= now) {
            self.promised = None;
            if let Some(ask) = self.isolate.report(&workspace(1), now) {
                self.send(ask, now);
            }
        }
    }

    fn send(&mut self, ask: Ask, now: Timestamp) {
        let delay_ms = self.delays_ms[self.asks.len() % self.delays_ms.len()];
        self.asks.push(now);
        if !ask.renewal().want.is_empty() {
            self.wanted.push(now);
        }
        self.used.extend(ask.renewal().used.iter().map(|_| now));
        self.on_their_way.push((now.plus_ms(delay_ms), ask));
    }

    fn deliver(&mut self, now: Timestamp) {
        let (due, later): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.on_their_way).into_iter().partition(|(at, _)| *at <= now);
        self.on_their_way = later;
        for (_, ask) in due {
            let said = grant(&ask, 1, self.lease_ms, &[(digest(1), record(1, 1))]);
            self.isolate.receive(&ask, &RenewalAnswer::Granted(said), now);
        }
    }
}
