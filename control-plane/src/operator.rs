//! Who calls: the token that a request bears, or that its session was made with, checked against the database.

use crate::app::App;
use crate::client::Client;
use crate::error::Error;
use crate::session::{self, SessionSecret};
use crate::store::{Actor, Connection, Locked, TokenRow, sessions, tokens};
use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, Uri};
use axum::middleware::Next;
use axum::response::Response;
use shared::decide::decide;
use shared::digest::Digest;
use shared::id::WorkspaceId;
use shared::keyring::Keyring;
use shared::path::PlainPath;
use shared::policy::{Origin, POLICY, Rule};
use shared::problem::Problem;
use shared::question::{RawRequest, Requirement, examine};
use shared::record::Record;
use shared::refusal::Refusal;
use shared::scope::ScopeSet;
use shared::timestamp::Timestamp;
use shared::token::Token;

/// The caller of a request that was allowed.
#[derive(Debug, Clone)]
pub(crate) struct Operator {
    workspace_id: WorkspaceId,
    record: Record,
    rule: &'static Rule,
    path: String,
    actor: Actor,
    /// Digest of the session that the request has instead of a bearer token.
    session: Option<String>,
}

/// Lets a request through to its handler if its token allows it; refuses in the edge's order.
pub(crate) async fn authenticate(
    State(app): State<App>,
    client: Client,
    mut request: Request,
    next: Next,
) -> Result<Response, Error> {
    let operator = identify(&app, request.method(), request.uri(), request.headers(), client).await?;
    app.uses.note(&operator.record.token_id, app.clock.now());
    request.extensions_mut().insert(operator);
    Ok(next.run(request).await)
}

async fn identify(
    app: &App,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    client: Client,
) -> Result<Operator, Error> {
    if let Some(secret) = SessionSecret::presented(headers)? {
        let path = PlainPath::parse(uri.path()).map_err(|_| Refusal::AmbiguousPath)?;
        secret.check_intended(method, headers)?;
        let rule = own(POLICY.find(method.as_str(), path).ok_or(Refusal::NoSuchRoute)?)?;
        let (_, row) = session::find(&mut app.store.connection().await?, &secret, app.clock.now()).await?;
        let operator = Operator::decide(&row, path, rule, app.clock.now(), client)?;
        return Ok(Operator { session: Some(secret.digest()), ..operator });
    }
    let authorization = joined(headers);
    let raw = RawRequest { method: method.as_str(), path: uri.path(), authorization: authorization.as_deref() };
    let question = examine(raw, &POLICY, &app.settings.token_prefix)?;
    let rule = own(question.rule)?;
    let row = find(&mut app.store.connection().await?, question.token, &app.settings.peppers).await?;
    Operator::decide(&row, question.path, rule, app.clock.now(), client)
}

