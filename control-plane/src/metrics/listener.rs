//! `GET /metrics`, on a listener of its own: it asks for no credentials, so it is never reachable where the API is.

use super::{Metrics, PREFIX};
use crate::app::App;
use crate::store::{Store, changes, workspaces};
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use prometheus_client::encoding::prometheus_text;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};
use std::time::Duration;
use tokio::time::timeout;

/// How long the database may take. Prometheus gives up on a whole scrape after 10 s, and then even the metrics that need
/// no database are lost.
const DATABASE_TIMEOUT: Duration = Duration::from_secs(3);

/// The one route of the listener.
pub fn router(app: App) -> Router {
    Router::new().route("/metrics", get(scrape)).with_state(app)
}

async fn scrape(State(app): State<App>) -> Response {
    let backlog = timeout(DATABASE_TIMEOUT, Backlog::read(&app)).await;
    let backlog = backlog.map_err(|_| String::from("it takes too long")).and_then(|read| read);
    if let Err(why) = &backlog {
        tracing::warn!("metrics lack what the database knows, which did not answer: {why}");
    }
    match text(&app.metrics, &read_now(&app.store, backlog.ok())) {
        Ok(text) => ([(CONTENT_TYPE, prometheus_text::CONTENT_TYPE)], text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn text(metrics: &Metrics, now: &Registry) -> Result<String, std::fmt::Error> {
    let mut text = String::new();
    prometheus_text::encode(&mut text, &metrics.registry)?;
    prometheus_text::encode(&mut text, now)?;
    Ok(text)
}

/// What has not reached the edge yet. With several processes on one database each of them says the same.
struct Backlog {
    oldest_pending: Duration,
    unfinished: i64,
    conflicts: usize,
}

impl Backlog {
    async fn read(app: &App) -> Result<Self, String> {
        Self::query(app).await.map_err(|why| why.to_string())
    }

    async fn query(app: &App) -> Result<Self, sqlx::Error> {
        let mut connection = app.store.connection().await?;
        let oldest = changes::oldest_not_effective(&mut connection).await?.map(i64::cast_unsigned);
        let age_ms = oldest.map_or(0, |made_at| app.clock.now().0.saturating_sub(made_at));
        Ok(Self {
            oldest_pending: Duration::from_millis(age_ms),
            unfinished: changes::count_unfinished(&mut connection).await?,
            conflicts: workspaces::conflicts(&mut connection).await?.len(),
        })
    }
}

/// What is true at this moment. Without an answer of the database what it knows is absent, rather than wrong.
fn read_now(store: &Store, backlog: Option<Backlog>) -> Registry {
    let mut registry = Registry::with_prefix(PREFIX);
    let connections = Family::<[(&str, &str); 1], Gauge>::default();
    let (idle, in_use) = store.connections();
    connections.get_or_create(&[("state", "idle")]).set(i64::from(idle));
    connections.get_or_create(&[("state", "in_use")]).set(i64::from(in_use));
    registry.register("database_connections", "Connections to the database, by state (idle, in_use)", connections);
    gauge(&mut registry, "database_up", "Whether the database answered this scrape", i64::from(backlog.is_some()));
    if let Some(backlog) = backlog {
        let age = Gauge::<f64, std::sync::atomic::AtomicU64>::default();
        age.set(backlog.oldest_pending.as_secs_f64());
        let help = "Age of the oldest change that the whole edge does not follow yet; 0: there is none";
        registry.register_with_unit("oldest_pending_change_age", help, Unit::Seconds, age);
        let help = "Changes that have something left to do: the ledger, its leases or KV";
        gauge(&mut registry, "unfinished_changes", help, backlog.unfinished);
        let help = "Workspaces whose ledger has another history: nothing of them is published until a republish";
        gauge(&mut registry, "conflicted_workspaces", help, i64::try_from(backlog.conflicts).unwrap_or(i64::MAX));
    }
    registry
}

fn gauge(registry: &mut Registry, name: &str, help: &str, value: i64) {
    let gauge = Gauge::<i64>::default();
    gauge.set(value);
    registry.register(name, help, gauge);
}
