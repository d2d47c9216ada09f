//! What surrounds the edge: the platform, which answers at once, and KV, which knows one workspace's tokens.

use anyhow::Result;
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::CONTENT_TYPE;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use shared::digest::Digest;
use std::collections::HashSet;
use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::rc::Rc;
use std::thread;
use tokio::runtime;
use tokio::task::{LocalSet, spawn_local};

/// What the platform answers: a hundred bytes.
const ANSWER: &[u8] =
    br#"{"items":[{"id":"dep_01","state":"ready","createdAt":"2026-11-25T12:00:00Z","branch":"main"}],"n":1}"#;

/// Starts a platform that gives everybody the same answer. Returns its address.
pub(crate) fn platform() -> Result<SocketAddr> {
    serve(|_| Response::builder().header(CONTENT_TYPE, "application/json").body(Full::from(ANSWER)))
}

/// Starts a KV that says of each of these digests that its token is of the workspace. Returns its address.
pub(crate) fn kv(workspace_id: &'static str, digests: impl Iterator<Item = Digest>) -> Result<SocketAddr> {
    let keys: HashSet<String> = digests.map(|digest| digest.to_hex()).collect();
    serve(move |request| {
        let is_known = keys.contains(request.uri().path().trim_start_matches('/'));
        let (status, found) = if is_known { (200, workspace_id) } else { (404, "") };
        Response::builder().status(status).body(Full::from(found))
    })
}

/// Serves on a thread of its own until the program ends.
fn serve<A>(answer: A) -> Result<SocketAddr>
where
    A: Fn(&Request<Incoming>) -> hyper::http::Result<Response<Full<Bytes>>> + Send + 'static,
{
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    let runtime = runtime::Builder::new_current_thread().enable_io().build()?;
    thread::spawn(move || LocalSet::new().block_on(&runtime, accept(listener, Rc::new(answer))));
    Ok(address)
}

async fn accept<A>(listener: TcpListener, answer: Rc<A>) -> Result<()>
where
    A: Fn(&Request<Incoming>) -> hyper::http::Result<Response<Full<Bytes>>> + 'static,
{
    let listener = tokio::net::TcpListener::from_std(listener)?;
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let answer = Rc::clone(&answer);
        let service = service_fn(move |request| {
            let answered = answer(&request).unwrap_or_default();
            async { Ok::<_, Infallible>(answered) }
        });
        spawn_local(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}
