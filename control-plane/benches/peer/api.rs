//! How a server is asked.

use crate::operation::{Operation, PAGE};
use crate::support::tokens_path;
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::{Request, header};
use serde_json::Value;

/// Of every create.
const BODY: &str = r#"{"name":"CI Deploy","scopes":["deploy"]}"#;

/// A token that was created.
#[derive(Clone, Default)]
pub(crate) struct Token {
    id: String,
    text: String,
}

/// Who is asked, and by whom.
pub(crate) enum Api {
    /// By an admin's token.
    ControlPlane { admin: String },
    /// By whoever is signed in with this cookie.
    BetterAuth { cookie: String },
}

impl Api {
    /// A request. It is about this token if the operation is about one.
    pub(crate) fn request(&self, operation: Operation, token: &Token) -> Request<Full<Bytes>> {
        match self {
            Self::ControlPlane { admin } => {
                let list = format!("{}?status=active&limit={PAGE}", tokens_path(""));
                let (method, path, bearer, body) = match operation {
                    Operation::Create => ("POST", tokens_path(""), admin, BODY),
                    Operation::Verify => ("GET", "/access-token".into(), &token.text, ""),
                    Operation::List => ("GET", list, admin, ""),
                    Operation::Revoke => ("DELETE", tokens_path(&token.id), admin, ""),
                };
                request(method, &path, (header::AUTHORIZATION, &format!("Bearer {bearer}")), body)
            }
            Self::BetterAuth { cookie } => {
                let cookie = (header::COOKIE, cookie.as_str());
                match operation {
                    Operation::Create => request("POST", "/keys", cookie, BODY),
                    Operation::Verify => {
                        request("GET", "/key", (header::AUTHORIZATION, &format!("Bearer {}", token.text)), "")
                    }
                    Operation::List => request("GET", "/keys", cookie, ""),
                    Operation::Revoke => {
                        request("POST", "/keys/disable", cookie, &format!(r#"{{"keyId":"{}"}}"#, token.id))
                    }
                }
            }
        }
    }

    /// The token that an answer to a create tells.
    pub(crate) fn token(&self, answer: &[u8]) -> Token {
        let answer: Value = serde_json::from_slice(answer).unwrap();
        let text = |name: &str| answer[name].as_str().map(String::from).unwrap();
        match self {
            Self::ControlPlane { .. } => Token { id: text("id"), text: text("token") },
            Self::BetterAuth { .. } => Token { id: text("id"), text: text("key") },
        }
    }

    /// How many tokens an answer to a list has.
    pub(crate) fn page_length(&self, answer: &[u8]) -> Option<usize> {
        let answer: Value = serde_json::from_slice(answer).unwrap();
        let page = match self {
            Self::ControlPlane { .. } => &answer["data"],
            Self::BetterAuth { .. } => &answer["apiKeys"],
        };
        page.as_array().map(Vec::len)
    }
}

fn request(method: &str, path: &str, credential: (header::HeaderName, &str), body: &str) -> Request<Full<Bytes>> {
    let mut request = Request::builder().method(method).uri(path).header(header::HOST, "api.example.com");
    request = request.header(credential.0, credential.1);
    if !body.is_empty() {
        request = request.header(header::CONTENT_TYPE, "application/json");
    }
    request.body(Full::from(body.to_owned())).unwrap()
}
