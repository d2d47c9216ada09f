//! What happened, on one monotonic clock, and whether it keeps the promises.
//!
//! A request counts against a promise only if the order is certain: it was sent after the answer of a
//! change had been received, or answered before the next change was called.

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

/// How long after a fault the edges may still answer 503: a new ledger instance waits for those before it.
const RECOVERY: Duration = Duration::from_secs(3);

/// From when to when, since the clock was started.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    /// Sent, or begun.
    pub from: Duration,
    /// Answered, or over.
    pub to: Duration,
}

/// One request of one token at one edge.
#[derive(Debug, Clone, Copy)]
pub struct Request {
    /// Number of the edge.
    pub edge: usize,
    /// Number of the token.
    pub token: usize,
    /// Sent and answered.
    pub span: Span,
    /// HTTP status; 0 if there was no answer.
    pub status: u16,
}

/// What the control plane answered about one token, and when. None: not, or not with certainty.
#[derive(Debug, Clone, Copy, Default)]
pub struct Life {
    /// When its create was answered 201.
    pub works_from: Option<Duration>,
    /// When its revocation was called.
    pub doubtful_from: Option<Duration>,
    /// When its revocation was answered 200.
    pub dead_from: Option<Duration>,
}

/// What KV hid or misrepresented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Excuse {
    /// KV did not know the token: the edge may be out of budget for asking, and answer 503.
    Hidden,
    /// KV named another workspace: the edge may refuse. KV can hide tokens.
    Misplaced,
}

/// Everything that was seen.
#[derive(Debug, Default)]
pub struct History {
    /// Every request.
    pub requests: Vec<Request>,
    /// Tokens, by number.
    pub lives: Vec<Life>,
    /// When ledger or KV were out of reach.
    pub faults: Vec<Span>,
    /// By edge and token.
    pub excuses: HashMap<(usize, usize), Excuse>,
}

/// What a history shows.
#[derive(Debug, Default)]
pub struct Verdict {
    /// Admitted although sent after the revocation had been answered.
    pub late: Vec<Request>,
    /// Refused with 401 although alive.
    pub refused: Vec<Request>,
    /// 503 although alive, known to KV, and nothing was out of reach.
    pub unavailable: Vec<Request>,
    /// Anything but 200, 401 and 503.
    pub strange: Vec<Request>,
    /// Requests sent within 100 ms after a revocation was answered: where lateness would show.
    pub close: usize,
}

impl History {
    /// Holds every request against the promises.
    #[must_use]
    pub fn check(&self) -> Verdict {
        let mut verdict = Verdict::default();
        for request in &self.requests {
            let list = match request.status {
                200 if self.is_dead(request) => &mut verdict.late,
                401 if self.is_alive(request) && !self.is_excused(request, false) => &mut verdict.refused,
                503 if self.is_alive(request) && !self.is_excused(request, true) && !self.is_during_fault(request) => {
                    &mut verdict.unavailable
                }
                200 | 401 | 503 => continue,
                _ => &mut verdict.strange,
            };
            list.push(*request);
        }
        verdict.close = self.requests.iter().filter(|request| self.is_close(request)).count();
        verdict
    }

    fn life(&self, request: &Request) -> Life {
        self.lives.get(request.token).copied().unwrap_or_default()
    }

    fn is_dead(&self, request: &Request) -> bool {
        self.life(request).dead_from.is_some_and(|dead| dead < request.span.from)
    }

    fn is_alive(&self, request: &Request) -> bool {
        let Life { works_from, doubtful_from, .. } = self.life(request);
        works_from.is_some_and(|from| from < request.span.from) && doubtful_from.is_none_or(|to| request.span.to < to)
    }

    fn is_close(&self, request: &Request) -> bool {
        let limit = |dead| dead + Duration::from_millis(100);
        self.is_dead(request) && self.life(request).dead_from.is_some_and(|dead| request.span.from < limit(dead))
    }

    /// A token that KV misplaced may be refused; one that it hides as well may only be put off.
    fn is_excused(&self, request: &Request, is_put_off: bool) -> bool {
        match self.excuses.get(&(request.edge, request.token)) {
            Some(Excuse::Misplaced) => true,
            Some(Excuse::Hidden) => is_put_off,
            None => false,
        }
    }

