//! The real application on a real database, SQLite or Postgres, and an edge in this process.
//!
//! What is fake: the edge's HTTP shell, KV (a map), and the ledger's storage (memory). What is
//! real: the ledger's state machine, the signatures, the database, the publisher.
#![expect(unreachable_pub, reason = "shared by test programs")]
#![expect(clippy::panic, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

mod clock;
pub mod cut;
mod database;
#[path = "../../../shared/tests/support/mod.rs"]
pub mod ledger_support;
pub mod line;
pub mod program;
mod reconcile;
pub mod seed;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Request, StatusCode};
use axum::middleware::from_fn_with_state;
use axum::routing::post;
use clock::MovedClock;
pub use database::TestDatabase;

use control_plane::app::App;
use control_plane::bootstrap::{self, WorkspaceRequest};
use control_plane::clock::Clock;
use control_plane::metrics::Metrics;
use control_plane::plan::Plan;
use control_plane::publisher::{EdgeClient, Publisher};
use control_plane::rate_limit::{Limiting, RateLimits};
use control_plane::settings::Settings;
use control_plane::store::Store;
use control_plane::token_request::TokenRequest;
use http_body_util::BodyExt;
use ledger_support::keyring;
use ledger_support::storage::MemoryStorage;
use line::Line;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use shared::digest::Digest;
use shared::ledger::{KvWrites, Ledger, StoredWindow};
use shared::scope::ScopeSet;
use shared::signature::{HEADER, SignedCall, TO_EDGE};
use shared::token::TokenPrefix;
use std::collections::{HashMap, HashSet};
use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::sync::oneshot;
use tower::ServiceExt;

pub const WORKSPACE: &str = "ws_test";
pub const PROJECT: &str = "proj_test";

/// The edge, as far as the control plane sees it.
pub struct FakeEdge {
    pub url: String,
    pub line: Arc<Line>,
    state: Arc<EdgeState>,
}

#[derive(Default)]
struct EdgeState {
    clock: MovedClock,
    ledgers: Mutex<HashMap<String, MemoryStorage>>,
    kv: Mutex<HashSet<Digest>>,
    /// Whether the ledgers answer.
    down: AtomicBool,
    /// Whether KV answers.
    kv_down: AtomicBool,
    /// How long KV takes, in milliseconds.
    kv_ms: Mutex<u64>,
    /// Writes of KV that have begun.
    kv_writes: AtomicUsize,
    /// Parts of snapshots, in the order in which they came.
    snapshot_parts: Mutex<Vec<u64>>,
    /// The part at which the connection breaks, once.
    breaks_at_part: Mutex<Option<u64>>,
    /// Times KV answers before it is out of reach.
    kv_answers_left: Mutex<Option<usize>>,
    /// How long leases of the ledgers are, in milliseconds; here always granted before a publish.
    lease_ms: Mutex<u64>,
    /// How long a replaced instance may go on answering, in milliseconds, counted from every publish.
    inherited_ms: Mutex<u64>,
}

impl FakeEdge {
    pub async fn start() -> Self {
        let (state, line) = (Arc::new(EdgeState::default()), Arc::<Line>::default());
        let routes = Router::new()
            .route("/_edge/ledgers/{workspaceId}/publish", post(publish))
            .route("/_edge/ledgers/{workspaceId}/reserve", post(reserve))
            .route("/_edge/ledgers/{workspaceId}/snapshot", post(snapshot))
            .route("/_edge/ledgers/{workspaceId}/status", post(status))
            .route("/_edge/kv", post(write_kv))
            .layer(from_fn_with_state(Arc::clone(&line), line::pass))
            .with_state(Arc::clone(&state));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { url, line, state }
    }

    /// Of the machines of the edge.
    pub fn clock(&self) -> &MovedClock {
        &self.state.clock
    }

    pub fn set_down(&self, down: bool) {
        self.state.down.store(down, Ordering::SeqCst);
    }

