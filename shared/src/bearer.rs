//! The `Authorization` header: what a bearer credential looks like (RFC 6750 section 2.1).

use core::fmt;

/// Text presented as a bearer token; its form as a token is not checked yet. Does not print itself.
#[derive(Clone, Copy)]
pub struct RawToken<'a>(&'a str);

/// The header is there, and is not exactly one bearer credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnreadableHeader;

impl<'a> RawToken<'a> {
    /// Reads the value of an `Authorization` header.
    ///
    /// Repeated headers are joined by `, ` before they come here, as Fetch does it; the
    /// comma is no token character, so they are refused.
    ///
    /// # Errors
    /// [`UnreadableHeader`] for another scheme, an empty credential, or characters that
    /// RFC 6750's `b64token` does not have.
    pub fn from_header(value: &'a str) -> Result<Self, UnreadableHeader> {
        let (scheme, credential) = value.trim().split_once(' ').ok_or(UnreadableHeader)?;
        let credential = credential.trim_start_matches(' ');
        let is_bearer = scheme.eq_ignore_ascii_case("bearer");
        if is_bearer && is_b64token(credential) { Ok(Self(credential)) } else { Err(UnreadableHeader) }
    }

    /// The presented text.
    #[must_use]
    pub const fn expose(self) -> &'a str {
        self.0
    }
}

impl fmt::Debug for RawToken<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RawToken(…)")
    }
}

fn is_b64token(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    !body.is_empty()
        && body.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~' | b'+' | b'/'))
}