/// The rule, if its route is one of the control plane.
fn own(rule: &'static Rule) -> Result<&'static Rule, Refusal> {
    if rule.origin == Origin::ControlPlane { Ok(rule) } else { Err(Refusal::NoSuchRoute) }
}

/// The row of a token.
///
/// # Errors
/// If nobody knows it, or the database fails.
pub(crate) async fn find(connection: &mut Connection, token: Token<'_>, peppers: &Keyring) -> Result<TokenRow, Error> {
    for digest in Digest::candidates(token, peppers) {
        if let Some(row) = tokens::by_digest(connection, &digest).await? {
            return Ok(row);
        }
    }
    Err(Refusal::UnknownToken.into())
}

/// Repeated headers are joined as Fetch does it; bytes that are not ASCII become unreadable.
fn joined(headers: &HeaderMap) -> Option<String> {
    let values: Vec<_> =
        headers.get_all(AUTHORIZATION).iter().map(|value| value.to_str().unwrap_or("\u{fffd}")).collect();
    (!values.is_empty()).then(|| values.join(", "))
}

impl Operator {
    fn decide(
        row: &TokenRow,
        path: PlainPath<'_>,
        rule: &'static Rule,
        now: Timestamp,
        client: Client,
    ) -> Result<Self, Error> {
        let (workspace_id, record) = (row.workspace_id()?, row.record()?);
        decide(&workspace_id, &record, &Requirement::of(rule, path), now)?;
        let actor = Actor { id: record.token_id.as_str().into(), client };
        Ok(Self { workspace_id, record, rule, path: path.as_str().into(), actor, session: None })
    }

    /// Begins a changing transaction of the caller in its workspace.
    pub(crate) async fn lock(&self, app: &App) -> Result<Locked, Error> {
        app.store.lock(self.workspace_id.as_str(), self.actor.clone(), &*app.clock).await
    }

    /// The workspace that the caller's token belongs to; the path's is the same.
    pub(crate) const fn workspace_id(&self) -> &WorkspaceId {
        &self.workspace_id
    }

    /// The caller's token.
    pub(crate) fn token_id(&self) -> &str {
        self.record.token_id.as_str()
    }

    /// The one project that the caller's token covers; none means all.
    pub(crate) fn project_id(&self) -> Option<&str> {
        self.record.project_id.as_ref().map(shared::id::ProjectId::as_str)
    }

    /// Whether the caller may see something of this project.
    pub(crate) fn sees(&self, project_id: Option<&str>) -> bool {
        self.project_id().is_none() || self.project_id() == project_id
    }

    /// Refuses to give away more than the caller has: scopes, project, time.
    pub(crate) fn check_gives(
        &self,
        scopes: ScopeSet,
        project_id: Option<&str>,
        expires_at: Option<Timestamp>,
    ) -> Result<(), Error> {
        self.check_gives_scopes(scopes)?;
        if !self.sees(project_id) {
            return Err(exceeds("Your token covers one project, and the new token would cover more."));
        }
        self.check_gives_time(expires_at)
    }

    /// Refuses to give away more scopes than the caller has.
    pub(crate) fn check_gives_scopes(&self, scopes: ScopeSet) -> Result<(), Error> {
        if self.record.scopes.covers(scopes) {
            return Ok(());
        }
        Err(exceeds("Your token lacks some of these scopes, and nobody gives away more than they have."))
    }

    /// Refuses to give away more time than the caller has.
    pub(crate) fn check_gives_time(&self, expires_at: Option<Timestamp>) -> Result<(), Error> {
        match (self.record.expires_at, expires_at) {
            (Some(own), given) if given.is_none_or(|given| given > own) => {
                Err(exceeds("Your token expires before the other one would. Ask for an earlier expiresAt."))
            }
            _ => Ok(()),
        }
    }
}

impl Locked {
    /// Decides about the caller again, inside the transaction: its token may have changed since, and its session may have
    /// ended. Returns the caller as it is now, by whom all else is to be decided.
    pub(crate) async fn check(&mut self, operator: &Operator) -> Result<Operator, Error> {
        let path = PlainPath::parse(&operator.path).map_err(|_| Refusal::AmbiguousPath)?;
        let requirement = Requirement::of(operator.rule, path);
        let now = self.now;
        if let Some(digest) = &operator.session {
            sessions::get(self.connection(), digest, now).await?.ok_or(Refusal::NoSession)?;
        }
        let row = tokens::get(self.connection(), operator.workspace_id().as_str(), operator.token_id()).await?;
        let record = row.ok_or(Refusal::UnknownToken)?.record()?;
        decide(operator.workspace_id(), &record, &requirement, self.now)?;
        Ok(Operator { record, ..operator.clone() })
    }
}

fn exceeds(detail: &str) -> Error {
    let scope = shared::problem::Challenge::InsufficientScope(Some(shared::scope::Scope::Admin));
    Problem::new(403, "insufficient-scope", "The access token does not cover this")
        .detail(detail)
        .challenge(scope)
        .into()
}

impl<S: Send + Sync> FromRequestParts<S> for Operator {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        let operator = parts.extensions.get::<Self>().cloned();
        operator.ok_or_else(|| Error::Corrupt("a handler was reached without authentication".into()))
    }
}

/// A caller whose token covers the whole workspace. A project's token is refused before the body is looked at, like
/// everybody who may not.
pub(crate) struct OfWorkspace(pub(crate) Operator);

impl<S: Send + Sync> FromRequestParts<S> for OfWorkspace {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let operator = Operator::from_request_parts(parts, state).await?;
        match operator.project_id() {
            Some(_) => Err(Refusal::OtherProject { need: operator.rule.need }.into()),
            None => Ok(Self(operator)),
        }
    }
}
