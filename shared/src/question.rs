//! From a raw request to the one question that is decided: may this token do this?
//!
//! Edge and control plane ask in the same words and refuse in the same order:
//! ambiguous path, unreadable header, missing credentials, malformed token, no rule.
//! Only then is the token looked up, and [`decide`](crate::decide::decide) refuses the rest.

use crate::bearer::RawToken;
use crate::path::PlainPath;
use crate::policy::{Need, Origin, Policy, Rule, WorkspaceAt};
use crate::refusal::Refusal;
use crate::token::{Token, TokenPrefix};

/// The parts of a request that matter here, as the network gave them.
#[derive(Debug, Clone, Copy)]
pub struct RawRequest<'a> {
    /// The method, in the case in which it came.
    pub method: &'a str,
    /// The path without the query, undecoded.
    pub path: &'a str,
    /// The `Authorization` header; repeated ones joined by `, `.
    pub authorization: Option<&'a str>,
}

/// A well-formed request that a rule covers: ready for looking the token up.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// The presented token.
    pub token: Token<'a>,
    /// The path, to be forwarded as it is.
    pub path: PlainPath<'a>,
    /// The rule that covers the request.
    pub rule: &'static Rule,
    /// What the token must fulfil.
    pub requirement: Requirement<'a>,
}

/// What a request asks of the token that it presents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Requirement<'a> {
    /// The scope that is needed.
    pub need: Need,
    /// The workspace that the request is about; none means the token's own.
    pub workspace: Option<&'a str>,
    /// How much of the workspace the request is about.
    pub reach: Reach<'a>,
}

/// How much of a workspace a request is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach<'a> {
    /// The project that the path names.
    Project(&'a str),
    /// The workspace as a whole: a project's token does not reach it.
    Workspace,
    /// Whatever the token covers: the control plane shows a project's token what is its project's.
    Covered,
}

/// Turns a raw request into a question.
///
/// # Errors
/// The first refusal in the order of this module's documentation.
pub fn examine<'a>(
    raw: RawRequest<'a>,
    policy: &'static Policy,
    prefix: &TokenPrefix,
) -> Result<Question<'a>, Refusal> {
    let path = PlainPath::parse(raw.path).map_err(|_| Refusal::AmbiguousPath)?;
    let header = raw.authorization.map(RawToken::from_header).transpose().map_err(|_| Refusal::UnreadableHeader)?;
    let presented = header.ok_or(Refusal::MissingCredentials)?;
    let token = Token::parse(presented.expose(), prefix).map_err(|_| Refusal::MalformedToken)?;
    let rule = policy.find(raw.method, path).ok_or(Refusal::NoSuchRoute)?;
    Ok(Question { token, path, rule, requirement: Requirement::of(rule, path) })
}

impl<'a> Requirement<'a> {
    /// What a rule asks of a request with this path, which it covers.
    #[must_use]
    pub fn of(rule: &'static Rule, path: PlainPath<'a>) -> Self {
        // A rule that matched has its segments; were one missing, the empty name would match nothing.
        let segment = |index| path.segments().nth(index).unwrap_or("");
        let workspace = match rule.workspace {
            WorkspaceAt::Segment(index) => Some(segment(index)),
            WorkspaceAt::Constant(id) => Some(id),
            WorkspaceAt::Callers => None,
        };
        let reach = match (rule.project, rule.origin) {
            (Some(index), _) => Reach::Project(segment(index)),
            (None, Origin::ControlPlane) => Reach::Covered,
            (None, Origin::Platform) => Reach::Workspace,
        };
        Self { need: rule.need, workspace, reach }
    }
}