    fn is_during_fault(&self, request: &Request) -> bool {
        self.faults.iter().any(|fault| fault.from <= request.span.to && request.span.from <= fault.to + RECOVERY)
    }
}

impl Verdict {
    /// Whether every promise was kept.
    #[must_use]
    pub const fn is_clean(&self) -> bool {
        self.late.is_empty() && self.refused.is_empty() && self.unavailable.is_empty() && self.strange.is_empty()
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { late, refused, unavailable, strange, close } = self;
        write!(
            f,
            "late admissions: {}, live tokens refused: {}, unexplained 503: {}, other answers: {} \
             ({close} requests within 100 ms after a revocation)",
            late.len(),
            refused.len(),
            unavailable.len(),
            strange.len()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::{Excuse, History, Life, Request, Span, Verdict};
    use std::collections::HashMap;
    use std::time::Duration;

    const fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    /// A token that works from 100 on, whose revocation is called at 200 and answered at 300.
    fn check(from: u64, to: u64, status: u16, alter: impl FnOnce(&mut History)) -> Verdict {
        let life = Life { works_from: Some(ms(100)), doubtful_from: Some(ms(200)), dead_from: Some(ms(300)) };
        let request = Request { edge: 1, token: 0, span: Span { from: ms(from), to: ms(to) }, status };
        let mut history = History { requests: vec![request], lives: vec![life], ..History::default() };
        alter(&mut history);
        history.check()
    }

    fn excuse(edge: usize, excuse: Excuse) -> impl FnOnce(&mut History) {
        move |history| history.excuses = HashMap::from([((edge, 0), excuse)])
    }

    #[test]
    fn an_admission_after_the_revocation_is_late() {
        assert_eq!(check(301, 310, 200, |_| ()).late.len(), 1);
        assert!(check(300, 310, 200, |_| ()).is_clean(), "sent at the same moment: the order is not certain");
        assert!(check(301, 310, 401, |_| ()).is_clean());
        assert!(check(301, 310, 503, |_| ()).is_clean());
        let pending = |history: &mut History| history.lives[0].dead_from = None;
        assert!(check(301, 310, 200, pending).is_clean(), "a 202 promises nothing yet");
    }

    #[test]
    fn no_lie_of_kv_and_no_fault_excuses_a_late_admission() {
        let all = |history: &mut History| {
            history.faults.push(Span { from: ms(0), to: ms(1000) });
            excuse(1, Excuse::Misplaced)(history);
        };
        assert_eq!(check(301, 310, 200, all).late.len(), 1);
    }

    #[test]
    fn a_live_token_is_not_refused() {
        assert_eq!(check(101, 199, 401, |_| ()).refused.len(), 1);
        assert!(check(99, 150, 401, |_| ()).is_clean(), "sent before the create was answered");
        assert!(check(150, 201, 401, |_| ()).is_clean(), "answered after the revocation was called");
        let fault = |history: &mut History| history.faults.push(Span { from: ms(0), to: ms(1000) });
        assert_eq!(check(101, 199, 401, fault).refused.len(), 1, "a fault makes it 503, never 401");
        assert_eq!(check(101, 199, 401, excuse(1, Excuse::Hidden)).refused.len(), 1);
        assert!(check(101, 199, 401, excuse(1, Excuse::Misplaced)).is_clean());
    }

    #[test]
    fn a_live_token_is_put_off_only_for_a_reason() {
        assert_eq!(check(101, 199, 503, |_| ()).unavailable.len(), 1);
        assert!(check(101, 199, 503, |history| history.faults.push(Span { from: ms(190), to: ms(195) })).is_clean());
        assert!(check(101, 199, 503, excuse(1, Excuse::Hidden)).is_clean());
        assert_eq!(check(101, 199, 503, excuse(2, Excuse::Hidden)).unavailable.len(), 1, "each edge has its own view");
    }

    #[test]
    fn any_other_answer_is_strange() {
        for status in [0, 204, 400, 403, 500, 502] {
            assert_eq!(check(101, 199, status, |_| ()).strange.len(), 1);
        }
    }

    #[test]
    fn requests_close_to_a_revocation_are_counted() {
        assert_eq!((check(301, 310, 401, |_| ()).close, check(400, 410, 401, |_| ()).close), (1, 0));
    }
}