    pub fn set_kv_down(&self, down: bool) {
        self.state.kv_down.store(down, Ordering::SeqCst);
    }

    pub fn kv_writes(&self) -> usize {
        self.state.kv_writes.load(Ordering::SeqCst)
    }

    pub fn set_kv_slow(&self, ms: u64) {
        *self.state.kv_ms.lock().unwrap() = ms;
    }

    /// From now on, somebody holds a lease of this length whenever something is published.
    pub fn set_lease(&self, lease_ms: u64) {
        *self.state.lease_ms.lock().unwrap() = lease_ms;
    }

    /// From now on, an instance that may answer for so long was replaced whenever something is published.
    pub fn set_inherited(&self, inherited_ms: u64) {
        *self.state.inherited_ms.lock().unwrap() = inherited_ms;
    }

    pub fn break_at_part(&self, part: u64) {
        *self.state.breaks_at_part.lock().unwrap() = Some(part);
    }

    /// KV answers so many times more, and is then out of reach.
    pub fn break_kv_after(&self, answers: usize) {
        *self.state.kv_answers_left.lock().unwrap() = Some(answers);
    }

    /// The parts of snapshots that came since this was asked last.
    pub fn take_snapshot_parts(&self) -> Vec<u64> {
        std::mem::take(&mut self.state.snapshot_parts.lock().unwrap())
    }

    /// The ledger goes on from another database, in which this token was revoked: what a restored backup looks like.
    pub fn go_on_elsewhere(&self, token: &str) {
        use shared::ledger::LedgerStorage;
        let mut ledgers = self.ledgers();
        let storage = ledgers.get_mut(WORKSPACE).unwrap();
        let head = storage.position().unwrap().unwrap().head;
        let dead = shared::record::Record { state: shared::record::State::Revoked, ..ledger_support::record(9, 2) };
        let later = ledger_support::history(head, &[(digest_of(token), dead)]);
        later.iter().for_each(|change| storage.apply(change).unwrap());
    }

    pub fn ledger(&self) -> MemoryStorage {
        self.ledgers().get(WORKSPACE).cloned().unwrap_or_default()
    }

    /// The last change that the ledger has applied.
    pub fn ledger_version(&self) -> u64 {
        shared::ledger::LedgerStorage::position(&self.ledger()).unwrap().map_or(0, |position| position.head.version)
    }

    pub fn ledgers(&self) -> MutexGuard<'_, HashMap<String, MemoryStorage>> {
        self.state.ledgers.lock().unwrap()
    }

    pub fn kv_has(&self, digest: &Digest) -> bool {
        self.kv().contains(digest)
    }

    pub fn kv(&self) -> MutexGuard<'_, HashSet<Digest>> {
        self.state.kv.lock().unwrap()
    }
}

fn verify(state: &EdgeState, path: &str, headers: &HeaderMap, body: &Bytes) -> Result<(), StatusCode> {
    let call = SignedCall { label: TO_EDGE, method: "POST", path, body };
    let header = headers.get(HEADER).and_then(|value| value.to_str().ok());
    call.verify(header, &keyring(2), state.clock.now()).map_err(|_| StatusCode::UNAUTHORIZED)
}

/// An instance that has granted a lease just now, if leases are set.
fn instance(state: &EdgeState, storage: &mut MemoryStorage) -> Ledger {
    use shared::ledger::{Format, LedgerStorage, Renewal};
    let (now, lease_ms) = (state.clock.now(), *state.lease_ms.lock().unwrap());
    let alive_ms = *state.inherited_ms.lock().unwrap();
    let inherited = (alive_ms > 0).then_some(StoredWindow { alive_ms, at: now });
    let mut ledger = Ledger::new(lease_ms, inherited, now);
    let planned = ledger.plan_window(now);
    ledger.open_window(planned);
    let renewal = Renewal { format: Format, standing: None, want: Vec::new(), used: Vec::new() };
    if storage.position().unwrap().is_some() {
        ledger.renew(storage, &renewal, now).unwrap();
    }
    ledger
}

