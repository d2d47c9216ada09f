//! The only form in which a token is kept: HMAC-SHA-256 under a pepper.
//!
//! The digest is the KV key and the look-up key of ledger and database. It identifies a
//! token for its whole life, since a token never changes.

use crate::hex::{self, InvalidHex};
use crate::keyring::Keyring;
use crate::token::Token;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::str::FromStr;
use serde::{Deserialize, Serialize};
use subtle::{Choice, ConstantTimeEq};

/// Keyed hash of a token. Written as 64 lowercase hexadecimal digits.
#[derive(Clone, Copy, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest for a token that is being made: under the current pepper, whose id is
    /// to be kept with it.
    #[must_use]
    pub fn current(token: Token<'_>, peppers: &Keyring) -> Self {
        Self(peppers.current().mac(&[token.expose().as_bytes()]))
    }

    /// Every digest that a presented token may be known by, the likeliest first.
    #[must_use]
    pub fn candidates(token: Token<'_>, peppers: &Keyring) -> Vec<Self> {
        peppers.iter().map(|pepper| Self(pepper.mac(&[token.expose().as_bytes()]))).collect()
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// A digest out of its bytes, for tests and storage.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// 64 lowercase hexadecimal digits.
    #[must_use]
    pub fn to_hex(&self) -> String {
        hex::encode(&self.0)
    }

    fn words(&self) -> impl Iterator<Item = u64> {
        let (words, _) = self.0.as_chunks();
        words.iter().copied().map(u64::from_ne_bytes)
    }
}

impl PartialEq for Digest {
    /// Constant time, so that no comparison tells how much of a guess was right. By words, since each step costs the
    /// same whatever it compares.
    fn eq(&self, other: &Self) -> bool {
        let equal = |equal: Choice, (own, other): (u64, u64)| equal & own.ct_eq(&other);
        self.words().zip(other.words()).fold(Choice::from(1), equal).into()
    }
}

impl core::hash::Hash for Digest {
    fn hash<H: core::hash::Hasher>(&self, state: &mut H) {
        state.write(&self.0);
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [first, second, third, ..] = self.0;
        write!(f, "Digest({first:02x}{second:02x}{third:02x}…)")
    }
}

impl FromStr for Digest {
    type Err = InvalidHex;

    fn from_str(text: &str) -> Result<Self, InvalidHex> {
        hex::decode(text).map(Self)
    }
}

impl TryFrom<String> for Digest {
    type Error = InvalidHex;

    fn try_from(text: String) -> Result<Self, InvalidHex> {
        text.parse()
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.to_hex()
    }
}
