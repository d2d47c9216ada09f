//! Who asks: what each kind of caller presents.

use super::matrix::OTHER_WORKSPACE;
use super::scene::Scene;
use crate::support::ledger_support::{self, keyring};
use crate::support::{Server, WORKSPACE, tokens_path};
use control_plane::bootstrap;
use control_plane::token_request::TokenRequest;
use serde_json::json;
use shared::scope::ScopeSet;
use shared::signature::{HEADER, SignedCall, TO_CONTROL_PLANE, TO_EDGE, USAGE_PATH};
use shared::timestamp::Timestamp;
use shared::token::NewToken;

/// Bits of all scopes, and of each alone.
const SCOPES: [(&str, u8); 4] = [("deploy", 1), ("read", 2), ("delete", 4), ("admin", 8)];

pub struct Caller {
    pub name: String,
    presents: Presents,
}

#[derive(Clone, Copy)]
enum Presents {
    /// These headers, made from an admin's token.
    Headers(fn(&str) -> Vec<(&'static str, String)>),
    /// An admin's token, as a parameter of the query.
    Query,
    /// A token of this kind, as it should be.
    Bearer(Token),
    /// The session of a token of this kind, and how a page uses it.
    Session(Token, Page),
    /// A signature of a ledger, under the key of this seed.
    Signature { label: &'static str, seed: u8, age_ms: u64 },
}

/// Which page uses a session.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Page {
    /// The dashboard's.
    Own,
    /// The dashboard's, without the CSRF token.
    WithoutCsrfToken,
    /// Of another port or a neighbouring host; it has got hold of the CSRF token.
    Neighbours,
    /// The dashboard's, with a bearer token as well.
    WithBearer,
}

/// What kind of token, and what became of it.
#[derive(Clone, Copy)]
struct Token {
    of: Of,
    scopes: u8,
    fate: Fate,
}

/// A token that was made.
struct Made {
    text: String,
    id: String,
    project_id: Option<String>,
}

#[derive(Clone, Copy)]
enum Of {
    Workspace,
    Project,
    OtherProject,
    OtherWorkspace,
}

#[derive(Clone, Copy)]
enum Fate {
    Alive,
    Expired,
    Revoked,
    ProjectDeleted,
    Rotated,
    InGrace,
    GraceOver,
}

/// Every kind of caller.
pub fn callers() -> Vec<Caller> {
    let mut all = vec![
        headers("nothing", |_| vec![]),
        headers("a cookie alone", |token| vec![("cookie", format!("session={token}"))]),
        Caller { name: "a token in the query".into(), presents: Presents::Query },
        headers("no scheme", |token| vec![("authorization", token.into())]),
        headers("Basic", |token| vec![("authorization", format!("Basic {token}"))]),
        headers("an empty bearer", |_| vec![("authorization", "Bearer ".into())]),
        headers("two tokens in one header", |token| vec![("authorization", format!("Bearer {token}, Bearer {token}"))]),
        headers("two headers", |token| vec![("authorization", format!("Bearer {token}")); 2]),
        headers("nonsense", |_| bearer("nonsense")),
        headers("another prefix", |token| bearer(&token.replacen("live", "test", 1))),
        headers("a wrong checksum", |token| bearer(&mistyped(token))),
        headers("a token nobody made", |_| bearer(ledger_support::token(1).as_token().expose())),
    ];
    let mut add = |name: &str, of, scopes, fate| {
        all.push(Caller { name: name.into(), presents: Presents::Bearer(Token { of, scopes, fate }) });
    };
    add("admin, expired", Of::Workspace, 8, Fate::Expired);
    add("admin, revoked", Of::Workspace, 8, Fate::Revoked);
    add("admin, of a deleted project", Of::Project, 8, Fate::ProjectDeleted);
    add("admin, rotated", Of::Workspace, 8, Fate::Rotated);
    add("admin, rotated and the grace over", Of::Workspace, 8, Fate::GraceOver);
    add("admin, rotated and in the grace", Of::Workspace, 8, Fate::InGrace);
    add("no scopes", Of::Workspace, 0, Fate::Alive);
    add("an unknown scope", Of::Workspace, 16, Fate::Alive);
    add("admin, of another workspace", Of::OtherWorkspace, 8, Fate::Alive);
    for (where_, of) in
        [("", Of::Workspace), (", of the project", Of::Project), (", of another project", Of::OtherProject)]
    {
        for (name, scopes) in SCOPES {
            add(&format!("{name}{where_}"), of, scopes, Fate::Alive);
        }
        add(&format!("all but admin{where_}"), of, 7, Fate::Alive);
    }
    all.push(headers("admin and a cookie of somebody else", |token| {
        [bearer(token), vec![("cookie", format!("session={token}"))]].concat()
    }));
    all.push(headers("a session nobody made", |token| vec![("cookie", format!("__Host-deplo-session={token}"))]));
    let mut add = |name: &str, of, scopes, fate, page| {
        let presents = Presents::Session(Token { of, scopes, fate }, page);
        all.push(Caller { name: format!("a session, {name}"), presents });
    };
    add("admin", Of::Workspace, 8, Fate::Alive, Page::Own);
    add("read", Of::Workspace, 2, Fate::Alive, Page::Own);
    add("admin, of the project", Of::Project, 8, Fate::Alive, Page::Own);
    add("admin, revoked since", Of::Workspace, 8, Fate::Revoked, Page::Own);
    add("admin, rotated since", Of::Workspace, 8, Fate::Rotated, Page::Own);
    add("admin, rotated since and the grace over", Of::Workspace, 8, Fate::GraceOver, Page::Own);
    add("admin, of a project deleted since", Of::Project, 8, Fate::ProjectDeleted, Page::Own);
    add("admin, without CSRF token", Of::Workspace, 8, Fate::Alive, Page::WithoutCsrfToken);
    add("admin, from a neighbour's page", Of::Workspace, 8, Fate::Alive, Page::Neighbours);
    add("admin, and a bearer token", Of::Workspace, 8, Fate::Alive, Page::WithBearer);
    let signed = |name: &str, label, seed, age_ms| Caller {
        name: name.into(),
        presents: Presents::Signature { label, seed, age_ms },
    };
    all.extend([
        signed("a ledger", TO_CONTROL_PLANE, 2, 0),
        signed("a ledger, ten minutes ago", TO_CONTROL_PLANE, 2, 600_000),
        signed("a ledger with another key", TO_CONTROL_PLANE, 3, 0),
        signed("a control plane", TO_EDGE, 2, 0),
    ]);
    all
}

fn headers(name: &str, make: fn(&str) -> Vec<(&'static str, String)>) -> Caller {
    Caller { name: name.into(), presents: Presents::Headers(make) }
}

fn bearer(token: &str) -> Vec<(&'static str, String)> {
    vec![("authorization", format!("Bearer {token}"))]
}

/// The token with another last character.
fn mistyped(token: &str) -> String {
    let (rest, last) = token.split_at(token.len() - 1);
    format!("{rest}{}", if last == "0" { "1" } else { "0" })
}

/// What a caller holds: made once, and again when the caller has used it up.
pub struct Credential {
    presents: Presents,
    /// The text of its token.
    pub secret: String,
    /// Cookie and CSRF token of its session.
    session: Option<(String, String)>,
}

impl Credential {
    pub async fn make(caller: &Caller, server: &Server, scene: &Scene) -> Self {
        let presents = caller.presents;
        let mut session = None;
        let secret = match presents {
            Presents::Bearer(token) => token.make(server, scene).await,
            Presents::Session(token, _) => {
                let made = token.begin(server, scene).await;
                session = Some(server.sign_in(&made.text).await);
                token.end(server, &made).await;
                made.text
            }
            Presents::Headers(_) | Presents::Query => server.operator_token(8).await,
            Presents::Signature { .. } => String::from("a signature has none"),
        };
        Self { presents, secret, session }
    }

    pub fn query(&self) -> String {
        if matches!(self.presents, Presents::Query) { format!("?access_token={}", self.secret) } else { String::new() }
    }

    pub fn headers(&self, body: &[u8], now: Timestamp) -> Vec<(&'static str, String)> {
        match self.presents {
            Presents::Headers(make) => make(&self.secret),
            Presents::Query => Vec::new(),
            Presents::Bearer(_) => bearer(&self.secret),
            Presents::Session(_, page) => self.session.iter().flat_map(|session| page.headers(session)).collect(),
            Presents::Signature { label, seed, age_ms } => {
                let call = SignedCall { label, method: "POST", path: USAGE_PATH, body };
                vec![(HEADER, call.sign(&keyring(seed), Timestamp(now.0 - age_ms)))]
            }
        }
    }
}

impl Page {
    fn headers(self, (cookie, csrf_token): &(String, String)) -> Vec<(&'static str, String)> {
        let mut headers = vec![("cookie", cookie.clone())];
        if self != Self::WithoutCsrfToken {
            headers.push(("x-csrf-token", csrf_token.clone()));
        }
        match self {
            Self::Neighbours => headers.push(("sec-fetch-site", "same-site".into())),
            Self::WithBearer => headers.extend(bearer("nonsense")),
            Self::Own | Self::WithoutCsrfToken => headers.push(("sec-fetch-site", "same-origin".into())),
        }
        headers
    }
}

impl Token {
    /// A token of this kind after its fate.
    async fn make(self, server: &Server, scene: &Scene) -> String {
        let made = self.begin(server, scene).await;
        self.end(server, &made).await;
        made.text
    }

    async fn begin(self, server: &Server, scene: &Scene) -> Made {
        let (workspace, project_id) = match self.of {
            Of::Workspace => (WORKSPACE, None),
            Of::Project => (WORKSPACE, Some(scene.project.clone())),
            Of::OtherProject => (WORKSPACE, Some(scene.other_project.clone())),
            Of::OtherWorkspace => (OTHER_WORKSPACE, None),
        };
        let project_id = match self.fate {
            Fate::ProjectDeleted => Some(make_project(server).await),
            _ => project_id,
        };
        let expires_at = matches!(self.fate, Fate::Expired).then_some(Timestamp(1));
        let (token, id) = make_token(server, workspace, self.scopes, project_id.clone(), expires_at).await;
        Made { text: token.as_token().expose().into(), id, project_id }
    }

    async fn end(self, server: &Server, Made { id, project_id, .. }: &Made) {
        match (self.fate, project_id) {
            (Fate::Alive | Fate::Expired, _) => {}
            (Fate::Revoked, _) => delete(server, &tokens_path(id)).await,
            (Fate::ProjectDeleted, project) => delete(server, &project_path(project.as_ref().unwrap())).await,
            (Fate::Rotated, _) => rotate(server, id, 0).await,
            (Fate::InGrace, _) => rotate(server, id, 3_600).await,
            (Fate::GraceOver, _) => {
                rotate(server, id, 3_600).await;
                let over = "UPDATE tokens SET superseded_until = 1 WHERE id = $1";
                sqlx::query(over).bind(id).execute(&mut server.database().connect().await).await.unwrap();
            }
        }
    }
}

/// A token made at the machine itself, and its id.
pub async fn make_token(
    server: &Server,
    workspace_id: &str,
    scopes: u8,
    project_id: Option<String>,
    expires_at: Option<Timestamp>,
) -> (NewToken, String) {
    let request = TokenRequest { name: "Test".into(), scopes: ScopeSet::from_bits(scopes), project_id, expires_at };
    let (token, row) = bootstrap::create_token(&server.app, workspace_id, request).await.unwrap();
    (token, row.id)
}

/// A project, by its id.
pub async fn make_project(server: &Server) -> String {
    server.post(&project_path(""), json!({"name": "Test"})).await.text_of("id")
}

fn project_path(id: &str) -> String {
    format!("/workspaces/{WORKSPACE}/projects/{id}").trim_end_matches('/').into()
}

async fn delete(server: &Server, path: &str) {
    let answer = server.delete(path).await;
    assert!(matches!(answer.status, 200 | 202), "{}", answer.text);
}

async fn rotate(server: &Server, id: &str, grace_s: u64) {
    let answer = server.rotate(&server.admin, id, json!({"graceSeconds": grace_s})).await;
    assert!(matches!(answer.status, 201 | 202), "{}", answer.text);
}
