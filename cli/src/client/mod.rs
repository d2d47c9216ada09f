//! The API, as this program calls it.

mod failure;
pub(crate) mod model;
mod problem;
mod route;

use crate::api_url::ApiUrl;
use crate::error::Error;
use crate::spinner::Spinner;
use backon::{ExponentialBuilder, Retryable};
use failure::Failure;
pub(crate) use failure::Unconfirmed;
use jiff::Timestamp;
use model::{
    AccessToken, AccessTokenRequest, AuditEvent, CreatedAccessToken, Page, Receipt, Receipts, Revocations, Rotation,
};
use reqwest::RequestBuilder;
use reqwest::header::{CONTENT_LOCATION, HeaderMap};
use reqwest::redirect::Policy;
use route::Route;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde::de::DeserializeOwned;
use shared::id::WorkspaceId;
use std::time::Duration;
use uuid::Uuid;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Most entries that a page may have.
const PAGE_MAX: usize = 200;

/// Most ids that a request may revoke.
const REVOCATIONS_MAX: usize = 1_000;

/// How many tokens are made in the place of one whose text was lost.
const LOST_MAX: usize = 3;

/// What is said if nobody knows whether a token was made.
const MAY_BE_MADE: &str = "A token may have been made all the same: `deplo tokens list` shows it. Rotate it for one with a text, \
                           or revoke it.";

/// Calls the API with a token.
pub(crate) struct Client {
    http: reqwest::Client,
    api_url: ApiUrl,
    token: SecretString,
}

/// A token that was made, with its text.
pub(crate) struct Created {
    pub(crate) view: AccessToken,
    pub(crate) token: SecretString,
    /// When it, or the first one whose text was lost, was made.
    pub(crate) made_at: Timestamp,
    /// Whether the whole edge knows it, and refuses what it replaces.
    pub(crate) is_effective: bool,
}

/// Whose token it is.
pub(crate) struct Own {
    pub(crate) view: AccessToken,
    /// None: the API is too old to say.
    pub(crate) workspace: Option<WorkspaceId>,
}

/// What came back.
struct Answer<T> {
    value: T,
    status: u16,
    headers: HeaderMap,
}

