//! `/session`: signing in to the dashboard, and out. On the control plane's own address only.

use crate::app::App;
use crate::body::Json;
use crate::client::Client;
use crate::error::Error;
use crate::operator;
use crate::session::{LENGTH_MS, SessionSecret, check_lives, check_same_origin, find, no_cookie};
use crate::store::{Actor, Locked, SessionRow, TokenRow, sessions, tokens, workspaces};
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

/// `POST`: exchanges a token for a session, which takes the place of the one that the browser may have.
pub(super) async fn sign_in(
    State(app): State<App>,
    client: Client,
    headers: HeaderMap,
    Json(raw): Json<RawSignIn>,
) -> Result<Response, Error> {
    check_same_origin(&Method::POST, &headers)?;
    let earlier = SessionSecret::presented(&headers)?;
    let token = Token::parse(raw.token.trim(), &app.settings.token_prefix).map_err(|_| Refusal::MalformedToken)?;
    let row = operator::find(&mut app.store.connection().await?, token, &app.settings.peppers).await?;
    check_lives(&row, app.clock.now())?;
    app.limits.check_sign_in(&row.id)?;
    app.uses.note(&row.record()?.token_id, app.clock.now());
    let secret = SessionSecret::draw();
    let (session, row) = save(&app, client, &secret, earlier, &row).await?;
    let max_age_s = session.expires_at.cast_unsigned().saturating_sub(app.clock.now().0) / 1_000;
    let view = view(&app, &secret, session, row).await?;
    Ok((StatusCode::CREATED, [(SET_COOKIE, secret.cookie(max_age_s))], axum::Json(view)).into_response())
}

async fn save(
    app: &App,
    client: Client,
    secret: &SessionSecret,
    earlier: Option<SessionSecret>,
    token: &TokenRow,
) -> Result<(SessionRow, TokenRow), Error> {
    let mut locked = lock(app, client, token).await?;
    // It may have been revoked meanwhile.
    let row = tokens::get(locked.connection(), &token.workspace_id, &token.id).await?.ok_or(Refusal::UnknownToken)?;
    check_lives(&row, locked.now)?;
    if let Some(earlier) = earlier {
        sessions::forget(locked.connection(), &earlier.digest()).await?;
    }
    let session = locked.create_session(secret.digest(), &row, LENGTH_MS).await?;
    locked.commit().await?;
    Ok((session, row))
}

/// Begins a changing transaction of a token's holder.
async fn lock(app: &App, client: Client, token: &TokenRow) -> Result<Locked, Error> {
    let actor = Actor { id: token.id.clone(), client };
    app.store.lock(&token.workspace_id, actor, &*app.clock).await
}

/// `GET`: who is signed in; `null` if nobody is. 401 takes away the cookie of a session that is over.
pub(super) async fn show(State(app): State<App>, method: Method, headers: HeaderMap) -> Result<Response, Error> {
    let Some(secret) = SessionSecret::presented(&headers)? else { return Ok(axum::Json(()).into_response()) };
    secret.check_intended(&method, &headers)?;
    match show_session(&app, &secret).await {
        Ok(view) => Ok(axum::Json(view).into_response()),
        Err(why @ Error::Problem(_)) => Ok(([(SET_COOKIE, no_cookie())], why).into_response()),
        Err(why) => Err(why),
    }
}

async fn show_session(app: &App, secret: &SessionSecret) -> Result<SessionView, Error> {
    let (session, token) = find(&mut app.store.connection().await?, secret, app.clock.now()).await?;
    view(app, secret, session, token).await
}

/// `DELETE`: signs out. Again, or without a session: the same answer.
pub(super) async fn sign_out(
    State(app): State<App>,
    client: Client,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Error> {
    match SessionSecret::presented(&headers)? {
        Some(secret) => {
            secret.check_intended(&method, &headers)?;
            end(&app, client, &secret).await?;
        }
        None => check_same_origin(&method, &headers)?,
    }
    Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, no_cookie())]).into_response())
}

async fn end(app: &App, client: Client, secret: &SessionSecret) -> Result<(), Error> {
    let found = find(&mut app.store.connection().await?, secret, app.clock.now()).await;
    let (session, token) = match found {
        Ok(found) => found,
        // It is over already.
        Err(Error::Problem(_)) => return Ok(()),
        Err(why) => return Err(why),
    };
    let mut locked = lock(app, client, &token).await?;
    locked.end_session(&session.digest, &token).await?;
    locked.commit().await
}

async fn view(app: &App, secret: &SessionSecret, session: SessionRow, token: TokenRow) -> Result<SessionView, Error> {
    let now = app.clock.now();
    let mut connection = app.store.connection().await?;
    let workspace = workspaces::get(&mut connection, &session.workspace_id).await?.ok_or(Refusal::NoSession)?;
    let plan = workspace.plan();
    let tokens_used = tokens::count_live(&mut connection, &workspace.id, now).await?;
    let (plan, token_limit) = (plan.name(), plan.token_limit());
    Ok(SessionView {
        csrf_token: secret.csrf_token(),
        expires_at: times::format(Timestamp(session.expires_at.cast_unsigned())),
        api_url: app.settings.edge_url.clone(),
        workspace: WorkspaceView { id: workspace.id, name: workspace.name, plan, token_limit, tokens_used },
        access_token: TokenView::new(token, now),
    })
}
