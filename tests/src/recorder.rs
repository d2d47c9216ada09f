//! Writes a [`History`] while it happens, from many threads.

use crate::history::{Fault, History, Life, Request, Span};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The one clock of a history, and what was seen so far.
pub struct Recorder {
    start: Instant,
    history: Mutex<History>,
}

impl Recorder {
    /// Starts the clock.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "a history needs a monotonic clock")]
    pub fn start() -> Self {
        Self { start: Instant::now(), history: Mutex::default() }
    }

    /// Makes a request, which returns its status, and writes it down.
    pub fn request(&self, edge: usize, token: usize, send: impl FnOnce() -> u16) -> u16 {
        let from = self.start.elapsed();
        let status = send();
        let span = Span { from, to: self.start.elapsed() };
        self.lock().requests.push(Request { edge, token, span, status });
        status
    }

    /// Notes a token of which nothing is promised yet; returns its number.
    pub fn token(&self) -> usize {
        let mut history = self.lock();
        history.lives.push(Life::default());
        history.lives.len() - 1
    }

    /// Its create was answered 201.
    pub fn created(&self, token: usize) {
        self.now_is(token, |life| &mut life.works_from);
    }

    /// Its revocation is about to be called.
    pub fn revoking(&self, token: usize) {
        self.now_is(token, |life| &mut life.doubtful_from);
    }

    /// Its revocation was answered 200.
    pub fn revoked(&self, token: usize) {
        self.now_is(token, |life| &mut life.dead_from);
    }

    /// Something is out of reach while this runs.
    pub fn fault(&self, what: &'static str, happen: impl FnOnce()) {
        let from = self.start.elapsed();
        happen();
        let span = Span { from, to: self.start.elapsed() };
        self.lock().faults.push(Fault { what, span });
    }

    /// What was seen.
    #[must_use]
    pub fn finish(self) -> History {
        self.history.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn now_is(&self, token: usize, moment: impl FnOnce(&mut Life) -> &mut Option<Duration>) {
        let now = self.start.elapsed();
        *moment(&mut self.lock().lives[token]) = Some(now);
    }

    fn lock(&self) -> MutexGuard<'_, History> {
        self.history.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