impl Client {
    /// A client that has called nobody yet. The control plane answers within 35 s, whatever it waits for, so a shorter
    /// `timeout` misses answers.
    pub(crate) fn new(api_url: &ApiUrl, token: SecretString, timeout: Duration) -> Result<Self, Error> {
        // An error means that there is one already, which is the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = reqwest::Client::builder();
        let builder = if api_url.is_loopback() { builder.no_proxy() } else { builder };
        let http = builder
            .user_agent(concat!("deplo/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(timeout)
            // A token goes where it was meant to go.
            .redirect(Policy::none())
            .build()
            .map_err(|why| Error::failed(format!("cannot set up calls of the API: {why}")))?;
        Ok(Self { http, api_url: api_url.clone(), token })
    }

    /// Calls the same API with another token.
    pub(crate) fn with_token(&self, token: SecretString) -> Self {
        Self { http: self.http.clone(), api_url: self.api_url.clone(), token }
    }

    /// The caller's own token.
    pub(crate) async fn own(&self, spinner: &Spinner) -> Result<Own, Error> {
        let answer = self.call::<AccessToken>(&|| self.request(&Route::Own, &[]), spinner).await?;
        Ok(Own { workspace: workspace_of(&answer.headers), view: answer.value })
    }

    /// Revokes the caller's own token.
    pub(crate) async fn revoke_own(&self, spinner: &Spinner) -> Result<Receipt, Unconfirmed> {
        Ok(self.repeat(&|| self.request(&Route::RevokeOwn, &[]), spinner).await?.value)
    }

    /// One token.
    pub(crate) async fn token(
        &self,
        workspace: &WorkspaceId,
        id: &str,
        spinner: &Spinner,
    ) -> Result<AccessToken, Error> {
        Ok(self.call(&|| self.request(&Route::Token(workspace, id), &[]), spinner).await?.value)
    }

    /// Tokens, newest first, at most `limit` of them.
    pub(crate) async fn tokens(
        &self,
        workspace: &WorkspaceId,
        filters: &[(&str, &str)],
        limit: usize,
        spinner: &Spinner,
    ) -> Result<Vec<AccessToken>, Error> {
        self.pages(&Route::Tokens(workspace), filters, limit, spinner).await
    }

    /// The audit log, newest first, at most `limit` events of it.
    pub(crate) async fn audit_events(
        &self,
        workspace: &WorkspaceId,
        limit: usize,
        spinner: &Spinner,
    ) -> Result<Vec<AuditEvent>, Error> {
        self.pages(&Route::AuditEvents(workspace), &[], limit, spinner).await
    }

    /// Makes a token.
    pub(crate) async fn create(
        &self,
        workspace: &WorkspaceId,
        request: &AccessTokenRequest,
        spinner: &Spinner,
    ) -> Result<Created, Error> {
        let answer = self.make(&Route::Create(workspace), request, spinner).await.map_err(|failed| failed.why)?;
        self.with_text(workspace, answer, spinner).await.map_err(|failed| failed.why)
    }

    /// Replaces a token by another one. The old one works for so many seconds more.
    pub(crate) async fn rotate(
        &self,
        workspace: &WorkspaceId,
        id: &str,
        grace_seconds: u64,
        spinner: &Spinner,
    ) -> Result<Created, Unconfirmed> {
        let answer = self.make(&Route::Rotate(workspace, id), &Rotation { grace_seconds }, spinner).await?;
        self.with_text(workspace, answer, spinner).await
    }

    /// The token that was made. If the answer with its text was lost on the way, nobody will ever use it: it is replaced,
    /// at once, by one whose text arrives.
    async fn with_text(
        &self,
        workspace: &WorkspaceId,
        mut answer: Answer<CreatedAccessToken>,
        spinner: &Spinner,
    ) -> Result<Created, Unconfirmed> {
        let (made_at, mut losses) = (answer.value.view.created_at, 0);
        loop {
            let Answer { value: CreatedAccessToken { view, token }, status, .. } = answer;
            match token {
                Some(token) => return Ok(Created { view, token, made_at, is_effective: status == 201 }),
                None if losses == LOST_MAX => {
                    let why = Error::failed("the answer was lost on the way, again and again");
                    return Err(lost(why, &view.id));
                }
                None => {
                    let (route, at_once) = (Route::Rotate(workspace, &view.id), Rotation { grace_seconds: 0 });
                    answer = self.make(&route, &at_once, spinner).await.map_err(|failed| lost(failed.why, &view.id))?;
                    losses += 1;
                }
            }
        }
    }

    /// Revokes tokens, at most a thousand; receipts in the order of the ids.
    pub(crate) async fn revoke(
        &self,
        workspace: &WorkspaceId,
        ids: &[String],
        spinner: &Spinner,
    ) -> Result<Vec<Receipt>, Unconfirmed> {
        let body = Revocations { ids };
        let request = || self.request(&Route::Revoke(workspace), &[]).json(&body);
        Ok(self.repeat::<Receipts>(&request, spinner).await?.value.data)
    }

    /// Ids in parts that one request each can revoke.
    pub(crate) fn revocable_parts(ids: &[String]) -> impl Iterator<Item = &[String]> {
        ids.chunks(REVOCATIONS_MAX)
    }

    /// Repeats something that makes a token: the key sees to it that it is made once.
    async fn make(
        &self,
        route: &Route<'_>,
        body: &impl Serialize,
        spinner: &Spinner,
    ) -> Result<Answer<CreatedAccessToken>, Unconfirmed> {
        let key = Uuid::new_v4().to_string();
        let request = || self.request(route, &[]).header("Idempotency-Key", &key).json(body);
        self.repeat(&request, spinner).await.map_err(|failure| match failure.may_be_done {
            true => Unconfirmed { why: failure.error.note(MAY_BE_MADE), may_be_done: true },
            false => failure.into(),
        })
    }

    async fn pages<T: DeserializeOwned>(
        &self,
        route: &Route<'_>,
        filters: &[(&str, &str)],
        limit: usize,
        spinner: &Spinner,
    ) -> Result<Vec<T>, Error> {
        let (mut entries, mut cursor) = (Vec::new(), None::<String>);
        loop {
            let size = PAGE_MAX.min(limit - entries.len()).to_string();
            let paging = [Some(("limit", size.as_str())), cursor.as_deref().map(|cursor| ("cursor", cursor))];
            let query: Vec<_> = paging.into_iter().flatten().chain(filters.iter().copied()).collect();
            let page = self.call::<Page<T>>(&|| self.request(route, &query), spinner).await?.value;
            entries.extend(page.data);
            entries.truncate(limit);
            if entries.len() == limit || page.next_cursor.is_none() {
                return Ok(entries);
            }
            cursor = page.next_cursor;
            spinner.say(&format!("{} so far", entries.len()));
        }
    }

    fn request(&self, route: &Route<'_>, query: &[(&str, &str)]) -> RequestBuilder {
        let mut url = self.api_url.join(&route.path());
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        self.http.request(route.method(), url).bearer_auth(self.token.expose_secret())
    }

    /// Sends a request until it is answered; only what does no harm when it is repeated.
    async fn call<T: DeserializeOwned>(
        &self,
        request: &impl Fn() -> RequestBuilder,
        spinner: &Spinner,
    ) -> Result<Answer<T>, Error> {
        self.repeat(request, spinner).await.map_err(|failure| failure.error)
    }

    /// As [`Self::call`]; a failure tells whether any of the requests may have been carried out.
    async fn repeat<T: DeserializeOwned>(
        &self,
        request: &impl Fn() -> RequestBuilder,
        spinner: &Spinner,
    ) -> Result<Answer<T>, Failure> {
        let delays = ExponentialBuilder::default().with_min_delay(Duration::from_millis(250)).with_jitter();
        let mut may_be_done = false;
        let answer = (|| self.send(request()))
            .retry(delays.with_max_times(3))
            .when(|failure: &Failure| {
                may_be_done |= failure.may_be_done;
                failure.is_transient
            })
            .adjust(|failure, delay| Some(delay?.max(failure.retry_after.unwrap_or_default())))
            .notify(|failure, _| spinner.say(&format!("{}; trying again", failure.error.what())));
        let answer = answer.await;
        answer.map_err(|failure| Failure { may_be_done, ..failure })
    }

    async fn send<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<Answer<T>, Failure> {
        let unreachable = |why| Failure::of_call(&why, &self.api_url);
        let answer = request.send().await.map_err(unreachable)?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let body = answer.bytes().await.map_err(unreachable)?;
        if !status.is_success() {
            return Err(Failure::of_answer(status, &headers, &body, &self.api_url));
        }
        let value = serde_json::from_slice(&body).map_err(|why| Failure::of_nonsense(&why, &self.api_url))?;
        Ok(Answer { value, status: status.as_u16(), headers })
    }
}

/// `Content-Location: /workspaces/{workspaceId}/access-tokens/{tokenId}` (RFC 9110 section 8.7).
fn workspace_of(headers: &HeaderMap) -> Option<WorkspaceId> {
    let path = headers.get(CONTENT_LOCATION)?.to_str().ok()?;
    path.strip_prefix("/workspaces/")?.split('/').next()?.parse().ok()
}

fn lost(why: Error, id: &str) -> Unconfirmed {
    let note = format!("{id} was made, and nobody has its text. Get one with a text: deplo tokens rotate {id}");
    Unconfirmed { why: why.note(note), may_be_done: true }
}
