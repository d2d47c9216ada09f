//! Brings what is committed to the edge: in order, again and again, until it is effective.
//!
//! One task per process looks for workspaces with unfinished changes, and works on each of
//! them by itself, so that workspaces do not wait for each other. Any number of processes may
//! do so at once: the ledger passes over what it has.
//!
//! A change is *published* when the ledger has answered with our own history, and *acknowledged*
//! when the wait that this answer names has passed on our monotonic clock: then it is
//! *effective*. A create is so earlier, once ledger and KV have it, since nobody knew its
//! token; it only waits until no replaced instance of the ledger can be asked any more. Nothing
//! waits for an acknowledgement before the next batch is sent. What is not written
//! down as acknowledged, because this process died or the database failed, is published
//! again and waits again.

mod comparison;
mod edge_client;
mod step;

pub use edge_client::{EdgeClient, EdgeError};
pub(crate) use step::{Agreement, LOST_EVERYTHING, StepError, kv_writes};

use crate::clock::Clock;
use crate::error::Error;
use crate::metrics::{Metrics, Outcome};
use crate::random;
use crate::store::{Connection, Corrupt, Store, changes};
use shared::change::Head;
use shared::ledger::PublishAnswer;
use shared::timestamp::Timestamp;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, sleep, timeout, timeout_at};

/// How often unfinished changes are looked for without being told, for those of a process that died.
const POLL: Duration = Duration::from_secs(1);

/// How long a handler waits for the ledger to answer, before its change is pending.
const PUBLISH_TIMEOUT: Duration = Duration::from_secs(5);

/// Longest wait of the ledger that a handler sits out, before its change is pending.
const WAIT_MAX: Duration = Duration::from_secs(25);

/// Time after the end of a wait for writing down that it is over.
const WAIT_SLACK: Duration = Duration::from_secs(2);

/// How often a waiting handler looks into the database, for what another process finished.
const LOOK_AGAIN: Duration = Duration::from_millis(250);

/// How long a look into the database may take. One that is silent, rather than gone, is noticed only so.
const LOOK_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a step may take: two calls of the edge, and the longest wait for a replaced ledger, with time to spare.
const STEP_TIMEOUT: Duration = Duration::from_secs(120);

/// First and longest pause after a failure; doubled in between, with jitter. Shorter than a
/// handler waits, so that a revocation does not become pending because of an outage that is over.
const BACKOFF: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(3));

/// What the ledger said last of a workspace.
#[derive(Debug, Clone, Copy)]
struct Published {
    /// It has our history up to here.
    head: Head,
    /// When the last of them is effective.
    due: Instant,
    /// When the last of them is, if it is a create that KV has too.
    create_due: Instant,
}

/// What is done for a workspace, each by a task of its own: KV being out of reach must not
/// hold back the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Job {
    /// Ledger: initialise it, send changes.
    Publish,
    /// KV: bring it up to date with what the ledger has.
    Replicate,
}

impl Job {
    /// For logs and metrics.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Publish => "publish",
            Self::Replicate => "replicate",
        }
    }
}

/// The publisher of a process.
pub struct Publisher {
    store: Store,
    edge: EdgeClient,
    clock: Arc<dyn Clock>,
    metrics: Arc<Metrics>,
    wake: Notify,
    /// Jobs that a task is working on, and whether somebody asked for them meanwhile.
    busy: Mutex<HashMap<(String, Job), bool>>,
    published: Mutex<HashMap<String, Published>>,
    /// Counts what became effective, to wake the handlers that wait for it.
    progress: watch::Sender<u64>,
}

impl Publisher {
    /// A publisher; [`Publisher::run`] makes it work.
    #[must_use]
    pub fn new(store: Store, edge: EdgeClient, clock: Arc<dyn Clock>, metrics: Arc<Metrics>) -> Arc<Self> {
        Arc::new(Self {
            store,
            edge,
            clock,
            metrics,
            wake: Notify::new(),
            busy: Mutex::default(),
            published: Mutex::default(),
            progress: watch::Sender::new(0),
        })
    }