async fn publish(state: State<Arc<EdgeState>>, id: Path<String>, headers: HeaderMap, body: Bytes) -> LedgerAnswer {
    let now = state.clock.now();
    let step = |ledger: Ledger, storage: &mut _, message| ledger.publish(storage, &message, now);
    ledger_call(&state, &id, "publish", &headers, &body, step)
}

async fn snapshot(state: State<Arc<EdgeState>>, id: Path<String>, headers: HeaderMap, body: Bytes) -> LedgerAnswer {
    let part = serde_json::from_slice::<shared::ledger::Snapshot>(&body).unwrap().part;
    if state.breaks_at_part.lock().unwrap().take_if(|breaks_at| *breaks_at == part).is_some() {
        return Err(StatusCode::BAD_GATEWAY);
    }
    state.snapshot_parts.lock().unwrap().push(part);
    let now = state.clock.now();
    let step = |ledger: Ledger, storage: &mut _, message| ledger.snapshot(storage, &message, now);
    ledger_call(&state, &id, "snapshot", &headers, &body, step)
}

async fn status(state: State<Arc<EdgeState>>, id: Path<String>, headers: HeaderMap, body: Bytes) -> LedgerAnswer {
    let now = state.clock.now();
    let step = |ledger: Ledger, storage: &mut _, (): ()| ledger.status(storage, now);
    ledger_call(&state, &id, "status", &headers, &body, step)
}

async fn reserve(state: State<Arc<EdgeState>>, id: Path<String>, headers: HeaderMap, body: Bytes) -> LedgerAnswer {
    let step = |ledger: Ledger, storage: &mut _, message| ledger.reserve(storage, &message);
    ledger_call(&state, &id, "reserve", &headers, &body, step)
}

type LedgerAnswer = Result<String, StatusCode>;

/// A signed call, answered by one step of the ledger's machine.
fn ledger_call<M: DeserializeOwned, A: Serialize>(
    state: &EdgeState,
    id: &str,
    call: &str,
    headers: &HeaderMap,
    body: &Bytes,
    step: impl FnOnce(Ledger, &mut MemoryStorage, M) -> Result<A, Infallible>,
) -> LedgerAnswer {
    verify(state, &format!("/_edge/ledgers/{id}/{call}"), headers, body)?;
    if state.down.load(Ordering::SeqCst) {
        return Err(StatusCode::SERVICE_UNAVAILABLE);
    }
    let message = serde_json::from_slice(body).map_err(|_| StatusCode::BAD_REQUEST)?;
    let mut ledgers = state.ledgers.lock().unwrap();
    let storage = ledgers.entry(id.into()).or_default();
    let Ok(answer) = step(instance(state, storage), storage, message);
    Ok(serde_json::to_string(&answer).unwrap())
}

async fn write_kv(State(state): State<Arc<EdgeState>>, headers: HeaderMap, body: Bytes) -> Result<String, StatusCode> {
    verify(&state, "/_edge/kv", &headers, &body)?;
    if state.kv_down.load(Ordering::SeqCst) {
        return Err(StatusCode::SERVICE_UNAVAILABLE);
    }
    let writes: KvWrites = serde_json::from_slice(&body).map_err(|_| StatusCode::BAD_REQUEST)?;
    if let Some(left) = &mut *state.kv_answers_left.lock().unwrap() {
        *left = left.checked_sub(1).ok_or(StatusCode::BAD_GATEWAY)?;
    }
    // As workerd does: it takes the seconds as a signed 32-bit number.
    if writes.puts.iter().filter_map(|put| put.expiration_s).any(|seconds| i32::try_from(seconds).is_err()) {
        return Err(StatusCode::SERVICE_UNAVAILABLE);
    }
    state.kv_writes.fetch_add(1, Ordering::SeqCst);
    let kv_ms = *state.kv_ms.lock().unwrap();
    tokio::time::sleep(Duration::from_millis(kv_ms)).await;
    let mut kv = state.kv.lock().unwrap();
    kv.extend(writes.puts.iter().map(|put| put.digest));
    for digest in &writes.deletes {
        kv.remove(digest);
    }
    Ok("{}".into())
}

