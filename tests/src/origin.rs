//! The platform's place is taken by an echo server: it answers with what it received.

use anyhow::{Context, Result};
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::{Json, Router};
use serde_json::{Map, Value, json};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

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

type Requests = Arc<Mutex<Vec<Received>>>;

/// Answers every request with its method, path, query and `Deplo-*` headers as JSON, and
/// remembers all of it.
pub struct EchoOrigin {
    address: SocketAddr,
    requests: Requests,
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
        let listener = runtime
            .block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, port)))
            .with_context(|| format!("the echo origin cannot listen on port {port}"))?;
        let (address, requests) = (listener.local_addr()?, Requests::default());
        let app = Router::new().fallback(echo).with_state(Arc::clone(&requests));
        runtime.spawn(async move { axum::serve(listener, app).await });
        Ok(Self { address, requests, _runtime: runtime })
    }

    /// Its address, `http://127.0.0.1:…`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Every request so far.
    #[must_use]
    pub fn received(&self) -> Vec<Received> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn echo(State(requests): State<Requests>, request: Request<Body>) -> Json<Value> {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let answer = json!({
        "method": parts.method.as_str(),
        "path": parts.uri.path(),
        "query": parts.uri.query(),
        "headers": deplo_headers(&parts.headers),
    });
    let target = parts.uri.to_string();
    let received = Received { method: parts.method.to_string(), target, headers: parts.headers, body: body.to_vec() };
    requests.lock().unwrap_or_else(PoisonError::into_inner).push(received);
    Json(answer)
}

fn deplo_headers(headers: &HeaderMap) -> Map<String, Value> {
    let shown = headers.iter().filter(|(name, _)| name.as_str().starts_with("deplo"));
    shown.map(|(name, value)| (name.to_string(), json!(String::from_utf8_lossy(value.as_bytes())))).collect()
}
