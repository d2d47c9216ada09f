//! 32 bytes as 64 lowercase hexadecimal digits: digests, hashes, signatures.

use alloc::string::String;
use core::fmt;

/// The text is not 64 lowercase hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidHex;

impl fmt::Display for InvalidHex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected 64 lowercase hexadecimal digits")
    }
}

impl core::error::Error for InvalidHex {}

pub(crate) fn encode(bytes: &[u8; 32]) -> String {
    base16ct::lower::encode_string(bytes)
}

pub(crate) fn decode(text: &str) -> Result<[u8; 32], InvalidHex> {
    let mut bytes = [0; 32];
    let decoded = base16ct::lower::decode(text, &mut bytes).map_err(|_| InvalidHex)?;
    if decoded.len() == 32 { Ok(bytes) } else { Err(InvalidHex) }
}
