//! What happened, on one monotonic clock, and whether it keeps the promises.
//!
//! A request counts against a promise only if the order is certain: it was sent after the answer of a
//! change had been received, or answered before the next change was called.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::time::Duration;

/// How long after a fault the edges may still answer 503: a new ledger instance waits for those before it.
const RECOVERY: Duration = Duration::from_secs(2);

/// How soon after a revocation a late admission would be likely.
const CLOSE: Duration = Duration::from_millis(100);

/// From when to when, since the clock was started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Sent, or begun.
    pub from: Duration,
    /// Answered, or over.
    pub to: Duration,
}

/// One request of one token at one edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
    /// When its revocation, or the change that takes the needed scope from it, was called.
    pub doubtful_from: Option<Duration>,
    /// When that was answered 200.
    pub dead_from: Option<Duration>,
}

/// Something that was broken on purpose.
#[derive(Debug, Clone, Copy)]
pub struct Fault {
    /// What happened, for people.
    pub what: &'static str,
    /// For how long something was out of reach.
    pub span: Span,
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
    pub faults: Vec<Fault>,
    /// By edge and token.
    pub excuses: HashMap<(usize, usize), Excuse>,
}

/// What a request shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Finding {
    /// 200, not certainly too late.
    Admitted,
    /// 401, or 403 if it was narrowed; not certainly too early.
    Refused,
    /// 503 for a token that nobody promises to work.
    PutOffDead,
    /// 503 for a token that KV hides from this edge.
    PutOffHidden,
    /// 503 while ledger or KV were out of reach.
    PutOffInFault,
    /// Broken promise: admitted although sent after the revocation had been answered.
    Late,
    /// Broken promise: 401 or 403 although it may do this.
    RefusedAlive,
    /// Broken promise: 503 although alive, known to KV, and nothing was out of reach.
    PutOffAlive,
    /// Broken promise: any other answer.
    Strange,
}

/// What a history shows: the requests of each finding.
#[derive(Debug, Default)]
pub struct Verdict {
    requests: BTreeMap<Finding, Vec<Request>>,
    close: usize,
}

impl History {
    /// Holds every request against the promises.
    #[must_use]
    pub fn check(&self) -> Verdict {
        let mut verdict = Verdict::default();
        for request in &self.requests {
            verdict.requests.entry(self.judge(request)).or_default().push(*request);
            verdict.close += usize::from(self.is_close(request));
        }
        verdict
    }

    fn judge(&self, request: &Request) -> Finding {
        let excuse = self.excuses.get(&(request.edge, request.token));
        match request.status {
            200 if self.is_dead(request) => Finding::Late,
            200 => Finding::Admitted,
            401 | 403 if self.is_alive(request) && excuse != Some(&Excuse::Misplaced) => Finding::RefusedAlive,
            401 | 403 => Finding::Refused,
            503 if !self.is_alive(request) => Finding::PutOffDead,
            503 if excuse.is_some() => Finding::PutOffHidden,
            503 if self.is_during_fault(request) => Finding::PutOffInFault,
            503 => Finding::PutOffAlive,
            _ => Finding::Strange,
        }
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
        let dead_from = self.life(request).dead_from.filter(|_| self.is_dead(request));
        dead_from.is_some_and(|dead_from| request.span.from < dead_from + CLOSE)
    }

    fn is_during_fault(&self, request: &Request) -> bool {
        let overlaps = |span: Span| span.from <= request.span.to && request.span.from <= span.to + RECOVERY;
        self.faults.iter().any(|fault| overlaps(fault.span))
    }
}

impl Verdict {
    /// The requests that show this.
    #[must_use]
    pub fn of(&self, finding: Finding) -> &[Request] {
        self.requests.get(&finding).map_or(&[], Vec::as_slice)
    }

    /// Requests that broke a promise.
    #[must_use]
    pub fn broken(&self) -> Vec<(Finding, Request)> {
        let broken = self.requests.range(Finding::Late..);
        broken.flat_map(|(finding, requests)| requests.iter().map(|request| (*finding, *request))).collect()
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = |finding| self.of(finding).len();
        let all: usize = self.requests.values().map(Vec::len).sum();
        write!(f, "{all} requests, {} of them within 100 ms after a revocation: ", self.close)?;
        write!(f, "{} admitted, {} refused, 503 for ", count(Finding::Admitted), count(Finding::Refused))?;
        write!(f, "{} dead, {} hidden by KV, ", count(Finding::PutOffDead), count(Finding::PutOffHidden))?;
        write!(f, "{} in faults; late admissions: {}, ", count(Finding::PutOffInFault), count(Finding::Late))?;
        write!(f, "live tokens refused: {}, ", count(Finding::RefusedAlive))?;
        write!(f, "unexplained 503: {}, others: {}", count(Finding::PutOffAlive), count(Finding::Strange))
    }
}

