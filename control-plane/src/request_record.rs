//! What is kept of a request: its metrics, and one line in the log when it ends.

use crate::metrics::Metrics;
use axum::extract::{MatchedPath, Request};
use axum::http::StatusCode;
use std::sync::Arc;
use tokio::time::Instant;
use tracing::Span;

/// What stands for a request whose caller went away before it was answered, as it does elsewhere (nginx).
const CALLER_WENT_AWAY: u16 = 499;

/// What stands for a request that no route matched.
const NO_ROUTE: &str = "none";

/// The methods that are told apart; others are one, since a caller may make up any.
const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/// A request that is under way. It is counted and logged when this is dropped, also if the caller goes away.
pub(crate) struct RequestRecord {
    metrics: Arc<Metrics>,
    method: &'static str,
    route: String,
    begun: Instant,
    status: u16,
}

impl RequestRecord {
    /// A record of a request that begins now.
    pub(crate) fn begin(metrics: Arc<Metrics>, request: &Request) -> Self {
        let method = METHODS.into_iter().find(|known| *known == request.method().as_str()).unwrap_or("other");
        let route = request.extensions().get::<MatchedPath>().map_or(NO_ROUTE, MatchedPath::as_str).into();
        Self { metrics, method, route, begun: Instant::now(), status: CALLER_WENT_AWAY }
    }

    /// What everything that is logged for the request carries. A template and an id: a path, a query, a header or a body
    /// may hold what is nobody's business. An error's span, so that no filter takes the id from an error.
    pub(crate) fn span(&self, request_id: &str) -> Span {
        tracing::error_span!("request", request_id, method = self.method, route = self.route)
    }

    /// Ends the record of a request that is answered.
    pub(crate) fn end(mut self, status: StatusCode) {
        self.status = status.as_u16();
    }
}

impl Drop for RequestRecord {
    fn drop(&mut self) {
        let took = self.begun.elapsed();
        self.metrics.count_request(self.method, &self.route, self.status, took);
        let words = if self.status == CALLER_WENT_AWAY { "the caller went away" } else { "answered" };
        let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        match self.status {
            // A flood should not flood the log: the metrics have it, and by which limit.
            429 => tracing::debug!(status = self.status, ms, "{words}"),
            status => tracing::info!(status, ms, "{words}"),
        }
    }
}
