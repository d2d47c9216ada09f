//! What the process counts and measures, for Prometheus.
//!
//! Labels come out of short, fixed lists: no token, no workspace, no path and nothing else that a caller chooses, since
//! every value is a time series for ever.

mod labels;
mod listener;

pub(crate) use labels::Outcome;
pub use listener::router;

use crate::publisher::Job;
use labels::{LimitLabel, RequestLabels, RouteLabel, StepLabels};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use std::time::Duration;

/// What every name begins with.
const PREFIX: &str = "deplo";

/// Seconds. A list answers in milliseconds, a revocation after the leases that are out, and nothing after 35 s.
const REQUEST_BUCKETS: [f64; 11] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 2.5, 5.0, 10.0, 30.0];

/// Seconds. A create takes milliseconds, a revocation one lease (a second by default, 30 at most), an outage of the
/// edge as long as it lasts.
const EFFECTIVE_BUCKETS: [f64; 12] = [0.025, 0.1, 0.25, 0.5, 1.0, 1.5, 2.5, 5.0, 10.0, 30.0, 120.0, 600.0];

/// Everything that is counted and measured while the process runs. What the database knows is read when it is asked for.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    request_duration: Family<RouteLabel, Histogram>,
    publisher_steps: Family<StepLabels, Counter>,
    commit_to_effective: Histogram,
    rate_limited: Family<LimitLabel, Counter>,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix(PREFIX),
            requests: Family::default(),
            request_duration: Family::new_with_constructor(|| Histogram::new(REQUEST_BUCKETS)),
            publisher_steps: Family::default(),
            commit_to_effective: Histogram::new(EFFECTIVE_BUCKETS),
            rate_limited: Family::default(),
        };
        metrics.register();
        metrics
    }
}

impl Metrics {
    fn register(&mut self) {
        let registry = &mut self.registry;
        registry.register(
            "http_requests",
            "Requests that were answered, by method, route and status; 499: the caller went away before",
            self.requests.clone(),
        );
        registry.register_with_unit(
            "http_request_duration",
            "How long requests took, by route; a revocation waits for the leases that are out",
            Unit::Seconds,
            self.request_duration.clone(),
        );
        registry.register(
            "publisher_steps",
            "Steps of the publisher, by job (publish: ledger, replicate: KV) and outcome (done, idle: nothing was left, \
             failed: tried again)",
            self.publisher_steps.clone(),
        );
        registry.register_with_unit(
            "commit_to_effective",
            "From the commit of a change until the whole edge followed it",
            Unit::Seconds,
            self.commit_to_effective.clone(),
        );
        registry.register(
            "rate_limited",
            "Requests that were refused with 429, by the limit that refused",
            self.rate_limited.clone(),
        );
    }

    /// Counts a request that has ended, and the time that it took.
    pub(crate) fn count_request(&self, method: &'static str, route: &str, status: u16, took: Duration) {
        self.requests.get_or_create(&RequestLabels { method, route: route.into(), status }).inc();
        self.request_duration.get_or_create(&RouteLabel { route: route.into() }).observe(took.as_secs_f64());
    }

    /// Counts a step of the publisher.
    pub(crate) fn count_step(&self, job: Job, outcome: Outcome) {
        self.publisher_steps.get_or_create(&StepLabels { job: job.name(), outcome: outcome.name() }).inc();
    }

    /// Measures a change that has become effective.
    pub(crate) fn observe_effective(&self, since_commit: Duration) {
        self.commit_to_effective.observe(since_commit.as_secs_f64());
    }

    /// Counts a request that a limit refused.
    pub(crate) fn count_rate_limited(&self, limit: &'static str) {
        self.rate_limited.get_or_create(&LimitLabel { limit }).inc();
    }
}
