//! The format of a token: prefix, 26 random characters, 6 characters of checksum.
//!
//! ```text
//! sk_live_ rrrrrrrrrrrrrrrrrrrrrrrrrr cccccc
//! prefix   26 × base62, uniform       CRC-32 of everything before it, base62, most significant first
//! ```
//!
//! 26 characters carry 154.8 bits. The checksum lets the edge refuse typing errors and
//! made-up tokens without any I/O; it proves nothing else. The alphabet is `0-9A-Za-z`.

use alloc::string::String;
use core::fmt;
use crc::{CRC_32_ISO_HDLC, Crc, Table};

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The CRC-32 of zip, PNG and Ethernet. One table of a kilobyte: for 34 bytes more would bring nothing.
const CRC_32: Crc<u32, Table<1>> = Crc::<u32, Table<1>>::new(&CRC_32_ISO_HDLC);

/// Random characters in a token.
const RANDOM_LEN: usize = 26;

/// Characters of checksum in a token: 62^6 is more than 2^32.
const CHECKSUM_LEN: usize = 6;

/// Characters of the random part that may be shown later, beside the prefix.
const SHOWN_LEN: usize = 4;

/// What every token of this installation starts with, `sk_live_` unless configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenPrefix(String);

/// The text cannot be a token prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidPrefix;

impl fmt::Display for InvalidPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a token prefix is 1 to 16 letters, digits or underscores, and ends with an underscore")
    }
}

impl core::error::Error for InvalidPrefix {}

impl TokenPrefix {
    /// Checks a configured prefix.
    ///
    /// # Errors
    /// If it is empty, longer than 16 bytes, has other characters than letters, digits and
    /// underscores, or does not end with an underscore.
    pub fn new(text: &str) -> Result<Self, InvalidPrefix> {
        let fits = text.len() <= 16 && text.ends_with('_');
        let plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        if fits && plain { Ok(Self(text.into())) } else { Err(InvalidPrefix) }
    }

    /// The prefix as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for TokenPrefix {
    fn default() -> Self {
        Self("sk_live_".into())
    }
}

/// The text is not a token: prefix, length, alphabet or checksum is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MalformedToken;

/// A presented token whose form is right. Says nothing about whether it exists.
///
/// Does not print itself.
#[derive(Clone, Copy)]
pub struct Token<'a>(&'a str);

impl<'a> Token<'a> {
    /// Checks form and checksum.
    ///
    /// # Errors
    /// [`MalformedToken`] for anything that [`NewToken::generate`] could not have made.
    pub fn parse(text: &'a str, prefix: &TokenPrefix) -> Result<Self, MalformedToken> {
        let rest = text.strip_prefix(prefix.as_str()).ok_or(MalformedToken)?;
        let (_, presented) = rest.split_at_checked(RANDOM_LEN).ok_or(MalformedToken)?;
        let body = text.strip_suffix(presented).ok_or(MalformedToken)?;
        let plain = rest.bytes().all(|b| b.is_ascii_alphanumeric());
        if plain && presented.as_bytes() == checksum(body) { Ok(Self(text)) } else { Err(MalformedToken) }
    }

    /// The secret text. Only for hashing it and for the one answer that shows it.
    #[must_use]
    pub fn expose(self) -> &'a str {
        self.0
    }
}

impl fmt::Debug for Token<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// A token that was just made: the only owner of its text. Does not print itself.
pub struct NewToken(String);

impl NewToken {
    /// Makes a token out of random bytes, which `fill` writes.
    ///
    /// A byte of 248 or more is thrown away, so that every character is equally likely.
    pub fn generate(prefix: &TokenPrefix, mut fill: impl FnMut(&mut [u8])) -> Self {
        let mut text = String::from(prefix.as_str());
        let end = text.len() + RANDOM_LEN;
        while text.len() < end {
            let mut random = [0_u8; RANDOM_LEN];
            fill(&mut random);
            let uniform = random.into_iter().filter(|byte| *byte < 248).map(|byte| digit(u32::from(byte)));
            text.extend(uniform.take(end - text.len()).map(char::from));
        }
        text.extend(checksum(&text).map(char::from));
        Self(text)
    }

    /// The token, for hashing it and for the one answer that shows it.
    #[must_use]
    pub fn as_token(&self) -> Token<'_> {
        Token(&self.0)
    }

    /// What may be shown of it for ever: the prefix, four characters and an ellipsis.
    #[must_use]
    pub fn shown(&self, prefix: &TokenPrefix) -> String {
        let mut shown: String = self.0.chars().take(prefix.as_str().len() + SHOWN_LEN).collect();
        shown.push('…');
        shown
    }
}

impl fmt::Debug for NewToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NewToken(…)")
    }
}

fn checksum(body: &str) -> [u8; CHECKSUM_LEN] {
    let mut rest = CRC_32.checksum(body.as_bytes());
    let mut characters = [0; CHECKSUM_LEN];
    for character in characters.iter_mut().rev() {
        *character = digit(rest);
        rest /= 62;
    }
    characters
}

/// The base62 digit of `value` modulo 62.
fn digit(value: u32) -> u8 {
    ALPHABET.get((value % 62) as usize).copied().unwrap_or(b'0')
}
