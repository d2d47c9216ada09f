//! What the platform origin is told about the caller: a JWT instead of the bearer token.
//!
//! JSON Web Signature in compact form (RFC 7515), HS256. The key belongs to one audience:
//! HMAC-SHA-256(`ASSERTION_KEY`, audience), so one origin cannot speak to another.

use crate::decide::Permit;
use crate::keyring::{InvalidKeyring, Key, Keyring};
use crate::limits::ASSERTION_EXTRA_MS;
use crate::timestamp::Timestamp;
use alloc::string::String;
use base64ct::{Base64UrlUnpadded, Encoding};
use serde::Serialize;

/// Name of the header that carries the assertion.
pub const HEADER: &str = "deplo-assertion";

/// The `iss` claim of every assertion.
pub const ISSUER: &str = "https://deplo.sh/edge";

/// Makes assertions for one origin.
#[derive(Debug, Clone)]
pub struct Asserter {
    key: Key,
    audience: String,
}

#[derive(Serialize)]
struct Header<'a> {
    alg: &'a str,
    typ: &'a str,
    kid: &'a str,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    aud: &'a str,
    sub: &'a str,
    ws: &'a str,
    project: Option<&'a str>,
    scope: String,
    iat: u64,
    exp: u64,
}

impl Asserter {
    /// An asserter that speaks to `audience`, which is the origin's URL as it is configured.
    ///
    /// # Errors
    /// Never in practice: the keyring was checked.
    pub fn new(keys: &Keyring, audience: &str) -> Result<Self, InvalidKeyring> {
        Ok(Self { key: keys.current().derive(audience)?, audience: audience.into() })
    }

    /// The assertion of a permit that holds until `valid_until`: the later of lease end and now.
    ///
    /// It expires five seconds after that, the time an origin has for reading it.
    #[must_use]
    pub fn assert(&self, permit: Permit<'_>, now: Timestamp, valid_until: Timestamp) -> String {
        let claims = Claims {
            iss: ISSUER,
            aud: &self.audience,
            sub: permit.token_id().as_str(),
            ws: permit.workspace_id().as_str(),
            project: permit.project_id().map(|id| id.as_str()),
            scope: permit.scopes().joined(),
            iat: now.as_secs(),
            exp: valid_until.max(now).plus_ms(ASSERTION_EXTRA_MS + 999).as_secs(),
        };
        let mut text = encode(&Header { alg: "HS256", typ: "JWT", kid: self.key.id() });
        text.push('.');
        text.push_str(&encode(&claims));
        let mac = self.key.mac(&[text.as_bytes()]);
        text.push('.');
        text.push_str(&Base64UrlUnpadded::encode_string(&mac));
        text
    }
}

fn encode(part: &impl Serialize) -> String {
    Base64UrlUnpadded::encode_string(&serde_json::to_vec(part).unwrap_or_default())
}
