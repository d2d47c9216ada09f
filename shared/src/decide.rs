//! The decision: a pure function of record, requirement and time.
//!
//! "Cannot tell" lives outside: whoever has no current record does not ask.

use crate::id::{ProjectId, TokenId, WorkspaceId};
use crate::policy::Need;
use crate::question::{Reach, Requirement};
use crate::record::Record;
use crate::refusal::Refusal;
use crate::scope::{Scope, ScopeSet};
use crate::timestamp::Timestamp;

/// Proof that [`decide`] allowed a request. Nothing else can make one, and forwarding needs one.
/// Borrows what it was decided by, so that it costs a hot request nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Permit<'a> {
    workspace_id: &'a WorkspaceId,
    record: &'a Record,
}

impl<'a> Permit<'a> {
    /// The workspace that the token belongs to.
    #[must_use]
    pub const fn workspace_id(self) -> &'a WorkspaceId {
        self.workspace_id
    }

    /// The token that was allowed.
    #[must_use]
    pub const fn token_id(self) -> &'a TokenId {
        &self.record.token_id
    }

    /// The one project that the token covers; none means the whole workspace.
    #[must_use]
    pub const fn project_id(self) -> Option<&'a ProjectId> {
        self.record.project_id.as_ref()
    }

    /// What the token may do.
    #[must_use]
    pub const fn scopes(self) -> ScopeSet {
        self.record.scopes
    }
}

/// Decides whether the token of `record`, which belongs to `workspace_id`, fulfils `requirement` at `now`.
///
/// # Errors
/// Why it does not: first because it is dead, then for its scope, workspace or project.
pub fn decide<'a>(
    workspace_id: &'a WorkspaceId,
    record: &'a Record,
    requirement: &Requirement<'_>,
    now: Timestamp,
) -> Result<Permit<'a>, Refusal> {
    check_alive(record, now)?;
    check_scope(record.scopes, requirement.need)?;
    check_workspace(workspace_id, requirement)?;
    check_project(record.project_id.as_ref(), requirement)?;
    Ok(Permit { workspace_id, record })
}

/// Refuses a token that was revoked or whose time is over.
pub(crate) fn check_alive(record: &Record, now: Timestamp) -> Result<(), Refusal> {
    if record.state.ends() <= now {
        return Err(Refusal::Revoked);
    }
    match record.expires_at {
        Some(end) if end <= now => Err(Refusal::Expired),
        _ => Ok(()),
    }
}

fn check_scope(held: ScopeSet, need: Need) -> Result<(), Refusal> {
    match need {
        Need::Scope(needed) if held.allows(needed) => Ok(()),
        Need::Scope(needed) => Err(Refusal::ScopeMissing { needed, held }),
        Need::AnyToken if held.is_sound() => Ok(()),
        Need::AnyToken => Err(Refusal::ScopeMissing { needed: Scope::Read, held }),
    }
}

fn check_workspace(workspace: &WorkspaceId, requirement: &Requirement<'_>) -> Result<(), Refusal> {
    match requirement.workspace {
        Some(wanted) if wanted != workspace.as_str() => Err(Refusal::OtherWorkspace { need: requirement.need }),
        _ => Ok(()),
    }
}

fn check_project(project: Option<&ProjectId>, requirement: &Requirement<'_>) -> Result<(), Refusal> {
    match (project, requirement.reach) {
        (None, _) | (Some(_), Reach::Covered) => Ok(()),
        (Some(own), Reach::Project(wanted)) if own.as_str() == wanted => Ok(()),
        (Some(_), Reach::Project(_) | Reach::Workspace) => Err(Refusal::OtherProject { need: requirement.need }),
    }
}