    /// Works for ever.
    pub async fn run(self: Arc<Self>) {
        tokio::spawn(Arc::clone(&self).compare_all());
        loop {
            match self.unfinished().await {
                Ok(workspaces) => {
                    for id in &workspaces {
                        self.start(id, Job::Publish);
                        self.start(id, Job::Replicate);
                    }
                }
                Err(why) => tracing::error!("cannot look for unfinished changes, trying again until it works: {why}"),
            }
            let _ = timeout_at(Instant::now() + POLL, self.wake.notified()).await;
        }
    }

    /// Waits until a change is effective, or as long as a caller may be kept waiting.
    ///
    /// Returns when it became effective, in milliseconds since 1970; none: it is pending, as far as can be known. What
    /// is committed stays so if the database fails meanwhile, and the caller must not be told otherwise.
    pub(crate) async fn wait(&self, workspace_id: &str, version: i64) -> Option<i64> {
        self.wait_or_log(workspace_id, version, |published| published.due).await
    }

    /// The same for a create, which waits for no lease.
    pub(crate) async fn wait_for_create(&self, workspace_id: &str, version: i64) -> Option<i64> {
        self.wait_or_log(workspace_id, version, |published| published.create_due).await
    }

    async fn wait_or_log(&self, workspace_id: &str, version: i64, due: fn(Published) -> Instant) -> Option<i64> {
        let waited = self.wait_until(workspace_id, version, due).await;
        waited.unwrap_or_else(|why| {
            tracing::error!(
                workspace = workspace_id,
                "a change is called pending, since its state cannot be read: {why}"
            );
            None
        })
    }

    async fn wait_until(
        &self,
        workspace_id: &str,
        version: i64,
        due: fn(Published) -> Instant,
    ) -> Result<Option<i64>, sqlx::Error> {
        let mut progress = self.progress.subscribe();
        self.wake.notify_one();
        let answer_by = Instant::now() + PUBLISH_TIMEOUT;
        loop {
            let look = async {
                let mut connection = self.store.connection().await?;
                changes::effective_at(&mut connection, workspace_id, version).await
            };
            let effective_at = timeout(LOOK_TIMEOUT, look).await.map_err(|_| sqlx::Error::PoolTimedOut)??;
            let give_up_at = self.published_at_least(workspace_id, version).map_or(answer_by, |published| {
                let due = due(published);
                if due <= Instant::now() + WAIT_MAX { answer_by.max(due + WAIT_SLACK) } else { Instant::now() }
            });
            if effective_at.is_some() || give_up_at <= Instant::now() {
                return Ok(effective_at);
            }
            let _ = timeout_at(give_up_at.min(Instant::now() + LOOK_AGAIN), progress.changed()).await;
        }
    }

    async fn unfinished(&self) -> Result<Vec<String>, sqlx::Error> {
        let look = async { changes::unfinished_workspaces(&mut *self.store.connection().await?).await };
        timeout(LOOK_TIMEOUT, look).await.map_err(|_| sqlx::Error::PoolTimedOut)?
    }

    /// Starts a task for the job, or lets the one that is at it look again before it ends.
    fn start(self: &Arc<Self>, workspace_id: &str, job: Job) {
        let key = (String::from(workspace_id), job);
        match lock(&self.busy).entry(key.clone()) {
            Entry::Occupied(mut again) => {
                again.insert(true);
                return;
            }
            Entry::Vacant(idle) => idle.insert(false),
        };
        let publisher = Arc::clone(self);
        tokio::spawn(async move {
            loop {
                publisher.work(&key.0, job).await;
                let mut busy = lock(&publisher.busy);
                match busy.get_mut(&key) {
                    Some(again) if *again => *again = false,
                    _ => {
                        busy.remove(&key);
                        return;
                    }
                }
            }
        });
    }

