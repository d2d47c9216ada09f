//! The API's description for programs and people: OpenAPI 3.1, made from the handlers' own annotations.
//!
//! A handler says what is particular to it: body, parameters, successes, and errors that only it has.
//! [`answers`] adds what is common, and which scope `policy.toml` asks for. The document is checked in as
//! `openapi.json`; `UPDATE_EXPECTED=1 cargo test -p control-plane --test api openapi` writes it anew.

mod answers;
mod components;
mod errors;
mod page;
pub(crate) mod schema;

pub(crate) use page::page;

use crate::routes;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use std::sync::LazyLock;
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{InfoBuilder, OpenApi};

/// Operations on the tokens of a workspace.
pub(crate) const TOKENS: &str = "Access tokens";
/// Operations on the token that a request is sent with.
pub(crate) const OWN: &str = "Own access token";
/// Operations on projects.
pub(crate) const PROJECTS: &str = "Projects";
/// The audit log.
pub(crate) const AUDIT: &str = "Audit events";
/// What load balancers ask.
pub(crate) const HEALTH: &str = "Health";

const TAGS: [(&str, &str); 5] = [
    (TOKENS, "What agents, pipelines and scripts call the platform with."),
    (OWN, "The token that a request is sent with."),
    (PROJECTS, "Parts of a workspace, to which tokens can be confined."),
    (AUDIT, "Who did what, from where and when."),
    (HEALTH, "What load balancers and supervisors ask. Answered on the control plane's own address only."),
];

const DESCRIPTION: &str = "\
Access tokens that are checked at the edge and die at once.

When a call that creates, changes or revokes a token has answered 200 or 201, it is true on the whole edge. 202 means \
that it is committed and becomes true as soon as the edge can be reached; nothing has to be repeated.

Every answer names its request in `x-request-id`: yours, if you send a plain one (1 to 64 letters, digits, `-`, `_`). \
Errors are `application/problem+json` (RFC 9457). A `HEAD` is answered like the `GET`, without the body. Any other method \
or path is refused with 403 `no-such-route`. Fields and query parameters that are not named here are refused; in answers, \
be ready for new ones.";

/// The document.
#[must_use]
pub fn document() -> OpenApi {
    let mut document = routes::documented();
    let info = InfoBuilder::new().title("deplo access tokens").version(env!("CARGO_PKG_VERSION"));
    document.info = info.description(Some(DESCRIPTION)).build();
    let tag = |(name, words)| TagBuilder::new().name(name).description(Some(words)).build();
    document.tags = Some(TAGS.map(tag).into());
    components::add(document.components.get_or_insert_default());
    answers::complete(&mut document);
    document
}

/// The document as it is served and checked in.
pub static TEXT: LazyLock<String> = LazyLock::new(|| {
    let text = document().to_pretty_json();
    text.map_or_else(|_| String::new(), |text| text + "\n")
});

/// `GET /openapi.json`
pub(crate) async fn serve() -> Response {
    ([(CONTENT_TYPE, "application/json")], TEXT.as_str()).into_response()
}