/// The application with a workspace and its admin token.
pub struct Server {
    pub edge: FakeEdge,
    /// Of the control plane's machine.
    pub clock: MovedClock,
    pub app: App,
    pub client: EdgeClient,
    pub admin: String,
    router: Router,
    publishing: tokio::task::JoinHandle<()>,
    database: TestDatabase,
}

/// What came back.
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|why| panic!("{}: {why}: {}", self.status, self.text))
    }

    pub fn slug(&self) -> String {
        self.json()["type"].as_str().unwrap_or_default().rsplit('/').next().unwrap_or_default().into()
    }
}

impl Server {
    pub async fn start(plan: Plan) -> Self {
        Self::start_on(TestDatabase::create().await, plan).await
    }

    /// The same on this database.
    pub async fn start_on(database: TestDatabase, plan: Plan) -> Self {
        let (edge, clock) = (FakeEdge::start().await, MovedClock::default());
        let (app, client) = open(&edge, database.url(), clock.clone()).await;
        let project = Some(PROJECT.parse().unwrap());
        let request = WorkspaceRequest { id: WORKSPACE.parse().unwrap(), name: "Test".into(), plan, project };
        bootstrap::create_workspace(&app.store, request, app.clock.now()).await.unwrap();
        let publishing = tokio::spawn(Arc::clone(&app.publisher).run());
        let router = control_plane::app::app(app.clone());
        let mut server = Self { edge, clock, app, client, admin: String::new(), router, publishing, database };
        server.admin = server.operator_token(8).await;
        server
    }

    /// A token that no other token made, as the command line makes it.
    pub async fn operator_token(&self, scopes: u8) -> String {
        let (name, scopes) = ("Operator's".into(), ScopeSet::from_bits(scopes));
        let request = TokenRequest { name, scopes, project_id: None, expires_at: None };
        let (token, _) = bootstrap::create_token(&self.app, WORKSPACE, request).await.unwrap();
        token.as_token().expose().into()
    }

    /// The process dies, and another one starts on what it left.
    pub async fn crash_and_restart(&mut self) {
        let url = self.database.url().to_owned();
        self.restart_on(&url).await;
    }

    /// The same, with another way to its database.
    pub async fn restart_on(&mut self, url: &str) {
        self.publishing.abort();
        let (app, client) = open(&self.edge, url, self.clock.clone()).await;
        (self.app, self.client) = (app, client);
        self.publishing = tokio::spawn(Arc::clone(&self.app.publisher).run());
        self.router = control_plane::app::app(self.app.clone());
    }

    /// Ends the publisher, as if the process died right after its next commit.
    pub fn stop_publishing(&self) {
        self.publishing.abort();
    }

    pub const fn database(&self) -> &TestDatabase {
        &self.database
    }

    /// The clocks of all machines show so many milliseconds more than the real one.
    pub fn set_clocks(&self, ms: i64) {
        self.clock.set_offset(ms);
        self.edge.clock().set_offset(ms);
    }

    /// Waits until database, ledger and KV agree.
    pub async fn reconcile(&self) {
        reconcile::reconcile(&self.database, &self.edge).await;
    }

    pub async fn send(&self, method: &str, path: &str, token: Option<&str>, body: Option<Value>) -> Answer {
        self.send_with(method, path, token, body, &[]).await
    }

    pub async fn send_with(
        &self,
        method: &str,
        path: &str,
        token: Option<&str>,
        body: Option<Value>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = match body {
            Some(body) => request.header("content-type", "application/json").body(Body::from(body.to_string())),
            None => request.body(Body::empty()),
        };
        self.answer(request.unwrap()).await
    }

