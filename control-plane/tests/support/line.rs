//! The line between control plane and edge: calls on it can be held, and answers be replaced by nonsense.

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{Notify, watch};

/// Which calls of the edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// Changes for a ledger.
    Publish,
    /// Writes of KV.
    Kv,
    /// The rest.
    Other,
}

impl Call {
    fn of(path: &str) -> Self {
        match path.rsplit('/').next() {
            Some("publish") => Self::Publish,
            Some("kv") => Self::Kv,
            _ => Self::Other,
        }
    }
}

/// When a call is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// The edge has not done it yet.
    Before,
    /// The edge has done it, and has not answered.
    After,
}

/// What the edge does instead of answering as it should. It always carries the call out, if it gets that far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// 200 with a page for people, as a captive portal or a parked domain has it.
    Page,
    /// The first half of the answer.
    Truncated,
    /// The answer, and 32 MiB of nothing after it.
    Huge,
    /// The answer of a ledger that has applied nothing.
    Behind,
    /// The answer of a ledger with another history.
    OtherHistory,
    /// The answer with a wait of half a billion years.
    EndlessWait,
    /// 500.
    Broken,
    /// 401, as if the keys differed.
    OtherKeys,
    /// A redirect to the same address.
    Redirect,
    /// No answer, for longer than anybody waits.
    Silent,
}

#[derive(Default)]
pub struct Line {
    barrier: Mutex<Option<Barrier>>,
    fault: Mutex<Option<(Fault, &'static [Call])>>,
    calls: AtomicUsize,
}

#[derive(Clone)]
struct Barrier {
    call: Call,
    moment: Moment,
    is_open: watch::Receiver<bool>,
    reached: Arc<Notify>,
}

/// Holds calls until it is opened. Dropping it fails those that it holds, and lets later ones pass.
pub struct Gate {
    is_open: watch::Sender<bool>,
    reached: Arc<Notify>,
}

impl Gate {
    /// Waits until a call is held.
    pub async fn reached(&self) {
        self.reached.notified().await;
    }

    /// Lets calls pass.
    pub fn open(&self) {
        self.is_open.send_replace(true);
    }
}

impl Line {
    pub fn hold(&self, call: Call, moment: Moment) -> Gate {
        let (is_open, receiver) = watch::channel(false);
        let reached = Arc::new(Notify::new());
        let barrier = Barrier { call, moment, is_open: receiver, reached: Arc::clone(&reached) };
        *self.barrier.lock().unwrap() = Some(barrier);
        Gate { is_open, reached }
    }

    /// From now on, calls of these kinds are answered so.
    pub fn answer_with(&self, fault: Fault, calls: &'static [Call]) {
        *self.fault.lock().unwrap() = Some((fault, calls));
    }

    /// From now on, calls are answered as they should be.
    pub fn mend(&self) {
        *self.fault.lock().unwrap() = None;
    }

    /// Calls that have arrived.
    pub fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    /// Returns whether the call goes on.
    async fn wait(&self, call: Call, moment: Moment) -> bool {
        let barrier = self.barrier.lock().unwrap().clone();
        let held = barrier.filter(|barrier| barrier.call == call && barrier.moment == moment);
        match held {
            Some(mut barrier) if barrier.is_open.has_changed().is_ok() => {
                barrier.reached.notify_one();
                barrier.is_open.wait_for(|is_open| *is_open).await.is_ok()
            }
            _ => true,
        }
    }
}

/// What every call passes on its way to the edge and back.
pub async fn pass(State(line): State<Arc<Line>>, request: Request, next: Next) -> Response {
    line.calls.fetch_add(1, Ordering::SeqCst);
    let path = request.uri().path().to_owned();
    let call = Call::of(&path);
    let fault = line.fault.lock().unwrap().filter(|(_, calls)| calls.contains(&call)).map(|(fault, _)| fault);
    if let Some(fault @ (Fault::Broken | Fault::OtherKeys | Fault::Redirect)) = fault {
        return refuse(fault, &path);
    }
    if !line.wait(call, Moment::Before).await {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let answer = next.run(request).await;
    if !line.wait(call, Moment::After).await {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    match fault {
        Some(fault) => spoil(fault, answer).await,
        None => answer,
    }
}

fn refuse(fault: Fault, path: &str) -> Response {
    match fault {
        Fault::Redirect => (StatusCode::TEMPORARY_REDIRECT, [(LOCATION, path.to_owned())]).into_response(),
        Fault::OtherKeys => StatusCode::UNAUTHORIZED.into_response(),
        _ => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn spoil(fault: Fault, answer: Response) -> Response {
    let (parts, body) = answer.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let body = match fault {
        Fault::Page => "<!doctype html><title>Welcome</title>".into(),
        Fault::Truncated => body.slice(..body.len() / 2),
        Fault::Huge => [&body[..], &vec![b' '; 32 << 20]].concat().into(),
        Fault::Behind => edit(&body, |answer| answer["position"]["head"] = json!(shared::change::Head::GENESIS)),
        Fault::OtherHistory => edit(&body, |answer| {
            let hash = answer["position"]["head"]["hash"].as_str().unwrap_or_default();
            answer["position"]["head"]["hash"] = json!(hash.chars().rev().collect::<String>());
        }),
        Fault::EndlessWait => edit(&body, |answer| {
            answer["waitMs"] = json!(u64::MAX);
            answer["createWaitMs"] = json!(u64::MAX);
        }),
        Fault::Silent => {
            tokio::time::sleep(Duration::from_secs(3_600)).await;
            body
        }
        Fault::Broken | Fault::OtherKeys | Fault::Redirect => body,
    };
    Response::from_parts(parts, Body::from(body))
}

/// The answer of a ledger, changed; KV's has nothing to change.
fn edit(body: &Bytes, change: impl FnOnce(&mut Value)) -> Bytes {
    let mut answer: Value = serde_json::from_slice(body).unwrap();
    if answer["position"].is_object() {
        change(&mut answer);
    }
    answer.to_string().into()
}
