//! Callers: so many connections, each of which sends its next request once the last one is answered.

use anyhow::{Result, ensure};
use http_body_util::{BodyExt, Empty};
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use std::cell::Cell;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tokio::runtime;
use tokio::task::{LocalSet, spawn_local};

/// Connections that are kept busy.
pub(crate) const CONNECTIONS: usize = 16;

/// What a caller sends beside its credentials: what agents send, and what the platform adds on the way.
const HEADERS: [(&str, &str); 8] = [
    ("host", "api.example.com"),
    ("user-agent", "deploy-agent/2.4.1 (linux; x64)"),
    ("accept", "application/json"),
    ("accept-encoding", "gzip, br"),
    ("cf-connecting-ip", "203.0.113.7"),
    ("cf-ray", "0123456789abcdef-FRA"),
    ("x-forwarded-proto", "https"),
    ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
];

/// The requests of a variant.
pub(crate) struct Load {
    /// Path and query.
    pub(crate) target: String,
    /// Values of `Authorization`, in turn; none sends none.
    pub(crate) credentials: Vec<String>,
    /// The status that every answer has to have.
    pub(crate) status: u16,
}

/// When callers stop.
#[derive(Clone, Copy)]
pub(crate) enum Until {
    /// Once so much time has passed.
    Passed(Duration),
    /// Once so many requests are answered.
    Answered(usize),
}

impl Load {
    /// Sends requests, the first with credential number `first`. Returns how many were answered.
    ///
    /// # Errors
    /// If an answer is not what it has to be.
    pub(crate) fn send(&self, server: SocketAddr, first: usize, until: Until) -> Result<usize> {
        let runtime = runtime::Builder::new_current_thread().enable_io().build()?;
        let next = Cell::new(first);
        LocalSet::new().block_on(&runtime, self.send_all(server, &next, until))?;
        Ok(next.get() - first)
    }

    #[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
    async fn send_all(&self, server: SocketAddr, next: &Cell<usize>, until: Until) -> Result<()> {
        let (begun, first) = (Instant::now(), next.get());
        let is_over = || match until {
            Until::Passed(duration) => begun.elapsed() >= duration,
            Until::Answered(count) => next.get() - first >= count,
        };
        let callers = (0..CONNECTIONS).map(|_| self.call(server, next, is_over));
        futures_util::future::try_join_all(callers).await.map(drop)
    }

    async fn call(&self, server: SocketAddr, next: &Cell<usize>, is_over: impl Fn() -> bool) -> Result<()> {
        let stream = TcpStream::connect(server).await?;
        stream.set_nodelay(true)?;
        let (mut sender, connection) = handshake(TokioIo::new(stream)).await?;
        spawn_local(connection);
        while !is_over() {
            let number = next.get();
            next.set(number + 1);
            self.ask(&mut sender, number).await?;
        }
        Ok(())
    }

    async fn ask(&self, sender: &mut SendRequest<Empty<Bytes>>, number: usize) -> Result<()> {
        let mut request = Request::builder().method(Method::GET).uri(&self.target);
        for (name, value) in HEADERS {
            request = request.header(name, value);
        }
        if let Some(credential) = self.credentials.get(number % self.credentials.len().max(1)) {
            request = request.header("authorization", credential);
        }
        let response = sender.send_request(request.body(Empty::new())?).await?;
        let status = response.status();
        let body = response.into_body().collect().await?.to_bytes();
        ensure!(status == self.status, "{} instead of {}: {}", status, self.status, String::from_utf8_lossy(&body));
        Ok(())
    }
}
