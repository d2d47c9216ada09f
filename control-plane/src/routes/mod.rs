//! Every route, in one list. What each needs of its caller stands in `policy.toml`.

mod access_token;
mod audit_events;
mod health;
mod projects;
mod session;
mod tokens;
mod usage;

pub(crate) use tokens::{add as add_token, finish as finish_create};

use crate::app::App;
use crate::dashboard;
use crate::error::Error;
use crate::openapi;
use axum::Router;
use axum::routing::{get, post};
use serde::Serialize;
use shared::problem::{FieldError, Problem};
use shared::refusal::Refusal;
use shared::signature::USAGE_PATH;
use utoipa::ToSchema;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Routes that need a token; `policy.toml` has a rule for each, which a test holds against this list. Method and path
/// stand with each handler, together with all else that the API's document says of it.
fn documented_api() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(tokens::list, tokens::create::create))
        .routes(routes!(tokens::show, tokens::change::change, tokens::revoke::revoke))
        .routes(routes!(tokens::rotate::rotate))
        .routes(routes!(tokens::revoke::revoke_many))
        .routes(routes!(access_token::show, access_token::revoke))
        .routes(routes!(projects::list, projects::create))
        .routes(routes!(projects::show, projects::delete))
        .routes(routes!(audit_events::list))
}

/// Routes that need none.
fn documented_own() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(health::alive)).routes(routes!(health::ready))
}

/// What the handlers say of themselves.
pub(crate) fn documented() -> OpenApi {
    documented_api().merge(documented_own()).into_openapi()
}

/// Routes that need a token.
pub(crate) fn api() -> Router<App> {
    Router::from(documented_api()).fallback(no_such_route).method_not_allowed_fallback(no_such_route)
}

/// Routes that need none. Not in the document: itself, the page that shows it, the dashboard with its sessions, which
/// programs have no use for, and the route for calls that ledgers sign.
pub(crate) fn own() -> Router<App> {
    Router::from(documented_own())
        .route("/openapi.json", get(openapi::serve))
        .merge(openapi::page())
        .merge(dashboard::pages())
        .route("/session", post(session::sign_in).get(session::show).delete(session::sign_out))
        .route(USAGE_PATH, post(usage::report))
        .method_not_allowed_fallback(no_such_route)
}

async fn no_such_route() -> Error {
    Refusal::NoSuchRoute.into()
}

/// A page of a list.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Page<T> {
    data: Vec<T>,
    /// What to ask for as `cursor` to get the next page; null on the last.
    #[schema(required)]
    next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// What somebody sees of what is somebody else's.
    const fn empty() -> Self {
        Self { data: Vec::new(), next_cursor: None }
    }
}

/// How much of a list is asked for.
struct PageQuery {
    limit: usize,
    after: Option<String>,
}

/// Entries of a page when `limit` is not given, and at most.
const PAGE: (usize, usize) = (50, 200);

impl PageQuery {
    fn check(limit: Option<&str>, cursor: Option<String>) -> Result<Self, Error> {
        let limit = limit.map_or(Ok(PAGE.0), str::parse).ok().filter(|limit| (1..=PAGE.1).contains(limit));
        let limit = limit.ok_or_else(|| invalid("limit", &format!("expected a number from 1 to {}", PAGE.1)))?;
        let plain = |cursor: &String| cursor.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        if cursor.as_ref().is_some_and(|cursor| !plain(cursor)) {
            return Err(invalid("cursor", "expected the nextCursor of the page before"));
        }
        Ok(Self { limit, after: cursor })
    }

    /// One more than the page holds, to know whether another follows.
    fn rows(&self) -> i64 {
        i64::try_from(self.limit).unwrap_or(i64::MAX - 1) + 1
    }

    fn page<R, T>(&self, mut rows: Vec<R>, cursor: impl Fn(&R) -> String, view: impl Fn(R) -> T) -> Page<T> {
        let more = rows.len() > self.limit;
        rows.truncate(self.limit);
        let next_cursor = rows.last().filter(|_| more).map(cursor);
        Page { data: rows.into_iter().map(view).collect(), next_cursor }
    }
}

fn invalid(pointer: &str, detail: &str) -> Error {
    Problem::validation_failed(vec![FieldError { pointer: pointer.into(), detail: detail.into() }]).into()
}