    /// Works until nothing is left to do at once, with a pause after each failure.
    async fn work(self: &Arc<Self>, workspace_id: &str, job: Job) {
        let (mut pause, mut said) = (BACKOFF.0, String::new());
        loop {
            let step = async {
                match job {
                    Job::Publish => self.publish_step(workspace_id).await,
                    Job::Replicate => self.replicate_step(workspace_id).await,
                }
            };
            let step = timeout(STEP_TIMEOUT, step).await.unwrap_or(Err(step::StepError::TakesTooLong));
            self.metrics.count_step(job, outcome(&step));
            match step {
                Ok(step::Next::Nothing) => return,
                Ok(step::Next::GoOn) => pause = BACKOFF.0,
                Err(why) => {
                    let why = why.to_string();
                    if why != said {
                        let job = job.name();
                        tracing::warn!(workspace = workspace_id, job, "failed, trying again until it does not: {why}");
                        said = why;
                    }
                    sleep(pause.mul_f64(0.5 + random::fraction() / 2.0)).await;
                    pause = (pause * 2).min(BACKOFF.1);
                }
            }
        }
    }

    fn published_at_least(&self, workspace_id: &str, version: i64) -> Option<Published> {
        let published = lock(&self.published).get(workspace_id).copied();
        published.filter(|published| published.head.version >= version.cast_unsigned())
    }

    /// What the ledger said last; none if the database has gone back since, as by a failover: that was said of a history
    /// that is no longer ours.
    async fn published(&self, connection: &mut Connection, workspace_id: &str) -> Result<Option<Published>, Error> {
        let Some(published) = lock(&self.published).get(workspace_id).copied() else { return Ok(None) };
        if changes::has(connection, workspace_id, published.head).await? {
            return Ok(Some(published));
        }
        lock(&self.published).remove(workspace_id);
        Ok(None)
    }

    /// Starts the waits after which every change up to `head` is effective.
    fn acknowledge_after(self: &Arc<Self>, workspace_id: &str, head: Head, answer: PublishAnswer) {
        let due_after = |wait_ms| Instant::now() + Duration::from_millis(wait_ms);
        let (due, create_due) = (due_after(answer.wait_ms), due_after(answer.create_wait_ms));
        let published = Published { head, due, create_due };
        lock(&self.published).insert(workspace_id.into(), published);
        let (publisher, workspace_id) = (Arc::clone(self), String::from(workspace_id));
        tokio::spawn(async move {
            tokio::time::sleep_until(published.due).await;
            if let Err(why) = publisher.acknowledge(&workspace_id, head).await {
                tracing::error!(
                    workspace = workspace_id,
                    "acknowledged, but not written down; publishing again: {why}"
                );
                lock(&publisher.published).remove(&workspace_id);
            }
            publisher.note_progress();
        });
    }

    async fn acknowledge(&self, workspace_id: &str, head: Head) -> Result<(), Error> {
        let (mut connection, now) = (self.store.writing().await?, self.clock.now());
        if !changes::has(&mut connection, workspace_id, head).await? {
            return Err(Corrupt(format!("the database has gone back, and lacks version {}", head.version)).into());
        }
        let made = changes::set_acknowledged(&mut connection, workspace_id, head.version, now).await?;
        self.observe_effective(&made, now);
        Ok(())
    }

    /// Measures changes that were made at these times, in milliseconds since 1970.
    fn observe_effective(&self, made: &[i64], now: Timestamp) {
        for made_at in made {
            self.metrics.observe_effective(Duration::from_millis(now.0.saturating_sub(made_at.cast_unsigned())));
        }
    }

    fn note_progress(&self) {
        self.progress.send_modify(|count| *count += 1);
    }
}

const fn outcome(step: &Result<step::Next, step::StepError>) -> Outcome {
    match step {
        Ok(step::Next::GoOn) => Outcome::Done,
        Ok(step::Next::Nothing) => Outcome::Idle,
        Err(_) => Outcome::Failed,
    }
}

/// Every critical section is a single step, so a poisoned lock still holds sound data.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
