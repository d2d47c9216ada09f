//! `Idempotency-Key`: a caller whose answer was lost may ask again, and nothing is made twice
//! (draft-ietf-httpapi-idempotency-key-header). The secret is not shown again: it was never kept.

use crate::error::Error;
use axum::extract::OptionalFromRequestParts;
use axum::http::request::Parts;
use base16ct::lower;
use serde::Serialize;
use sha2::{Digest, Sha256};
use shared::problem::{FieldError, Problem};
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};

const HEADER: &str = "idempotency-key";

/// Longest key in bytes.
const KEY_MAX: usize = 255;

/// The key of a request, as the caller drew it.
pub(crate) struct IdempotencyKey(String);

/// A request that is to be carried out once: unique per workspace, caller and route.
pub(crate) struct Once {
    pub(crate) route: &'static str,
    pub(crate) key: String,
    /// SHA-256 of what is asked for, in hexadecimal.
    pub(crate) fingerprint: String,
}

impl IdempotencyKey {
    /// The key together with what is asked for under it.
    pub(crate) fn of(self, route: &'static str, request: &impl Serialize) -> Once {
        let request = serde_json::to_vec(request).unwrap_or_default();
        Once { route, key: self.0, fingerprint: lower::encode_string(&Sha256::digest(request)) }
    }
}

impl IntoParams for IdempotencyKey {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let words = "One of your own, such as a UUID, for each thing that is to be made. A repeat within 24 hours makes \
                     nothing, and answers 200 with what was made then, `replayed: true` and no text. The same key with \
                     another body is 422.";
        let text = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(KEY_MAX));
        let text = text.pattern(Some("^[!-~]+( *[!-~]+)*$"));
        let header = ParameterBuilder::new().name("Idempotency-Key").parameter_in(ParameterIn::Header);
        vec![header.description(Some(words)).schema(Some(text.build())).build()]
    }
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for IdempotencyKey {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Error> {
        let mut values = parts.headers.get_all(HEADER).iter();
        let Some(first) = values.next() else { return Ok(None) };
        let key = first.to_str().ok().filter(|_| values.next().is_none()).map(str::trim);
        let key = key.filter(|key| (1..=KEY_MAX).contains(&key.len()));
        key.map(|key| Some(Self(key.into()))).ok_or_else(|| {
            let detail = format!("expected one key of 1 to {KEY_MAX} visible ASCII characters, such as a UUID");
            Problem::validation_failed(vec![FieldError { pointer: "Idempotency-Key".into(), detail }]).into()
        })
    }
}
