//! HTTP servers of this process, on loopback.

use anyhow::{Context, Result};
use axum::Router;
use std::net::{Ipv4Addr, SocketAddr};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

/// Serves on this port, or on a free one if it is 0, for as long as `runtime` lives.
///
/// # Errors
/// If the port is taken.
pub(crate) fn serve(runtime: &Runtime, port: u16, app: Router) -> Result<SocketAddr> {
    let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, port)));
    let listener = listener.with_context(|| format!("nobody can listen on port {port}"))?;
    let address = listener.local_addr()?;
    runtime.spawn(async move { axum::serve(listener, app).await });
    Ok(address)
}

/// Serves on a free port until this process ends; returns the address, `http://127.0.0.1:…`.
///
/// # Errors
/// If nobody can listen.
pub fn serve_forever(app: Router) -> Result<String> {
    let runtime = Runtime::new()?;
    let address = serve(&runtime, 0, app)?;
    // Its threads go on.
    std::mem::forget(runtime);
    Ok(format!("http://{address}"))
}
