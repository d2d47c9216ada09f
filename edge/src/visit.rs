//! A request for the platform, from its arrival to its answer.

use crate::glue::request::Incoming;
use crate::look_up::{self, NoRecord};
use crate::settings::Settings;
use crate::{cannot_tell, clock, memory, renewal};
use shared::decide::Permit;
use shared::digest::Digest;
use shared::id::WorkspaceId;
use shared::isolate::Decided;
use shared::policy::POLICY;
use shared::problem::Problem;
use shared::question::{Question, examine};
use shared::refusal::Refusal;
use shared::timestamp::Timestamp;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsValue;

/// A request for the platform.
pub(crate) struct Visit {
    pub(crate) settings: Rc<Settings>,
    pub(crate) request: JsValue,
    pub(crate) context: JsValue,
    incoming: Incoming,
    digests: Vec<Digest>,
    /// Set if this request has promised to report what was used.
    report: RefCell<Option<Report>>,
}

struct Report {
    workspace_id: WorkspaceId,
    lease_ms: u64,
}

/// What an assertion says last, and until when.
type Assertion = Option<(Timestamp, Rc<str>)>;

impl Visit {
    pub(crate) fn new(
        settings: Rc<Settings>,
        request: JsValue,
        context: JsValue,
        incoming: Incoming,
        digests: Vec<Digest>,
    ) -> Self {
        Self { settings, request, context, incoming, digests, report: RefCell::default() }
    }

    /// What is decided. It was asked before, when the request was routed; it is asked again instead of kept since
    /// it borrows from the request.
    fn question(&self) -> Result<Question<'_>, Refusal> {
        examine(self.incoming.raw(), &POLICY, &self.settings.prefix)
    }

    /// What the token may stand for.
    pub(crate) fn digests(&self) -> &[Digest] {
        &self.digests
    }

    /// Where the request goes.
    pub(crate) fn url(&self) -> String {
        format!("{}{}", self.settings.origin_url, self.incoming.target())
    }

    /// Allows the request by memory, without any call, with an assertion for the origin. None: memory cannot tell.
    pub(crate) fn assert_by_memory(&self) -> Option<Result<Rc<str>, Refusal>> {
        self.decide_by_memory(clock::now(), |permit, kept, lease_ends, now| match kept {
            Some((until, assertion)) if *until >= lease_ends => Rc::clone(assertion),
            _ => {
                let assertion: Rc<str> = self.settings.asserter.assert(permit, now, lease_ends).into();
                *kept = Some((lease_ends, Rc::clone(&assertion)));
                assertion
            }
        })
    }

    /// Allows the request by what its ledger says now, with an assertion for the origin.
    pub(crate) async fn assert_by_ledger(&self) -> Result<Rc<str>, Problem> {
        let assert = |permit: Permit<'_>, now, until| self.settings.asserter.assert(permit, now, until).into();
        self.decide_by_ledger(assert).await
    }

    /// Allows the request once more, by memory. Returns until when its answer may be handed on by this decision.
    pub(crate) fn allow_by_memory(&self, now: Timestamp) -> Option<Result<Timestamp, Refusal>> {
        self.decide_by_memory(now, |_, _, lease_ends, _| lease_ends)
    }

    /// Allows the request once more, by memory or by what its ledger says now.
    pub(crate) async fn allow_again(&self, now: Timestamp) -> Result<Timestamp, Problem> {
        match self.allow_by_memory(now) {
            Some(verdict) => verdict.map_err(Refusal::problem),
            None => self.decide_by_ledger(|_, _, until| until).await,
        }
    }

    fn decide_by_memory<T>(
        &self,
        now: Timestamp,
        allowed: impl FnOnce(Permit<'_>, &mut Assertion, Timestamp, Timestamp) -> T,
    ) -> Option<Result<T, Refusal>> {
        let question = match self.question() {
            Ok(question) => question,
            Err(refusal) => return Some(Err(refusal)),
        };
        let (verdict, renew) = memory::with(|isolate| {
            let decided = isolate.decide(&self.digests, &question.requirement, now)?;
            let Decided { verdict, lease_ends, assertion, renew, report } = decided;
            let permit = match verdict {
                Ok(permit) => permit,
                Err(refusal) => return Some((Err(refusal), None)),
            };
            if report {
                let (workspace_id, lease_ms) = (permit.workspace_id().clone(), lease_ends.ms_since(now));
                *self.report.borrow_mut() = Some(Report { workspace_id, lease_ms });
            }
            let renew = renew.then(|| permit.workspace_id().clone());
            Some((Ok(allowed(permit, assertion, lease_ends, now)), renew))
        })?;
        renew.iter().for_each(|workspace_id| renewal::renew_early(self, workspace_id));
        Some(verdict)
    }

    async fn decide_by_ledger<T>(
        &self,
        allowed: impl FnOnce(Permit<'_>, Timestamp, Timestamp) -> T,
    ) -> Result<T, Problem> {
        let question = self.question().map_err(Refusal::problem)?;
        let answer = look_up::look_up(self, question.requirement.workspace).await.map_err(|why| match why {
            NoRecord::Refused(refusal) => refusal.problem(),
            NoRecord::CannotTell(why) => cannot_tell(&self.request, &why),
        })?;
        let now = clock::now_after_timer();
        let permit = answer.decide(&question.requirement, now).map_err(Refusal::problem)?;
        Ok(allowed(permit, now, answer.lease_ends.unwrap_or(now)))
    }

    /// Sees to the report that this request has promised. Called last, since it starts a timer.
    pub(crate) fn end(&self) {
        if let Some(Report { workspace_id, lease_ms }) = self.report.take() {
            renewal::report_later(self, workspace_id, lease_ms);
        }
    }

    /// A refusal or failure as the answer.
    pub(crate) fn problem(&self, problem: &Problem) -> JsValue {
        self.end();
        crate::answer::problem(problem, &self.request)
    }
}
