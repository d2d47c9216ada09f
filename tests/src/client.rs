//! HTTP as a caller of the API sends it.

use reqwest::Method;
use reqwest::blocking::{Client as Http, RequestBuilder};
use reqwest::header::HeaderMap;
use serde_json::Value;

/// Calls one server, with a bearer token or without.
#[derive(Clone)]
pub struct Client {
    http: Http,
    url: String,
    token: Option<String>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// The body as text.
    pub text: String,
}

impl Client {
    /// A caller without credentials.
    ///
    /// # Panics
    /// If the client cannot be set up.
    #[must_use]
    pub fn new(url: &str) -> Self {
        let http = Http::builder().redirect(reqwest::redirect::Policy::none()).build().expect("an HTTP client");
        Self { http, url: url.into(), token: None }
    }

    /// The same caller with a token.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.into()), ..self.clone() }
    }

    /// A request that a test can add to.
    pub fn request(&self, method: &str, path: &str) -> RequestBuilder {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let request = self.http.request(method, format!("{}{path}", self.url));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Sends a request without a body.
    #[must_use]
    pub fn send(&self, method: &str, path: &str) -> Answer {
        Answer::of(self.request(method, path))
    }

    /// Sends a JSON body.
    #[must_use]
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        Answer::of(self.request("POST", path).json(body))
    }
}

impl Answer {
    /// Sends a request and reads the whole answer.
    ///
    /// # Panics
    /// If nobody answers.
    #[must_use]
    pub fn of(request: RequestBuilder) -> Self {
        let answer = request.send().expect("an answer");
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        Self { status, headers, text: answer.text().expect("a body") }
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// If it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|why| panic!("{}: {why}: {}", self.status, self.text))
    }

    /// A header's value, or nothing.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The last part of a problem's type.
    #[must_use]
    pub fn slug(&self) -> String {
        let problem = self.json();
        problem["type"].as_str().and_then(|kind| kind.rsplit('/').next()).unwrap_or_default().into()
    }

    /// Status and slug of a problem, status alone of anything else.
    #[must_use]
    pub fn outcome(&self) -> String {
        if self.status < 400 { self.status.to_string() } else { format!("{} {}", self.status, self.slug()) }
    }
}
