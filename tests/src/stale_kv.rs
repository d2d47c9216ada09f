//! KV as it is in the wild: every edge reads a view of its own, which may be late, incomplete or wrong.
//!
//! It speaks the protocol between workerd and its KV bindings (`GET`, `PUT`, `DELETE` of a key), so the
//! worker's own binding talks to it. Fake about it is only what becomes of a write in a view: it is seen
//! after a random delay, or never, or as something else. A view of a deleted entry may so live on.

use crate::server::serve;
use anyhow::Result;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{Method, StatusCode};
use axum::routing::get;
use fastrand::Rng;
use shared::id::WorkspaceId;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

/// How late a write may be seen. The real KV says a minute or more; a test has not that long.
const DELAY_MAX: Duration = Duration::from_secs(4);

/// Of a hundred writes, how many a view never sees.
const LOST_PERCENT: u8 = 4;

/// Of a hundred writes, how many a view sees as something else.
const FALSE_PERCENT: u8 = 3;

/// One store with a view for every edge.
pub struct StaleKv {
    store: Arc<Mutex<Store>>,
    addresses: Vec<SocketAddr>,
    // Ends the servers when dropped.
    _runtime: Runtime,
}

/// The worst that a view ever said of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Said {
    /// What was last written.
    True,
    /// Nothing that names a workspace, although something was written.
    Nothing,
    /// A workspace that was never written.
    False,
}

struct Store {
    truth: HashMap<String, String>,
    views: Vec<View>,
    /// What views say instead of the truth.
    lies: Vec<String>,
    is_down: bool,
}

struct View {
    rng: Rng,
    /// Every write that this view will ever see, in the order written: from when on, and what.
    writes: HashMap<String, Vec<(Instant, Option<String>)>>,
    said: HashMap<String, Said>,
}

impl StaleKv {
    /// Serves `views` views; `seed` decides what becomes of each write, `lies` is what a false one says.
    ///
    /// # Errors
    /// If there is no free port.
    pub fn start(views: usize, seed: u64, lies: &[&str]) -> Result<Self> {
        let view = |rng| View { rng, writes: HashMap::new(), said: HashMap::new() };
        let mut rng = Rng::with_seed(seed);
        let views: Vec<_> = (0..views).map(|_| view(rng.fork())).collect();
        let count = views.len();
        let lies = lies.iter().map(|&lie| lie.to_owned()).collect();
        let store = Arc::new(Mutex::new(Store { truth: HashMap::new(), views, lies, is_down: false }));
        let runtime = Runtime::new()?;
        let addresses = (0..count).map(|view| serve_view(&runtime, Arc::clone(&store), view)).collect::<Result<_>>()?;
        Ok(Self { store, addresses, _runtime: runtime })
    }

    /// Where a view is served.
    ///
    /// # Panics
    /// If there is no such view.
    #[must_use]
    pub fn address(&self, view: usize) -> SocketAddr {
        self.addresses[view]
    }

    /// Lets every call fail, or none.
    pub fn set_down(&self, is_down: bool) {
        lock(&self.store).is_down = is_down;
    }

    /// Every view sees all that was written, as it was written.
    pub fn heal(&self) {
        let now = now();
        let Store { truth, views, .. } = &mut *lock(&self.store);
        for view in views {
            let seen = truth.iter().map(|(key, value)| (key.clone(), vec![(now, Some(value.clone()))]));
            view.writes = seen.collect();
        }
    }

    /// The worst that a view has said of a key so far.
    #[must_use]
    pub fn said(&self, view: usize, key: &str) -> Said {
        lock(&self.store).views[view].said.get(key).copied().unwrap_or(Said::True)
    }
}

impl Store {
    fn read(&mut self, view: usize, key: &str) -> Option<String> {
        let now = now();
        let view = &mut self.views[view];
        let writes = view.writes.get(key).map_or(&[][..], Vec::as_slice);
        let seen = writes.iter().rev().find(|(from, _)| *from <= now).and_then(|(_, value)| value.clone());
        let said = match (&seen, self.truth.get(key)) {
            (_, None) => Said::True,
            (Some(seen), Some(truth)) if seen == truth => Said::True,
            (Some(seen), _) if seen.parse::<WorkspaceId>().is_ok() => Said::False,
            _ => Said::Nothing,
        };
        let worst = view.said.entry(key.into()).or_insert(said);
        *worst = said.max(*worst);
        seen
    }

    fn write(&mut self, key: &str, value: Option<String>) {
        match &value {
            Some(value) => self.truth.insert(key.into(), value.clone()),
            None => self.truth.remove(key),
        };
        for view in &mut self.views {
            let fate = view.rng.u8(0..100);
            let from = now() + DELAY_MAX.mul_f64(view.rng.f64());
            let seen = match &value {
                _ if fate < LOST_PERCENT => continue,
                Some(_) if fate < LOST_PERCENT + FALSE_PERCENT => view.rng.choice(&self.lies).cloned(),
                value => (*value).clone(),
            };
            view.writes.entry(key.into()).or_default().push((from, seen));
        }
    }
}

fn serve_view(runtime: &Runtime, store: Arc<Mutex<Store>>, view: usize) -> Result<SocketAddr> {
    let app = Router::new().route("/{key}", get(answer).put(answer).delete(answer)).with_state((store, view));
    serve(runtime, 0, app)
}

async fn answer(
    State((store, view)): State<(Arc<Mutex<Store>>, usize)>,
    Path(key): Path<String>,
    method: Method,
    body: String,
) -> (StatusCode, String) {
    let mut store = lock(&store);
    if store.is_down {
        return (StatusCode::INTERNAL_SERVER_ERROR, String::new());
    }
    let value = if method == Method::GET {
        store.read(view, &key)
    } else {
        store.write(&key, (method == Method::PUT).then_some(body));
        Some(String::new())
    };
    value.map_or((StatusCode::NOT_FOUND, String::new()), |value| (StatusCode::OK, value))
}

fn lock(store: &Mutex<Store>) -> MutexGuard<'_, Store> {
    store.lock().unwrap_or_else(PoisonError::into_inner)
}

#[expect(clippy::disallowed_methods, reason = "a view's delays are real time")]
fn now() -> Instant {
    Instant::now()
}
