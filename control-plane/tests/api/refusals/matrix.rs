//! Sends each request for each caller, and sees that what is refused changes nothing.

use super::caller::{Caller, Credential, make_token};
use super::outcome::{is_refused, outcome};
use super::place::Place;
use super::scene::Scene;
use super::table::Row;
use crate::support::{Answer, Server};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::Request;
use control_plane::bootstrap::{self, WorkspaceRequest};
use control_plane::plan::Plan;
use http_body_util::BodyExt;
use shared::path::PlainPath;
use shared::policy::{Need, POLICY};
use shared::signature::USAGE_PATH;
use tower::ServiceExt;

/// A workspace that is not the callers'.
pub const OTHER_WORKSPACE: &str = "ws_other";

/// Bodies that are wrong wherever one is read: with their media type.
static WRONG_BODIES: [(&str, Bytes); 4] = [
    ("application/json", Bytes::from_static(b"")),
    ("application/json", Bytes::from_static(b"{")),
    ("text/plain", Bytes::from_static(b"{}")),
    ("application/json", Bytes::from_static(&[b' '; 64 * 1024 + 1])),
];

/// What is in another workspace.
pub struct OtherWorkspace {
    pub project: String,
    pub token: String,
}

/// The application, and what it must not change when it refuses.
pub struct Matrix {
    pub server: Server,
    pub router: Router,
    pub others: OtherWorkspace,
}

impl Matrix {
    pub async fn start() -> Self {
        let server = Server::start(Plan::Team).await;
        let project: String = "proj_other".into();
        let request = WorkspaceRequest {
            id: OTHER_WORKSPACE.parse().unwrap(),
            name: "Other".into(),
            plan: Plan::Team,
            project: Some(project.parse().unwrap()),
        };
        bootstrap::create_workspace(&server.app.store, request, server.app.clock.now()).await.unwrap();
        let (_, token) = make_token(&server, OTHER_WORKSPACE, 2, None, None).await;
        let router = control_plane::app::app(server.app.clone());
        Self { server, router, others: OtherWorkspace { project, token } }
    }

    /// Where each workspace stands: whatever is changed moves one of these numbers.
    async fn standing(&self) -> Vec<(String, i64, i64)> {
        let sql = "SELECT id, version, audited FROM workspaces ORDER BY id";
        let mut connection = self.server.app.store.connection().await.unwrap();
        sqlx::query_as(sql).fetch_all(&mut *connection).await.unwrap()
    }

    /// What every caller is answered at every place, by every method. Whatever is not allowed, and whatever only reads,
    /// changes nothing.
    pub async fn rows(&self, requests: &[(Place, &'static str)], callers: &[Caller]) -> Vec<Row> {
        let row = |(place, method): &(Place, &'static str)| Row { method, place: place.name(), outcomes: Vec::new() };
        let mut rows: Vec<_> = requests.iter().map(row).collect();
        for caller in callers {
            let (mut scene, mut credential) = Scene::set(&self.server, caller).await;
            let mut standing = self.standing().await;
            for ((place, method), row) in requests.iter().zip(&mut rows) {
                let may_change = !matches!(*method, "GET" | "HEAD") && place.has_rule(method);
                if may_change {
                    assert_eq!(self.standing().await, standing, "{} before {method} {}", caller.name, place.name());
                }
                let outcome = self.ask(place, method, &scene, &credential, &caller.name).await;
                let is_used_up = may_change && outcome == "allowed";
                row.outcomes.push((caller.name.clone(), outcome));
                if is_used_up {
                    (scene, credential) = Scene::set(&self.server, caller).await;
                    standing = self.standing().await;
                }
            }
            assert_eq!(self.standing().await, standing, "{} after everything", caller.name);
        }
        rows
    }

    /// What comes of one request. Who is refused is refused in the same words whatever the body is.
    async fn ask(&self, place: &Place, method: &str, scene: &Scene, credential: &Credential, caller: &str) -> String {
        let path = place.path(scene, &self.others);
        let context = format!("{caller}: {method} {path}");
        let need = PlainPath::parse(&path).ok().and_then(|path| POLICY.find(method, path)).map(|rule| rule.need);
        let right = place.body(method, scene).map(|body| ("application/json", Bytes::from(body.to_string())));
        let answer = self.send(method, &path, credential, right).await;
        if method == "HEAD" {
            return self.head(&path, answer, need, credential, &context).await;
        }
        let outcome_of_right = outcome(&answer, need, &context);
        if is_refused(&outcome_of_right) {
            assert!(!answer.text.contains(&credential.secret), "{context} shows a secret");
            for body in wrong_bodies(&path, need) {
                let answer = self.send(method, &path, credential, Some(body.clone())).await;
                assert_eq!(outcome(&answer, need, &context), outcome_of_right, "{context} with a wrong body");
            }
        }
        outcome_of_right
    }

    /// `HEAD` is answered like `GET`, without a body.
    async fn head(
        &self,
        path: &str,
        mut head: Answer,
        need: Option<Need>,
        credential: &Credential,
        context: &str,
    ) -> String {
        let mut get = self.send("GET", path, credential, None).await;
        let outcome = outcome(&get, need, context);
        assert_eq!(head.text, "", "{context}");
        for answer in [&mut get, &mut head] {
            answer.headers.remove("x-request-id").unwrap();
        }
        assert_eq!((head.status, head.headers), (get.status, get.headers), "{context}");
        outcome
    }

    pub async fn send(&self, method: &str, path: &str, credential: &Credential, body: Option<(&str, Bytes)>) -> Answer {
        // The one form of a target that has no query (RFC 9112 section 3.2.4).
        let query = if path == "*" { String::new() } else { credential.query() };
        let mut request = Request::builder().method(method).uri(format!("{path}{query}"));
        if let Some((media_type, _)) = body {
            request = request.header("content-type", media_type);
        }
        let body = body.map(|(_, body)| body).unwrap_or_default();
        for (name, value) in credential.headers(&body, self.server.app.clock.now()) {
            request = request.header(name, value);
        }
        let answer = self.router.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let bytes = answer.into_body().collect().await.unwrap().to_bytes();
        Answer { status, headers, text: String::from_utf8_lossy(&bytes).into_owned() }
    }
}

/// The bodies that a handler might look at before the caller is refused, if there is one.
fn wrong_bodies(path: &str, need: Option<Need>) -> &'static [(&'static str, Bytes)] {
    match need {
        Some(_) => &WRONG_BODIES,
        // A ledger's signature covers the body, which therefore is read, up to its limit, before anything else.
        None if path == USAGE_PATH => &WRONG_BODIES[..3],
        None => &[],
    }
}
