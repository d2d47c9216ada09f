//! The platform's place is taken by an echo server: it answers with what it received.

use crate::server::serve;
use anyhow::{Context, Result};
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Query, Request, State};
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use futures_util::stream::{Stream, StreamExt, unfold};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::HashSet;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio::sync::watch;
use tokio::time::interval;

/// A request as it arrived at the platform.
#[derive(Debug, Clone)]
pub struct Received {
    /// HTTP method.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// Every header, names in lowercase.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

/// Answers every request with its method, path, query and `Deplo-*` headers as JSON, and
/// remembers all of it but long bodies.
///
/// The query can ask for something else: `hold=NAME` waits for [`EchoOrigin::let_go`] before it answers,
/// `stream=MS` answers with a line every so many milliseconds for as long as somebody listens, `bytes=N` with so many
/// bytes (`encoding` says what they are said to be), and `count` with how many bytes the request's body had. `status` is
/// that of the answer.
pub struct EchoOrigin {
    address: SocketAddr,
    state: Arc<OriginState>,
    // Ends the server when dropped.
    _runtime: Runtime,
}

impl EchoOrigin {
    /// Starts one on a port of this machine; 0 means any.
    ///
    /// # Errors
    /// If the port is taken.
    pub fn start(port: u16) -> Result<Self> {
        let runtime = Runtime::new()?;
        let state = Arc::<OriginState>::default();
        let app = Router::new().fallback(answer).with_state(Arc::clone(&state));
        let address = serve(&runtime, port, app).context("the echo origin cannot be started")?;
        Ok(Self { address, state, _runtime: runtime })
    }

    /// Its address, `http://127.0.0.1:…`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Every request so far.
    #[must_use]
    pub fn received(&self) -> Vec<Received> {
        lock(&self.state.requests).clone()
    }

    /// Whether a request that asked to be held under this name has arrived.
    #[must_use]
    pub fn holds(&self, name: &str) -> bool {
        self.received().iter().any(|request| request.target.contains(&format!("hold={name}")))
    }

    /// Lets the requests of this name be answered.
    pub fn let_go(&self, name: &str) {
        self.state.let_go.send_modify(|names| names.extend([name.into()]));
    }
}

#[derive(Default)]
struct OriginState {
    requests: Mutex<Vec<Received>>,
    let_go: watch::Sender<HashSet<String>>,
}

/// What a request's query asks for.
#[derive(Deserialize)]
struct Wish {
    hold: Option<String>,
    stream: Option<u64>,
    bytes: Option<usize>,
    encoding: Option<String>,
    count: Option<String>,
    status: Option<u16>,
}

async fn answer(State(state): State<Arc<OriginState>>, Query(wish): Query<Wish>, request: Request<Body>) -> Response {
    let (parts, body) = request.into_parts();
    let counts = wish.count.is_some();
    let (kept, count) = if counts { (Vec::new(), count(body).await) } else { (read(body).await, 0) };
    let shown = shown(&parts);
    let target = parts.uri.to_string();
    let received = Received { method: parts.method.to_string(), target, headers: parts.headers, body: kept };
    lock(&state.requests).push(received);
    if let Some(name) = wish.hold {
        let _ = state.let_go.subscribe().wait_for(|names| names.contains(&name)).await;
    }
    let mut response = match (wish.stream, wish.bytes) {
        (Some(ms), _) => Body::from_stream(lines(ms)).into_response(),
        (_, Some(bytes)) => zeroes_response(bytes, wish.encoding),
        _ if counts => Json(json!({"bytes": count})).into_response(),
        _ => Json(shown).into_response(),
    };
    if let Some(status) = wish.status.and_then(|status| StatusCode::from_u16(status).ok()) {
        *response.status_mut() = status;
    }
    response
}

async fn read(body: Body) -> Vec<u8> {
    to_bytes(body, usize::MAX).await.unwrap_or_default().to_vec()
}

async fn count(body: Body) -> usize {
    body.into_data_stream().fold(0, async |sum, chunk| sum + chunk.map_or(0, |chunk| chunk.len())).await
}

/// A line every so many milliseconds.
fn lines(ms: u64) -> impl Stream<Item = Result<Bytes, Infallible>> {
    let ticks = interval(Duration::from_millis(ms));
    unfold(ticks, async |mut ticks| {
        ticks.tick().await;
        Some((Ok(Bytes::from_static(b"a line\n")), ticks))
    })
}

fn zeroes_response(bytes: usize, encoding: Option<String>) -> Response {
    let encoding = encoding.map(|encoding| [(CONTENT_ENCODING, encoding)]);
    ([(CONTENT_LENGTH, bytes)], encoding, Body::from_stream(zeroes(bytes))).into_response()
}

/// So many bytes.
fn zeroes(bytes: usize) -> impl Stream<Item = Result<Bytes, Infallible>> {
    static CHUNK: [u8; 1 << 16] = [0; 1 << 16];
    unfold(bytes, async |left| {
        let chunk = CHUNK.get(..left.min(CHUNK.len()))?;
        (left > 0).then(|| (Ok(Bytes::from_static(chunk)), left - chunk.len()))
    })
}

fn shown(parts: &Parts) -> Value {
    json!({
        "method": parts.method.as_str(),
        "path": parts.uri.path(),
        "query": parts.uri.query(),
        "headers": deplo_headers(&parts.headers),
    })
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn deplo_headers(headers: &HeaderMap) -> Map<String, Value> {
    let shown = headers.iter().filter(|(name, _)| name.as_str().starts_with("deplo"));
    shown.map(|(name, value)| (name.to_string(), json!(String::from_utf8_lossy(value.as_bytes())))).collect()
}
