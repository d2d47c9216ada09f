//! Why a request is refused, and how the answer says it: one table for edge and control plane.

use crate::policy::Need;
use crate::problem::{Challenge, Problem};
use crate::scope::{Scope, ScopeSet};
use alloc::format;

/// Why a request is refused. "Cannot tell" ([`Problem::authority_unavailable`]) is no refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The path could be read in more than one way.
    AmbiguousPath,
    /// `Authorization` is not exactly one bearer credential.
    UnreadableHeader,
    /// There is no `Authorization`.
    MissingCredentials,
    /// There is a bearer token, and the cookie of a session as well.
    TwoCredentials,
    /// The session is unknown, or over.
    NoSession,
    /// Another site's page may have used the session.
    CrossSite,
    /// The presented text is no token.
    MalformedToken,
    /// No rule for this route and method.
    NoSuchRoute,
    /// Nobody knows the token.
    UnknownToken,
    /// The token was valid, and its time is over.
    Expired,
    /// The token was revoked, or replaced and its grace is over.
    Revoked,
    /// The token lacks the scope.
    ScopeMissing {
        /// What the route needs.
        needed: Scope,
        /// What the token has.
        held: ScopeSet,
    },
    /// The token belongs to another workspace.
    OtherWorkspace {
        /// What the route needs.
        need: Need,
    },
    /// The token covers another project only.
    OtherProject {
        /// What the route needs.
        need: Need,
    },
}

impl Refusal {
    /// The answer, as the contract's table has it (RFC 6750 section 3 for the challenges).
    #[must_use]
    pub fn problem(self) -> Problem {
        match self {
            Self::AmbiguousPath => Problem::invalid_request(
                "The path must consist of plain segments: letters, digits and . _ ~ - between single slashes, without escapes or dot segments.",
            ),
            Self::UnreadableHeader => Problem::invalid_request(
                "Send exactly one Authorization header of the form `Authorization: Bearer <token>`.",
            )
            .challenge(Challenge::InvalidRequest),
            Self::MissingCredentials => Problem::new(401, "missing-credentials", "Credentials are missing")
                .detail("Send your access token as `Authorization: Bearer <token>`.")
                .challenge(Challenge::Plain),
            Self::TwoCredentials => Problem::invalid_request(
                "The request has a bearer token and the cookie of a session. Send one of them; to send a token from a browser that is signed in here, sign out first.",
            )
            .challenge(Challenge::InvalidRequest),
            Self::NoSession => Problem::new(401, "missing-credentials", "You are not signed in")
                .detail("There is no session, or it is over. Sign in with an access token.")
                .challenge(Challenge::Plain),
            Self::CrossSite => Problem::new(403, "cross-site-request", "Another site may have sent this").detail(
                "With a session only the dashboard's own pages may ask, and what changes something carries the header `X-CSRF-Token` with `csrfToken` of `GET /session`. Nothing was done; reload the page.",
            ),
            Self::MalformedToken => invalid_token(
                None,
                "This is not an access token, or it was mistyped: its form or checksum is wrong. Copy it again from where it was stored.",
            ),
            Self::UnknownToken => {
                invalid_token(None, "Nobody knows this access token. Check that it belongs to this installation.")
            }
            Self::Expired => {
                invalid_token(Some("The access token expired"), "This access token has expired. Create a new one.")
            }
            Self::Revoked => {
                invalid_token(Some("The access token was revoked"), "This access token was revoked. Create a new one.")
            }
            Self::NoSuchRoute => Problem::new(403, "no-such-route", "No such route")
                .detail("No rule covers this method and path. Check both against the API's documentation."),
            Self::ScopeMissing { needed, held } => insufficient_scope(
                Need::Scope(needed),
                &format!("This needs the scope `{}`; the token has {}.", needed.name(), listed(held)),
            ),
            Self::OtherWorkspace { need } => insufficient_scope(
                need,
                "The token does not cover this workspace. Use a token of the workspace in the path.",
            ),
            Self::OtherProject { need } => insufficient_scope(
                need,
                "The token covers one project, and this is not part of it. Use a token of that project or of the whole workspace.",
            ),
        }
    }
}

/// `description` says more only to somebody who holds a secret that once was valid.
fn invalid_token(description: Option<&'static str>, detail: &str) -> Problem {
    Problem::new(401, "invalid-token", "The access token is not valid")
        .detail(detail)
        .challenge(Challenge::InvalidToken(description))
}

fn insufficient_scope(need: Need, detail: &str) -> Problem {
    let scope = match need {
        Need::Scope(scope) => Some(scope),
        Need::AnyToken => None,
    };
    Problem::new(403, "insufficient-scope", "The access token does not cover this")
        .detail(detail)
        .challenge(Challenge::InsufficientScope(scope))
}

fn listed(held: ScopeSet) -> alloc::string::String {
    let names = held.names();
    if names.is_empty() { "none".into() } else { format!("`{}`", names.join("`, `")) }
}
