//! Errors as users see them: problem details (RFC 9457), the same on edge and control plane.

use crate::limits::RETRY_AFTER_S;
use crate::scope::Scope;
use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use serde::Serialize;

/// Media type of a problem (RFC 9457 section 3).
pub const CONTENT_TYPE: &str = "application/problem+json";

/// One thing that is wrong with a body or a query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// Where it is: a JSON pointer (RFC 6901), or the name of a query parameter.
    pub pointer: String,
    /// What is wrong and what is expected.
    pub detail: String,
}

/// What `WWW-Authenticate` says (RFC 6750 section 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Challenge {
    /// No credentials were sent: no error code, as the RFC asks.
    Plain,
    /// The header could not be read.
    InvalidRequest,
    /// The token is malformed, unknown, expired or revoked; with a description for its holder.
    InvalidToken(Option<&'static str>),
    /// The token does not cover the request; with the scope that would.
    InsufficientScope(Option<Scope>),
}

/// An answer that is an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    status: u16,
    slug: &'static str,
    title: &'static str,
    detail: Cow<'static, str>,
    challenge: Option<Challenge>,
    retry_after_s: Option<u32>,
    errors: Vec<FieldError>,
    limit_used: Option<(u64, u64)>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    r#type: String,
    title: &'a str,
    status: u16,
    detail: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
    #[serde(skip_serializing_if = "<[FieldError]>::is_empty")]
    errors: &'a [FieldError],
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    used: Option<u64>,
}

impl core::fmt::Display for Problem {
    /// The detail, for a terminal.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}", self.detail)?;
        self.errors
            .iter()
            .filter(|_| self.errors.len() > 1)
            .try_for_each(|error| write!(f, " {}: {}.", error.pointer, error.detail))
    }
}

impl core::error::Error for Problem {}

impl Problem {
    /// A problem with the status, the last part of its type, and its title.
    #[must_use]
    pub const fn new(status: u16, slug: &'static str, title: &'static str) -> Self {
        Self {
            status,
            slug,
            title,
            detail: Cow::Borrowed(""),
            challenge: None,
            retry_after_s: None,
            errors: Vec::new(),
            limit_used: None,
        }
    }

    /// 400: the request cannot be read, or could be read in two ways.
    #[must_use]
    pub fn invalid_request(detail: &str) -> Self {
        Self::new(400, "invalid-request", "The request cannot be read").detail(detail)
    }

    /// 404: nothing of this id, as far as the caller may see.
    #[must_use]
    pub fn not_found(detail: &str) -> Self {
        Self::new(404, "not-found", "Not found").detail(detail)
    }

    /// 409: the state does not allow it.
    #[must_use]
    pub fn conflict(detail: &str) -> Self {
        Self::new(409, "conflict", "The current state does not allow this").detail(detail)
    }

    /// 422: body or query is wrong, field by field.
    #[must_use]
    pub fn validation_failed(errors: Vec<FieldError>) -> Self {
        let detail = match errors.as_slice() {
            [only] if only.pointer.is_empty() => only.detail.clone(),
            [only] => format!("{}: {}", only.pointer, only.detail),
            _ => "Several fields are wrong; see `errors`.".into(),
        };
        Self { errors, ..Self::new(422, "validation-failed", "The input is not valid").detail(&detail) }
    }

    /// 403: the plan has no room for another token.
    #[must_use]
    pub fn plan_limit_reached(limit: u64, used: u64) -> Self {
        let detail =
            format!("The plan allows {limit} live tokens and {used} are in use. Revoke one, or change the plan.");
        let problem = Self::new(403, "plan-limit-reached", "The plan's limit is reached").detail(&detail);
        Self { limit_used: Some((limit, used)), ..problem }
    }

    /// 429: more than a caller may ask for; to be tried again after so many seconds.
    #[must_use]
    pub fn rate_limited(retry_after_s: u32, detail: &str) -> Self {
        let problem = Self::new(429, "rate-limited", "Too many requests").detail(detail);
        Self { retry_after_s: Some(retry_after_s), ..problem }
    }

    /// 503: the truth about the token cannot be known now. Never "allow" instead.
    #[must_use]
    pub fn authority_unavailable() -> Self {
        let problem = Self::new(503, "authority-unavailable", "The access token cannot be checked now")
            .detail("What decides about access tokens is out of reach. Nothing was done; try again shortly.");
        Self { retry_after_s: Some(RETRY_AFTER_S), ..problem }
    }

    /// The same problem with this sentence: what happened and what to do.
    #[must_use]
    pub fn detail(self, detail: &str) -> Self {
        Self { detail: Cow::Owned(detail.into()), ..self }
    }

    /// The same problem with this challenge.
    #[must_use]
    pub fn challenge(self, challenge: Challenge) -> Self {
        Self { challenge: Some(challenge), ..self }
    }

    /// HTTP status.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// Last part of the type, for logs and metrics.
    #[must_use]
    pub const fn slug(&self) -> &'static str {
        self.slug
    }

    /// Value of `Retry-After` in seconds, if the answer has one.
    #[must_use]
    pub const fn retry_after_s(&self) -> Option<u32> {
        self.retry_after_s
    }

    /// Value of `WWW-Authenticate`, if the answer has one.
    #[must_use]
    pub fn www_authenticate(&self) -> Option<String> {
        const REALM: &str = "Bearer realm=\"deplo\"";
        Some(match self.challenge? {
            Challenge::Plain => REALM.into(),
            Challenge::InvalidRequest => format!("{REALM}, error=\"invalid_request\""),
            Challenge::InvalidToken(None) => format!("{REALM}, error=\"invalid_token\""),
            Challenge::InvalidToken(Some(description)) => {
                format!("{REALM}, error=\"invalid_token\", error_description=\"{description}\"")
            }
            Challenge::InsufficientScope(None) => format!("{REALM}, error=\"insufficient_scope\""),
            Challenge::InsufficientScope(Some(scope)) => {
                format!("{REALM}, error=\"insufficient_scope\", scope=\"{}\"", scope.name())
            }
        })
    }

    /// The body.
    #[must_use]
    pub fn to_json(&self, request_id: &str) -> String {
        self.body(Some(request_id))
    }

    /// The body without `requestId`, which is for whoever answers to add.
    #[must_use]
    pub fn to_json_without_id(&self) -> String {
        self.body(None)
    }

    fn body(&self, request_id: Option<&str>) -> String {
        let body = Body {
            r#type: format!("https://deplo.sh/problems/{}", self.slug),
            title: self.title,
            status: self.status,
            detail: &self.detail,
            request_id,
            errors: &self.errors,
            limit: self.limit_used.map(|(limit, _)| limit),
            used: self.limit_used.map(|(_, used)| used),
        };
        serde_json::to_string(&body).unwrap_or_default()
    }
}
