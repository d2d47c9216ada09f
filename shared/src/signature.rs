//! Signed calls between control plane and edge.
//!
//! ```text
//! Deplo-Signature: t=<milliseconds since 1970>,kid=<key id>,v1=<64 hexadecimal digits>
//! v1 = HMAC-SHA-256(key, "v1\n" label "\n" method "\n" path "\n" t "\n" body)
//! ```
//!
//! The label names the direction, so that a call cannot be sent back to its sender.

use crate::hex;
use crate::keyring::{Key, Keyring};
use crate::limits::SIGNATURE_SKEW_MS;
use crate::timestamp::Timestamp;
use alloc::format;
use alloc::string::String;
use core::fmt;

/// Name of the header that carries the signature.
pub const HEADER: &str = "deplo-signature";

/// Label of calls from the control plane to the edge.
pub const TO_EDGE: &str = "control-plane-to-edge";

/// Label of calls from a ledger to the control plane.
pub const TO_CONTROL_PLANE: &str = "ledger-to-control-plane";

/// Path of the control plane to which ledgers report when tokens were used; see
/// [`UsedTokens`](crate::ledger::UsedTokens). The edge passes nothing on to it.
pub const USAGE_PATH: &str = "/_edge/usage";

/// What a signature covers.
#[derive(Debug, Clone, Copy)]
pub struct SignedCall<'a> {
    /// Who calls whom, for example [`TO_EDGE`].
    pub label: &'a str,
    /// HTTP method.
    pub method: &'a str,
    /// Path without query.
    pub path: &'a str,
    /// The body as it is sent.
    pub body: &'a [u8],
}

/// Why a signature was not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadSignature {
    /// The header is not there or not readable.
    Unreadable,
    /// No key of this id.
    UnknownKey,
    /// The time is more than five minutes away from ours.
    Stale,
    /// It does not fit the call.
    Wrong,
}

impl fmt::Display for BadSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unreadable => "the Deplo-Signature header is missing or not readable",
            Self::UnknownKey => "no PUBLISH_KEY of this id; do both sides have it?",
            Self::Stale => "the signature's time is more than five minutes away; check both clocks",
            Self::Wrong => "the signature does not fit the call; do both sides have the same PUBLISH_KEY?",
        })
    }
}

impl core::error::Error for BadSignature {}

impl SignedCall<'_> {
    /// The header's value for this call.
    #[must_use]
    pub fn sign(&self, keys: &Keyring, now: Timestamp) -> String {
        let key = keys.current();
        let mac = self.with_parts(now, |parts| key.mac(parts));
        format!("t={},kid={},v1={}", now.0, key.id(), hex::encode(&mac))
    }

    /// Checks a header's value against this call.
    ///
    /// # Errors
    /// [`BadSignature`], whose text is for the log.
    pub fn verify(&self, header: Option<&str>, keys: &Keyring, now: Timestamp) -> Result<(), BadSignature> {
        let header = header.and_then(parse).ok_or(BadSignature::Unreadable)?;
        let key: &Key = keys.get(header.key_id).ok_or(BadSignature::UnknownKey)?;
        if !self.with_parts(header.at, |parts| key.verifies(parts, &header.mac)) {
            return Err(BadSignature::Wrong);
        }
        let skew_ms = now.ms_since(header.at).max(header.at.ms_since(now));
        if skew_ms > SIGNATURE_SKEW_MS { Err(BadSignature::Stale) } else { Ok(()) }
    }

    fn with_parts<T>(&self, at: Timestamp, use_parts: impl FnOnce(&[&[u8]]) -> T) -> T {
        let preamble = format!("v1\n{}\n{}\n{}\n{}\n", self.label, self.method, self.path, at.0);
        use_parts(&[preamble.as_bytes(), self.body])
    }
}

struct Header<'a> {
    at: Timestamp,
    key_id: &'a str,
    mac: [u8; 32],
}

fn parse(header: &str) -> Option<Header<'_>> {
    let mut fields = header.split(',');
    let at = fields.next()?.strip_prefix("t=")?.parse().ok()?;
    let key_id = fields.next()?.strip_prefix("kid=")?;
    let mac = hex::decode(fields.next()?.strip_prefix("v1=")?).ok()?;
    fields.next().is_none().then_some(Header { at: Timestamp(at), key_id, mac })
}
