//! Request bodies and queries, refused with the field that is wrong.

use crate::error::Error;
use axum::body::{Bytes, to_bytes};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use shared::problem::{FieldError, Problem};
use std::time::Duration;
use tokio::time::timeout;

/// Longest body in bytes.
const BODY_MAX: usize = 64 * 1024;

/// How long a whole body may take to arrive. 64 KiB need less on any line that is of use; whoever sends a byte now and
/// then would hold a connection for ever.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// A body as it was sent.
pub(crate) struct Raw(pub(crate) Bytes);

impl<S: Send + Sync> FromRequest<S> for Raw {
    type Rejection = Error;

    async fn from_request(request: Request, _: &S) -> Result<Self, Error> {
        let read = timeout(BODY_TIMEOUT, to_bytes(request.into_body(), BODY_MAX));
        let body = read.await.map_err(|_| {
            Problem::invalid_request("The body did not arrive within 10 s. Nothing was changed; send it again.")
        })?;
        let body = body.map_err(|_| too_large())?;
        Ok(Self(body))
    }
}

/// A JSON body.
pub(crate) struct Json<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self, Error> {
        if !is_json(&request) {
            return Err(not_json().into());
        }
        let Raw(body) = Raw::from_request(request, state).await?;
        parse(&body).map(Self)
    }
}

/// A JSON body, or none (or `null`) where that says enough.
pub(crate) struct OptionalJson<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned + Default> FromRequest<S> for OptionalJson<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self, Error> {
        let is_json = is_json(&request);
        match Raw::from_request(request, state).await?.0 {
            body if body.is_empty() => Ok(Self(T::default())),
            _ if !is_json => Err(not_json().into()),
            body => parse::<Option<T>>(&body).map(|body| Self(body.unwrap_or_default())),
        }
    }
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
        let words = without_names(&without_text(words.strip_suffix(&place).unwrap_or(&words)));
        // What our types are called is nobody's business.
        match words.rsplit_once("expected struct ") {
            Some((before, name)) if !name.contains('`') => format!("{before}expected a JSON object"),
            _ => words,
        }
    } else {
        format!("the body is not JSON: {words}")
    }
}

/// Without the text that was sent where something else is expected: it may be a token in the wrong place.
fn without_text(words: &str) -> String {
    match (words.split_once(": string \""), words.rsplit_once("\", expected ")) {
        (Some((wrong, _)), Some((_, expected))) => format!("{wrong}: string, expected {expected}"),
        _ => words.into(),
    }
}

/// Without names of fields and variants that nobody has, if they are long enough to be a token.
fn without_names(words: &str) -> String {
    let shown = words.split('`').map(|part| if may_be_token(part) { "…" } else { part });
    shown.collect::<Vec<_>>().join("`")
}

/// No token is shorter, and no field of ours so long.
fn may_be_token(name: &str) -> bool {
    name.len() >= 32 && !name.contains(' ')
}

/// A JSON pointer (RFC 6901); empty for the whole body.
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let name = |segment: &Segment| match segment {
        Segment::Map { key } if may_be_token(key) => Some("/…".into()),
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

#[cfg(test)]
mod tests {
    use super::{BODY_MAX, BODY_TIMEOUT, Raw, parse_fields};
    use crate::error::Error;
    use axum::body::{Body, Bytes};
    use axum::extract::{FromRequest, Request};
    use http_body_util::channel::Channel;
    use serde::Deserialize;
    use shared::problem::Problem;
    use std::time::Duration;
    use tokio::time::{Instant, sleep};

    async fn read(body: Body) -> Result<Bytes, Problem> {
        match Raw::from_request(Request::new(body), &()).await {
            Ok(Raw(bytes)) => Ok(bytes),
            Err(Error::Problem(problem)) => Err(*problem),
            Err(why) => panic!("{why}"),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_drips_is_given_up_after_its_time() {
        let (mut sender, body) = Channel::<Bytes>::new(1);
        tokio::spawn(async move {
            while sender.send_data("x".into()).await.is_ok() {
                sleep(Duration::from_secs(3)).await
            }
        });
        let begun = Instant::now();
        let refused = read(Body::new(body)).await.unwrap_err();
        assert_eq!((refused.status(), refused.slug()), (400, "invalid-request"));
        assert_eq!(begun.elapsed().as_secs(), BODY_TIMEOUT.as_secs());
        assert!(refused.to_string().contains(&format!("within {} s", BODY_TIMEOUT.as_secs())), "{refused}");
    }

    #[test]
    fn what_is_in_the_wrong_place_is_not_repeated() {
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Request {
            #[expect(dead_code, reason = "only read")]
            limit: u64,
        }
        for (body, words) in [
            (r#""secret""#, "invalid type: string, expected a JSON object"),
            (r#"{"limit": "se\", expected secret"}"#, "invalid type: string, expected u64"),
            (r#"{"expected struct ": 1}"#, "unknown field `expected struct `, expected `limit`"),
            (r#"{"a_name_that_is_as_long_as_a_token": 1}"#, "unknown field `…`, expected `limit`"),
            (r#"{"limit": -1}"#, "invalid value: integer `-1`, expected u64"),
        ] {
            let why = parse_fields::<Request>(&Bytes::from_static(body.as_bytes())).unwrap_err();
            assert_eq!(why.detail, words, "{body}");
        }
    }

    #[tokio::test]
    async fn a_body_may_be_so_long() {
        assert_eq!(read(Body::from(vec![0; BODY_MAX])).await.unwrap().len(), BODY_MAX);
        let refused = read(Body::from(vec![0; BODY_MAX + 1])).await.unwrap_err();
        assert_eq!((refused.status(), refused.slug()), (413, "payload-too-large"));
    }
}
