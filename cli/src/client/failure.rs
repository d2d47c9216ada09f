//! A call that brought no answer, and whether it helps to repeat it.

use super::problem::Problem;
use crate::api_url::ApiUrl;
use crate::error::Error;
use crate::exit::Exit;
use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, HeaderMap, LOCATION, RETRY_AFTER};
use std::env;
use std::io;
use std::time::Duration;

/// Longest `Retry-After` that is waited for; whoever is told to wait longer is told so.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(10);

/// What is said if a revocation may have been carried out.
const NOT_KNOWN: &str = "It is not known whether anything was revoked.";

/// A call that brought no answer.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) error: Error,
    /// Whether the request may have been carried out.
    pub(super) may_be_done: bool,
    /// Whether it may be gone in a moment.
    pub(super) is_transient: bool,
    /// How long the server wants to be left alone.
    pub(super) retry_after: Option<Duration>,
}

/// A change that nobody confirmed.
#[derive(Debug)]
pub(crate) struct Unconfirmed {
    pub(crate) why: Error,
    /// Whether it may have been made all the same.
    pub(crate) may_be_done: bool,
}

impl From<Failure> for Unconfirmed {
    fn from(Failure { error, may_be_done, .. }: Failure) -> Self {
        Self { why: error, may_be_done }
    }
}

impl Unconfirmed {
    /// Whether the caller is refused now, most likely because a request whose answer was lost has revoked its own token.
    pub(crate) const fn may_have_ended_caller(&self) -> bool {
        self.may_be_done && matches!(self.why.exit(), Exit::NotAuthenticated)
    }

    /// The error of a revocation, with what is known. That a repeated request is refused says nothing about the one before it.
    pub(crate) fn into_error(self) -> Error {
        let Self { why, may_be_done } = self;
        match (may_be_done, why.exit()) {
            (false, _) => why.note("Nothing was revoked."),
            (true, Exit::Pending | Exit::Failed) => why.note(NOT_KNOWN),
            (true, _) => {
                let what =
                    format!("the answer was lost on the way, and the repeated request was refused: {}", why.what());
                Error::new(Exit::Pending, what).note(NOT_KNOWN)
            }
        }
    }
}

impl Failure {
    /// Of an answer that is no success.
    pub(super) fn of_answer(status: StatusCode, headers: &HeaderMap, body: &[u8], api_url: &ApiUrl) -> Self {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let is_problem = text(CONTENT_TYPE).is_some_and(|kind| kind.starts_with("application/problem+json"));
        let Some(problem) = serde_json::from_slice::<Problem>(body).ok().filter(|_| is_problem) else {
            return Self::of_stranger(status, text(LOCATION), api_url);
        };
        let mut error = problem.into_error(status.as_u16());
        let retry_after = text(RETRY_AFTER).and_then(|seconds| seconds.parse().ok()).map(Duration::from_secs);
        if let Some(after) = retry_after {
            error = error.note(format!("Try again in {} s.", after.as_secs()));
        }
        let can_wait = retry_after.unwrap_or_default() <= RETRY_AFTER_MAX;
        let is_transient = matches!(status.as_u16(), 429 | 502..=504) && can_wait;
        Self { error, may_be_done: status.is_server_error(), is_transient, retry_after }
    }

    /// Of somebody who does not speak as the API does: a proxy, a portal, another server.
    fn of_stranger(status: StatusCode, location: Option<&str>, api_url: &ApiUrl) -> Self {
        let what = format!("{api_url} did not answer as the API does (HTTP {status})");
        let exit = match status.as_u16() {
            429 => Exit::RateLimited,
            // Beyond 504: Cloudflare's own, when what is behind it does not answer.
            502..=504 | 520..=530 => Exit::Pending,
            _ => Exit::Failed,
        };
        let advice = match location {
            Some(location) => {
                format!("It redirects to {}. Is that the address for --api-url?", crate::text::plain(location))
            }
            None => "Check --api-url, or the proxy in between.".into(),
        };
        let error = Error::new(exit, what).note(advice);
        let may_be_done = status.is_server_error();
        Self { error, may_be_done, is_transient: exit == Exit::Pending, retry_after: None }
    }

    /// Of a success whose body is none.
    pub(super) fn of_nonsense(why: &serde_json::Error, api_url: &ApiUrl) -> Self {
        let what = format!("{api_url} answered with something that cannot be read: {why}");
        let error = Error::failed(what).note("Check --api-url; is this `deplo` older than the API?");
        Self { error, may_be_done: true, is_transient: false, retry_after: None }
    }

    /// Of a call that nobody answered.
    pub(super) fn of_call(why: &reqwest::Error, api_url: &ApiUrl) -> Self {
        if let Some(tls) = cause::<rustls::Error>(why) {
            let error = Error::failed(format!("no secure connection to {api_url}: {tls}"));
            let error = error.note(
                "If its certificate is of an authority of your own, make the system trust that; on Linux SSL_CERT_FILE does too.",
            );
            return Self { error, may_be_done: false, is_transient: false, retry_after: None };
        }
        let what = match why.is_timeout() {
            true => format!("{api_url} did not answer in time"),
            false => format!("{api_url} is out of reach: {}", last_cause(why)),
        };
        let error = Error::new(Exit::Pending, what).note("Check --api-url and the network, then try again.");
        // Whoever has waited so long need not wait as long again.
        Self {
            error: note_proxy(error),
            may_be_done: !why.is_connect(),
            is_transient: !why.is_timeout(),
            retry_after: None,
        }
    }
}

/// Names the variable and not its value, which may hold a password.
fn note_proxy(error: Error) -> Error {
    let names = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];
    match names.into_iter().find(|name| env::var_os(name).is_some_and(|value| !value.is_empty())) {
        Some(name) => error.note(format!("{name} is set; NO_PROXY names the hosts that need no proxy.")),
        None => error,
    }
}

/// The cause of this type, however deep it is.
fn cause<'a, T: std::error::Error + 'static>(why: &'a (dyn std::error::Error + 'static)) -> Option<&'a T> {
    causes(why).find_map(|why| why.downcast_ref())
}

fn last_cause(why: &(dyn std::error::Error + 'static)) -> String {
    causes(why).last().map(ToString::to_string).unwrap_or_default()
}

fn causes<'a>(
    why: &'a (dyn std::error::Error + 'static),
) -> impl Iterator<Item = &'a (dyn std::error::Error + 'static)> {
    std::iter::successors(Some(why), |why| match why.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        // What it wraps is not its source; that is the source of what it wraps.
        Some(wrapped) => Some(wrapped as _),
        None => why.source(),
    })
}
