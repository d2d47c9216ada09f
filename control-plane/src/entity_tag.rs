//! `ETag` and `If-Match` (RFC 9110 sections 8.8.3 and 13.1.1): whoever changes a token may say which state of it they
//! have seen, and takes nothing back of what another one has changed since.

use crate::error::Error;
use crate::store::TokenRow;
use axum::extract::FromRequestParts;
use axum::http::HeaderValue;
use axum::http::header::IF_MATCH;
use axum::http::request::Parts;
use axum::response::{IntoResponseParts, ResponseParts};
use base16ct::lower;
use sha2::{Digest, Sha256};
use shared::problem::Problem;
use std::convert::Infallible;
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};

/// How many bytes of a hash tell two states of one token apart.
const LENGTH: usize = 16;

/// Names the state of a token: everything about it that somebody can change. That it was used is no such change, so a
/// busy token can be edited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EntityTag(String);

impl EntityTag {
    /// Of the token as it stands in this row.
    pub(crate) fn of(row: &TokenRow) -> Self {
        let state = (&row.name, row.scopes, row.expires_at, row.revoked_at, &row.superseded_by, row.superseded_until);
        let hash = Sha256::digest(serde_json::to_vec(&state).unwrap_or_default());
        let first: Vec<_> = hash.into_iter().take(LENGTH).collect();
        Self(format!("\"{}\"", lower::encode_string(&first)))
    }
}

impl IntoResponseParts for EntityTag {
    type Error = Infallible;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Infallible> {
        if let Ok(value) = HeaderValue::from_str(&self.0) {
            parts.headers_mut().insert(axum::http::header::ETAG, value);
        }
        Ok(parts)
    }
}

/// The states for which a change is meant; none given: whichever it finds.
pub(crate) struct IfMatch(Option<String>);

impl IfMatch {
    /// Refuses a change of a token that is not as its maker has seen it.
    ///
    /// # Errors
    /// 412, if the token has been changed meanwhile.
    pub(crate) fn check(&self, row: &TokenRow) -> Result<(), Error> {
        let EntityTag(own) = EntityTag::of(row);
        let is_meant = |tags: &String| tags.split(',').map(str::trim).any(|tag| tag == "*" || tag == own);
        if self.0.as_ref().is_none_or(is_meant) { Ok(()) } else { Err(changed_meanwhile().into()) }
    }
}

/// 412: the token is not as the caller has seen it.
pub(crate) fn changed_meanwhile() -> Problem {
    Problem::new(412, "precondition-failed", "The access token was changed meanwhile").detail(
        "This access token is no longer as `If-Match` says. Nothing was changed; look at it again, and then decide.",
    )
}

impl IntoParams for IfMatch {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let words = "The `ETag` with which the token was seen. If anybody has changed it since, nothing is changed, and the \
                     answer is 412.";
        let text = ObjectBuilder::new().schema_type(Type::String).build();
        let header = ParameterBuilder::new().name("If-Match").parameter_in(ParameterIn::Header);
        vec![header.description(Some(words)).schema(Some(text)).example(Some("*".into())).build()]
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Infallible;

    /// Lines of the header are one list. What cannot be read is no state of the token.
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let lines: Vec<_> =
            parts.headers.get_all(IF_MATCH).iter().map(|value| value.to_str().unwrap_or_default()).collect();
        Ok(Self((!lines.is_empty()).then(|| lines.join(","))))
    }
}
