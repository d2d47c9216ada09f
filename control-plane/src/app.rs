//! The HTTP application: every route, the caller before it, and how errors are written.

use crate::client::Client;
use crate::clock::Clock;
use crate::metrics::Metrics;
use crate::operator::authenticate;
use crate::publisher::Publisher;
use crate::random;
use crate::rate_limit::{RateLimits, bound_failures};
use crate::request_record::RequestRecord;
use crate::routes;
use crate::settings::Settings;
use crate::store::Store;
use crate::uses::Uses;
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use shared::problem::{self, Problem};
use std::sync::Arc;
use tracing::Instrument;

/// Names a request in its answer and in the log.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What handlers work with.
#[derive(Clone)]
pub struct App {
    /// The database.
    pub store: Store,
    /// What brings changes to the edge.
    pub publisher: Arc<Publisher>,
    /// How fast callers may do what.
    pub limits: Arc<RateLimits>,
    /// When tokens were used here.
    pub uses: Arc<Uses>,
    /// What is counted and measured.
    pub metrics: Arc<Metrics>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Keys and addresses.
    pub settings: Arc<Settings>,
}

/// The application that `serve` serves, and tests call.
pub fn app(app: App) -> Router {
    let api = routes::api().layer(from_fn_with_state(app.clone(), authenticate));
    let all = api.merge(routes::own()).layer(from_fn_with_state(app.clone(), bound_failures));
    all.layer(from_fn_with_state(app.clone(), name_request)).with_state(app)
}

/// Gives the request its id, and writes out the problem that an answer carries.
async fn name_request(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let id = request_id(request.headers());
    let client = Client::of(&request, app.settings.client_address_header.as_ref(), &id);
    request.extensions_mut().insert(client);
    let record = RequestRecord::begin(app.metrics, &request);
    let span = record.span(&id);
    let answered = async move {
        let mut response = next.run(request).await;
        if let Some(problem) = response.extensions_mut().remove::<Problem>() {
            write_problem(&mut response, &problem, &id);
        }
        insert(response.headers_mut(), REQUEST_ID, &id);
        // Nothing here is for a cache: it is about tokens, or about this very moment.
        insert(response.headers_mut(), CACHE_CONTROL, "no-store");
        record.end(response.status());
        response
    };
    answered.instrument(span).await
}

/// The caller's id for the request if it is a plain one, or a fresh one.
fn request_id(headers: &HeaderMap) -> String {
    let given = headers.get(REQUEST_ID).and_then(|value| value.to_str().ok());
    let plain = |id: &&str| {
        (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    given.filter(plain).map_or_else(random::name, String::from)
}

/// Writes a problem into the response that carried it, which may have headers of its own.
fn write_problem(response: &mut Response, problem: &Problem, request_id: &str) {
    *response.body_mut() = Body::from(problem.to_json(request_id));
    *response.status_mut() = StatusCode::from_u16(problem.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    insert(headers, CONTENT_TYPE, problem::CONTENT_TYPE);
    if let Some(challenge) = problem.www_authenticate() {
        insert(headers, WWW_AUTHENTICATE, &challenge);
    }
    if let Some(seconds) = problem.retry_after_s() {
        insert(headers, RETRY_AFTER, &seconds.to_string());
    }
}

fn insert(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}