#[cfg(test)]
mod tests {
    use super::{Excuse, Fault, Finding, History, Life, Request, Span};
    use std::collections::HashMap;
    use std::time::Duration;

    const fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    /// One request with a token that works from 100 on; its revocation is called at 200 and answered at 300.
    fn history(from: u64, to: u64, status: u16) -> History {
        let life = Life { works_from: Some(ms(100)), doubtful_from: Some(ms(200)), dead_from: Some(ms(300)) };
        let request = Request { edge: 1, token: 0, span: Span { from: ms(from), to: ms(to) }, status };
        History { requests: vec![request], lives: vec![life], ..History::default() }
    }

    fn judge(from: u64, to: u64, status: u16, alter: impl FnOnce(&mut History)) -> Finding {
        let mut history = history(from, to, status);
        alter(&mut history);
        history.judge(&history.requests[0])
    }

    fn fault(from: u64, to: u64) -> impl FnOnce(&mut History) {
        move |history| history.faults = vec![Fault { what: "a test", span: Span { from: ms(from), to: ms(to) } }]
    }

    fn excuse(edge: usize, excuse: Excuse) -> impl FnOnce(&mut History) {
        move |history| history.excuses = HashMap::from([((edge, 0), excuse)])
    }

    #[test]
    fn an_admission_after_the_revocation_is_late() {
        assert_eq!(judge(301, 310, 200, |_| ()), Finding::Late);
        assert_eq!(judge(300, 310, 200, |_| ()), Finding::Admitted, "at the same moment: the order is not certain");
        assert_eq!(judge(250, 400, 200, |_| ()), Finding::Admitted, "sent before the revocation was answered");
        assert_eq!(judge(301, 310, 401, |_| ()), Finding::Refused);
        assert_eq!(judge(301, 310, 503, |_| ()), Finding::PutOffDead);
        let pending = |history: &mut History| history.lives[0].dead_from = None;
        assert_eq!(judge(301, 310, 200, pending), Finding::Admitted, "a 202 promises nothing yet");
    }

    #[test]
    fn no_lie_of_kv_and_no_fault_excuses_a_late_admission() {
        let all = |history: &mut History| {
            fault(0, 1000)(history);
            excuse(1, Excuse::Misplaced)(history);
        };
        assert_eq!(judge(301, 310, 200, all), Finding::Late);
    }

    #[test]
    fn a_live_token_is_not_refused() {
        assert_eq!(judge(101, 199, 401, |_| ()), Finding::RefusedAlive);
        assert_eq!(judge(99, 150, 401, |_| ()), Finding::Refused, "sent before the create was answered");
        assert_eq!(judge(150, 201, 401, |_| ()), Finding::Refused, "answered after the revocation was called");
        assert_eq!(judge(101, 199, 401, fault(0, 1000)), Finding::RefusedAlive, "a fault makes it 503, never 401");
        assert_eq!(judge(101, 199, 401, excuse(1, Excuse::Hidden)), Finding::RefusedAlive);
        assert_eq!(judge(101, 199, 401, excuse(1, Excuse::Misplaced)), Finding::Refused);
    }

    #[test]
    fn a_live_token_is_put_off_only_for_a_reason() {
        assert_eq!(judge(101, 199, 503, |_| ()), Finding::PutOffAlive);
        assert_eq!(judge(101, 199, 503, fault(190, 195)), Finding::PutOffInFault);
        assert_eq!(judge(101, 189, 503, fault(190, 195)), Finding::PutOffAlive, "over before the fault");
        assert_eq!(judge(101, 199, 503, excuse(1, Excuse::Hidden)), Finding::PutOffHidden);
        assert_eq!(judge(101, 199, 503, excuse(2, Excuse::Hidden)), Finding::PutOffAlive, "each edge has its own view");
    }

    #[test]
    fn any_other_answer_is_strange() {
        for status in [0, 204, 400, 404, 500, 502] {
            assert_eq!(judge(101, 199, status, |_| ()), Finding::Strange);
        }
    }

    #[test]
    fn broken_promises_are_told_from_kept_ones() {
        let verdict = |status| history(301, 310, status).check();
        assert_eq!(verdict(200).broken().len(), 1);
        assert!(verdict(401).broken().is_empty() && verdict(503).broken().is_empty());
    }
}
