//! Errors as the document tells them, with the very problems that the program answers as examples.

use super::components::header;
use crate::body;
use serde_json::Value;
use shared::problem::{self, FieldError, Problem};
use shared::refusal::Refusal;
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::example::ExampleBuilder;
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::{Ref, RefOr};

/// The request of the examples.
const REQUEST_ID: &str = "6de2d3abea79a754ea3ebad221fc5cbd";

/// An error that many operations have.
pub(super) struct Common {
    /// Its name among the components.
    pub(super) name: &'static str,
    /// HTTP status.
    pub(super) status: &'static str,
    words: &'static str,
    examples: fn() -> Vec<Problem>,
}

pub(super) const UNREADABLE: Common = Common {
    name: "Unreadable",
    status: "400",
    words: "Path or `Authorization` cannot be read, or could be read in two ways.",
    examples: || vec![Refusal::AmbiguousPath.problem(), Refusal::UnreadableHeader.problem()],
};

pub(super) const UNAUTHENTICATED: Common = Common {
    name: "Unauthenticated",
    status: "401",
    words: "There is no token, or it is not valid: malformed, unknown, expired or revoked.",
    examples: || vec![Refusal::MissingCredentials.problem(), Refusal::Revoked.problem()],
};

pub(super) const TOO_LARGE: Common = Common {
    name: "TooLarge",
    status: "413",
    words: "The body has more than 64 KiB.",
    examples: || vec![body::too_large()],
};

pub(super) const NOT_JSON: Common = Common {
    name: "NotJson",
    status: "415",
    words: "The body is not said to be `application/json`.",
    examples: || vec![body::not_json()],
};

pub(super) const INVALID: Common = Common {
    name: "Invalid",
    status: "422",
    words: "A field or a parameter is missing, wrong or unknown.",
    examples: || {
        let detail = "a name needs at least one character".into();
        vec![Problem::validation_failed(vec![FieldError { pointer: "/name".into(), detail }])]
    },
};

pub(super) const TOO_MANY: Common = Common {
    name: "TooMany",
    status: "429",
    words: "Too many requests of this kind. Nothing was done.",
    examples: || vec![Problem::rate_limited(1, "Too many access tokens were made at once. Nothing was made.")],
};

pub(super) const UNAVAILABLE: Common = Common {
    name: "Unavailable",
    status: "503",
    words: "The database is out of reach. Never \"allow\" instead.",
    examples: || vec![Problem::authority_unavailable()],
};

/// All of them.
pub(super) const COMMON: [Common; 7] =
    [UNREADABLE, UNAUTHENTICATED, TOO_LARGE, NOT_JSON, INVALID, TOO_MANY, UNAVAILABLE];

impl Common {
    /// The component.
    pub(super) fn response(&self) -> Response {
        problem_response(self.status, self.words, &(self.examples)())
    }

    /// A reference to it.
    pub(super) fn reference(&self) -> RefOr<Response> {
        RefOr::Ref(Ref::from_response_name(self.name))
    }
}

/// An answer with a problem, and the headers that go with its status.
pub(super) fn problem_response(status: &str, words: &str, examples: &[Problem]) -> Response {
    let shown = examples.iter().map(|problem| {
        let value: Value = serde_json::from_str(&problem.to_json(REQUEST_ID)).unwrap_or_default();
        (problem.slug(), ExampleBuilder::new().value(Some(value)).build())
    });
    let content =
        ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).examples_from_iter(shown).build();
    let mut response = ResponseBuilder::new().description(words).content(problem::CONTENT_TYPE, content).build();
    add_headers(status, &mut response);
    response
}

/// The headers that every answer has, and those of its status.
pub(super) fn add_headers(status: &str, response: &mut Response) {
    let of_status = match status {
        "401" => Some(("WWW-Authenticate", "Challenge")),
        "400" | "403" => Some(("WWW-Authenticate", "ChallengeOfCredentials")),
        "429" | "503" => Some(("Retry-After", "RetryAfter")),
        _ => None,
    };
    let always = [("x-request-id", "RequestId"), ("Cache-Control", "CacheControl")];
    response.headers.extend(always.into_iter().chain(of_status).map(|(name, to)| (name.into(), header(to))));
}