    /// What a request is answered with.
    pub async fn answer(&self, request: Request<Body>) -> Answer {
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let bytes = answer.into_body().collect().await.unwrap().to_bytes();
        Answer { status, headers, text: String::from_utf8_lossy(&bytes).into_owned() }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, Some(&self.admin), None).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, Some(&self.admin), None).await
    }

    pub async fn patch(&self, maker: &str, id: &str, body: Value) -> Answer {
        self.send("PATCH", &tokens_path(id), Some(maker), Some(body)).await
    }

    pub async fn create(&self, maker: &str, body: Value) -> Answer {
        self.send("POST", &tokens_path(""), Some(maker), Some(body)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send("POST", path, Some(&self.admin), Some(body)).await
    }

    pub async fn rotate(&self, maker: &str, id: &str, body: Value) -> Answer {
        self.send("POST", &format!("{}/rotate", tokens_path(id)), Some(maker), Some(body)).await
    }

    /// A token that must be made; its id and text.
    pub async fn token(&self, scopes: &[&str]) -> (String, String) {
        let answer = self.create(&self.admin, json!({"name": "Test", "scopes": scopes})).await;
        assert!(matches!(answer.status, 201 | 202), "{}", answer.text);
        let view = answer.json();
        (view["id"].as_str().unwrap().into(), view["token"].as_str().unwrap().into())
    }

    /// Signs in to the dashboard; the cookie and the CSRF token of the session.
    pub async fn sign_in(&self, token: &str) -> (String, String) {
        let answer = self.send("POST", "/session", None, Some(json!({"token": token}))).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        let cookie = answer.headers["set-cookie"].to_str().unwrap();
        (cookie.split(';').next().unwrap().into(), answer.text_of("csrfToken"))
    }

    /// Waits until a token has this status.
    pub async fn until_status(&self, id: &str, status: &str) {
        for _ in 0..200 {
            if self.get(&tokens_path(id)).await.json()["status"] == status {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{id} did not become {status}: {}", self.get(&tokens_path(id)).await.text);
    }
}

impl Answer {
    pub fn text_of(&self, name: &str) -> String {
        self.json()[name].as_str().unwrap_or_else(|| panic!("no {name}: {}", self.text)).into()
    }
}

/// A body that tells when it is waited for, and arrives when that is said.
pub fn slow_body(body: Value) -> (Body, oneshot::Receiver<()>, oneshot::Sender<()>) {
    let (ask, asked) = oneshot::channel();
    let (send, sent) = oneshot::channel();
    let body = futures_util::stream::once(async move {
        ask.send(()).unwrap();
        sent.await.map(|()| body.to_string())
    });
    (Body::from_stream(body), asked, send)
}

/// The digest of a token under the pepper of these tests.
pub fn digest_of(token: &str) -> Digest {
    let token = shared::token::Token::parse(token, &TokenPrefix::default()).unwrap();
    Digest::current(token, &keyring(1))
}

pub fn tokens_path(id: &str) -> String {
    let base = format!("/workspaces/{WORKSPACE}/access-tokens");
    if id.is_empty() { base } else { format!("{base}/{id}") }
}

async fn open(edge: &FakeEdge, database_url: &str, clock: MovedClock) -> (App, EdgeClient) {
    let settings = Settings {
        edge_url: edge.url.clone(),
        token_prefix: TokenPrefix::default(),
        peppers: keyring(1),
        publish_keys: keyring(2),
        client_address_header: None,
    };
    let store = Store::open(database_url).await.unwrap();
    store.migrate().await.unwrap();
    let clock: Arc<dyn Clock> = Arc::new(clock);
    let client = EdgeClient::new(&settings, Arc::clone(&clock)).unwrap();
    let metrics = Arc::<Metrics>::default();
    let publisher = Publisher::new(store.clone(), client.clone(), Arc::clone(&clock), Arc::clone(&metrics));
    let limits = Arc::new(RateLimits::new(Limiting::On, Arc::clone(&metrics)));
    (App { store, publisher, limits, uses: Arc::default(), metrics, clock, settings: Arc::new(settings) }, client)
}
