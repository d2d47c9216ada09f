//! Who writes when. SQLite lets one write at a time; whoever comes second sleeps and asks again, and sleeps longer each
//! time. So within this process writers stand in line: the next one begins at once, in the order in which they came,
//! and who waits takes no connection from readers. Other processes are still waited for as SQLite does it.

use super::Engine;
use sqlx::{Any, AnyConnection};
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// How long a writer stands in line. As long as the first in line waits for another process.
const IN_LINE_MAX: Duration = Duration::from_secs(5);

/// The line of writers; none in Postgres, where they wait for a workspace's row.
#[derive(Debug, Clone)]
pub(super) struct Line(Option<Arc<Semaphore>>);

impl Line {
    pub(super) fn of(engine: Engine) -> Self {
        Self((engine == Engine::Sqlite).then(|| Arc::new(Semaphore::new(1))))
    }

    /// Waits until it is this writer's turn.
    pub(super) async fn turn(&self) -> Result<Turn, sqlx::Error> {
        let Some(line) = &self.0 else { return Ok(Turn(None)) };
        let turn = timeout(IN_LINE_MAX, Arc::clone(line).acquire_owned()).await;
        let turn = turn.map_err(|_| sqlx::Error::PoolTimedOut)?.map_err(|_| sqlx::Error::PoolClosed)?;
        Ok(Turn(Some(turn)))
    }
}

/// A writer's turn, until it is dropped.
#[derive(Debug)]
pub(super) struct Turn(#[expect(dead_code, reason = "held, and never looked at")] Option<OwnedSemaphorePermit>);

/// A connection or a transaction of a writer whose turn it is.
#[derive(Debug)]
pub(crate) struct Writing<C> {
    inner: C,
    // Last: the next one begins when the connection is given back.
    _turn: Turn,
}

impl<C> Writing<C> {
    pub(super) const fn new(inner: C, turn: Turn) -> Self {
        Self { inner, _turn: turn }
    }
}

impl Writing<sqlx::Transaction<'static, Any>> {
    /// Commits everything.
    pub(super) async fn commit(self) -> Result<(), sqlx::Error> {
        self.inner.commit().await
    }
}

impl<C: Deref<Target = AnyConnection>> Deref for Writing<C> {
    type Target = AnyConnection;

    fn deref(&self) -> &AnyConnection {
        &self.inner
    }
}

impl<C: DerefMut<Target = AnyConnection>> DerefMut for Writing<C> {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        &mut self.inner
    }
}
