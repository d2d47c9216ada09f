//! The end of `serve`: the listener closes, what is under way is finished, and only then the process ends.

use anyhow::bail;
use axum::Router;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;
use tokio::time::sleep;

/// How long requests that are under way may take: a revocation waits up to 27 s for leases. A supervisor that kills
/// earlier (Docker after 10 s, Kubernetes after 30 s, unless they are told) cuts off answers, and no more than those:
/// what is committed is published by the next start.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(35);

/// What asks the process to end.
pub(crate) struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    /// From here on, signals end the process in good order rather than at once.
    ///
    /// # Errors
    /// If the system lets nobody listen to signals.
    pub(crate) fn listen() -> io::Result<Self> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    /// The name of the next one.
    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.interrupt.recv() => "SIGINT",
            _ = self.terminate.recv() => "SIGTERM",
        }
    }
}

/// Serves until a signal comes, and then until every request that is under way is answered.
///
/// # Errors
/// If some are not answered: after [`DRAIN_TIMEOUT`], or because a second signal came.
pub(crate) async fn serve(listener: TcpListener, router: Router, mut signals: Signals) -> anyhow::Result<()> {
    let (close, closed) = oneshot::channel::<()>();
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let server = axum::serve(listener, service).with_graceful_shutdown(async { drop(closed.await) });
    let mut server = pin!(server.into_future());
    let name = tokio::select! {
        ended = &mut server => return Ok(ended?),
        name = signals.next() => name,
    };
    tracing::info!(
        "{name}: no connection is taken any more; what is under way is finished, a second signal ends at once"
    );
    drop(close);
    tokio::select! {
        ended = server => ended?,
        () = sleep(DRAIN_TIMEOUT) => bail!("requests were still unanswered after {} s", DRAIN_TIMEOUT.as_secs()),
        name = signals.next() => bail!("{name} again: requests that were under way are not answered"),
    }
    tracing::info!("every request was answered; what is pending is published by the next start");
    Ok(())
}
