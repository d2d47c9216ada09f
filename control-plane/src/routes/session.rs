//! `/session`: signing in to the dashboard, and out. On the control plane's own address only.

use crate::app::App;
use crate::body::Json;
use crate::client::Client;
use crate::error::Error;
use crate::operator;
use crate::session::{LENGTH_MS, SessionSecret, check_lives, check_same_origin, find, no_cookie};
use crate::store::{Actor, Connection, SessionRow, TokenRow, tokens, workspaces};
use crate::times;
use crate::view::TokenView;
use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use shared::refusal::Refusal;
use shared::timestamp::Timestamp;
use shared::token::Token;

/// With what somebody signs in. No `Debug`: it holds a token.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSignIn {
    token: String,
}

/// Who is signed in, and what the dashboard has to know beside that.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SessionView {
    /// To be sent as `X-CSRF-Token` with whatever changes something.
    csrf_token: String,
    expires_at: String,
    /// The edge's address: there tokens are used.
    api_url: String,
    workspace: WorkspaceView,
    /// The token that was signed in with.
    access_token: TokenView,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WorkspaceView {
    id: String,
    name: String,
    plan: &'static str,
    /// Most live tokens; null: no limit.
    token_limit: Option<u64>,
    /// How many live tokens there are.
    tokens_used: i64,
}

/// `POST`: exchanges a token for a session.
pub(super) async fn sign_in(
    State(app): State<App>,
    client: Client,
    headers: HeaderMap,
    Json(raw): Json<RawSignIn>,
) -> Result<Response, Error> {
    check_same_origin(&Method::POST, &headers)?;
    let token = Token::parse(raw.token.trim(), &app.settings.token_prefix).map_err(|_| Refusal::MalformedToken)?;
    let mut connection = app.store.connection().await?;
    let row = operator::find(&mut connection, token, &app.settings.peppers).await?;
    check_lives(&row, app.clock.now())?;
    app.limits.check_sign_in(&row.id)?;
    let secret = SessionSecret::draw();
    let (session, row) = save(&app, client, &secret, &row).await?;
    let view = view(&app, &mut connection, &secret, session, row).await?;
    Ok((StatusCode::CREATED, [(SET_COOKIE, secret.cookie(LENGTH_MS))], axum::Json(view)).into_response())
}

async fn save(
    app: &App,
    client: Client,
    secret: &SessionSecret,
    token: &TokenRow,
) -> Result<(SessionRow, TokenRow), Error> {
    let actor = Actor { id: token.id.clone(), client };
    let mut locked = app.store.lock(&token.workspace_id, actor, &*app.clock).await?;
    // It may have been revoked meanwhile.
    let row = tokens::get(locked.connection(), &token.workspace_id, &token.id).await?.ok_or(Refusal::UnknownToken)?;
    check_lives(&row, locked.now)?;
    let session = locked.create_session(secret.digest(), &row, LENGTH_MS).await?;
    locked.commit().await?;
    Ok((session, row))
}

/// `GET`: who is signed in.
pub(super) async fn show(
    State(app): State<App>,
    method: Method,
    headers: HeaderMap,
) -> Result<axum::Json<impl Serialize>, Error> {
    let secret = SessionSecret::presented(&headers)?.ok_or(Refusal::NoSession)?;
    secret.check_intended(&method, &headers)?;
    let mut connection = app.store.connection().await?;
    let (session, token) = find(&mut connection, &secret, app.clock.now()).await?;
    Ok(axum::Json(view(&app, &mut connection, &secret, session, token).await?))
}

/// `DELETE`: signs out. Again, or without a session: the same answer.
pub(super) async fn sign_out(
    State(app): State<App>,
    client: Client,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Error> {
    check_same_origin(&method, &headers)?;
    if let Some(secret) = SessionSecret::presented(&headers)? {
        secret.check_intended(&method, &headers)?;
        end(&app, client, &secret).await?;
    }
    Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, no_cookie())]).into_response())
}

async fn end(app: &App, client: Client, secret: &SessionSecret) -> Result<(), Error> {
    let mut connection = app.store.connection().await?;
    let found = find(&mut connection, secret, app.clock.now()).await;
    drop(connection);
    let (session, token) = match found {
        Ok(found) => found,
        // It is over already.
        Err(Error::Problem(_)) => return Ok(()),
        Err(why) => return Err(why),
    };
    let actor = Actor { id: token.id.clone(), client };
    let mut locked = app.store.lock(&token.workspace_id, actor, &*app.clock).await?;
    locked.end_session(&session.digest, &token).await?;
    locked.commit().await
}

async fn view(
    app: &App,
    connection: &mut Connection,
    secret: &SessionSecret,
    session: SessionRow,
    token: TokenRow,
) -> Result<SessionView, Error> {
    let now = app.clock.now();
    let workspace = workspaces::get(connection, &session.workspace_id).await?.ok_or(Refusal::NoSession)?;
    let plan = workspace.plan();
    let tokens_used = tokens::count_live(connection, &workspace.id, now).await?;
    let (plan, token_limit) = (plan.name(), plan.token_limit());
    Ok(SessionView {
        csrf_token: secret.csrf_token(),
        expires_at: times::format(Timestamp(session.expires_at.cast_unsigned())),
        api_url: app.settings.edge_url.clone(),
        workspace: WorkspaceView { id: workspace.id, name: workspace.name, plan, token_limit, tokens_used },
        access_token: TokenView::new(token, now),
    })
}
