//! A request for the platform, from its arrival to its answer.

use crate::answer::Denial;
use crate::glue::request::Incoming;
use crate::look_up::{self, NoRecord};
use crate::settings::Settings;
use crate::{answer, assertions, cannot_tell, clock, memory, renewal};
use shared::decide::Permit;
use shared::digest::Digest;
use shared::id::WorkspaceId;
use shared::isolate::Decided;
use shared::path::PlainPath;
use shared::policy::Rule;
use shared::question::Requirement;
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
    pub(crate) incoming: Incoming,
    /// The rule that covers the request.
    pub(crate) rule: &'static Rule,
    /// What the token may stand for.
    pub(crate) digests: Vec<Digest>,
    /// Set if this request has promised to report what was used.
    pub(crate) report: RefCell<Option<Report>>,
}

/// A promise to report what was used in a workspace.
pub(crate) struct Report {
    workspace_id: WorkspaceId,
    lease_ms: u64,
}

impl Visit {
    /// What is asked of the token. The rule was found when the request was routed.
    fn requirement(&self) -> Result<Requirement<'_>, Refusal> {
        let path = PlainPath::parse(self.incoming.raw().path).map_err(|_| Refusal::AmbiguousPath)?;
        Ok(Requirement::of(self.rule, path))
    }

    /// Allows the request by memory, without any call, with an assertion for the origin. None: memory cannot tell.
    pub(crate) fn assert_by_memory(&self) -> Option<Result<JsValue, Refusal>> {
        let now = clock::now();
        self.decide_by_memory(now, |permit, record, until| assertions::of(record, permit, &self.settings, now, until))
    }

    /// Allows the request by what its ledger says now, with an assertion for the origin.
    pub(crate) async fn assert_by_ledger(&self) -> Result<JsValue, Denial> {
        self.decide_by_ledger(|permit, now, until| assertions::new(permit, &self.settings, now, until)).await
    }

    /// Allows the request once more, by memory. Returns until when its answer may be handed on by this decision.
    pub(crate) fn allow_by_memory(&self, now: Timestamp) -> Option<Result<Timestamp, Refusal>> {
        self.decide_by_memory(now, |_, _, lease_ends| lease_ends)
    }

    /// Allows the request once more, by memory or by what its ledger says now.
    pub(crate) async fn allow_again(&self, now: Timestamp) -> Result<Timestamp, Denial> {
        match self.allow_by_memory(now) {
            Some(verdict) => verdict.map_err(Denial::Refused),
            None => self.decide_by_ledger(|_, _, until| until).await,
        }
    }

    fn decide_by_memory<T>(
        &self,
        now: Timestamp,
        allowed: impl FnOnce(Permit<'_>, u64, Timestamp) -> T,
    ) -> Option<Result<T, Refusal>> {
        let requirement = match self.requirement() {
            Ok(requirement) => requirement,
            Err(refusal) => return Some(Err(refusal)),
        };
        let (verdict, renew) = memory::with(|isolate| {
            let decided = isolate.decide(&self.digests, &requirement, now)?;
            let Decided { verdict, lease_ends, record, renew, report } = decided;
            let permit = match verdict {
                Ok(permit) => permit,
                Err(refusal) => return Some((Err(refusal), None)),
            };
            if report {
                let (workspace_id, lease_ms) = (permit.workspace_id().clone(), lease_ends.ms_since(now));
                *self.report.borrow_mut() = Some(Report { workspace_id, lease_ms });
            }
            let renew = renew.then(|| permit.workspace_id().clone());
            Some((Ok(allowed(permit, record, lease_ends)), renew))
        })?;
        renew.iter().for_each(|workspace_id| renewal::renew_early(self, workspace_id));
        Some(verdict)
    }

    async fn decide_by_ledger<T>(
        &self,
        allowed: impl FnOnce(Permit<'_>, Timestamp, Timestamp) -> T,
    ) -> Result<T, Denial> {
        let requirement = self.requirement()?;
        let answer = look_up::look_up(self, requirement.workspace).await.map_err(|why| match why {
            NoRecord::Refused(refusal) => Denial::Refused(refusal),
            NoRecord::CannotTell(why) => Denial::Failed(cannot_tell(&self.request, &why)),
        })?;
        let now = clock::now_after_timer();
        let permit = answer.decide(&requirement, now)?;
        Ok(allowed(permit, now, answer.lease_ends.unwrap_or(now)))
    }

    /// Sees to the report that this request has promised. Called last, since it starts a timer.
    pub(crate) fn end(&self) {
        if let Some(Report { workspace_id, lease_ms }) = self.report.take() {
            renewal::report_later(self, workspace_id, lease_ms);
        }
    }

    /// A denial as the answer.
    pub(crate) fn deny(&self, denial: &Denial) -> JsValue {
        self.end();
        answer::denial(denial, &self.request)
    }
}
