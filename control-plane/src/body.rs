//! Request bodies and queries, refused with the field that is wrong.

use crate::error::Error;
use axum::body::{Bytes, to_bytes};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use shared::problem::{FieldError, Problem};

/// Longest body in bytes.
const BODY_MAX: usize = 64 * 1024;

/// A JSON body.
pub(crate) struct Json<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Error;

    async fn from_request(request: Request, _: &S) -> Result<Self, Error> {
        if !is_json(&request) {
            return Err(not_json().into());
        }
        parse(&read(request).await?).map(Self)
    }
}

/// A JSON body, or none (or `null`) where that says enough.
pub(crate) struct OptionalJson<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned + Default> FromRequest<S> for OptionalJson<T> {
    type Rejection = Error;

    async fn from_request(request: Request, _: &S) -> Result<Self, Error> {
        let is_json = is_json(&request);
        match read(request).await? {
            body if body.is_empty() => Ok(Self(T::default())),
            _ if !is_json => Err(not_json().into()),
            body => parse::<Option<T>>(&body).map(|body| Self(body.unwrap_or_default())),
        }
    }
}

async fn read(request: Request) -> Result<Bytes, Error> {
    to_bytes(request.into_body(), BODY_MAX).await.map_err(|_| too_large().into())
}

/// 413: the body is too large.
pub(crate) fn too_large() -> Problem {
    Problem::new(413, "payload-too-large", "The body is too large").detail("A body may have at most 64 KiB.")
}

/// 415: the body is not said to be JSON.
pub(crate) fn not_json() -> Problem {
    Problem::new(415, "unsupported-media-type", "The body is not JSON")
        .detail("Send the body as JSON, with the header `Content-Type: application/json`.")
}

fn is_json(request: &Request) -> bool {
    let value = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = value.split(';').next().unwrap_or_default().trim();
    media_type.eq_ignore_ascii_case("application/json")
}

fn parse<T: DeserializeOwned>(body: &Bytes) -> Result<T, Error> {
    parse_fields(body).map_err(|error| Problem::validation_failed(vec![error]).into())
}

fn parse_fields<T: DeserializeOwned>(body: &Bytes) -> Result<T, FieldError> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    let parsed = serde_path_to_error::deserialize(&mut reader)
        .map_err(|why| FieldError { pointer: pointer(why.path()), detail: words(why.inner()) })?;
    reader.end().map_err(|why| FieldError { pointer: String::new(), detail: words(&why) })?;
    Ok(parsed)
}

/// What is wrong: with the JSON, and then where; or with a field, which the pointer names.
fn words(why: &serde_json::Error) -> String {
    let words = why.to_string();
    if why.is_data() {
        let place = format!(" at line {} column {}", why.line(), why.column());
        words.strip_suffix(&place).map(String::from).unwrap_or(words)
    } else {
        format!("the body is not JSON: {words}")
    }
}

/// A JSON pointer (RFC 6901); empty for the whole body.
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let name = |segment: &Segment| match segment {
        Segment::Map { key } => Some(format!("/{}", key.replace('~', "~0").replace('/', "~1"))),
        Segment::Seq { index } => Some(format!("/{index}")),
        Segment::Enum { .. } | Segment::Unknown => None,
    };
    path.iter().filter_map(name).collect()
}

/// A query string.
pub(crate) struct Query<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        axum::extract::Query::try_from_uri(&parts.uri).map(|query| Self(query.0)).map_err(|why| {
            let words = why.body_text();
            let detail = words.trim_start_matches("Failed to deserialize query string: ").into();
            Problem::validation_failed(vec![FieldError { pointer: String::new(), detail }]).into()
        })
    }
}
