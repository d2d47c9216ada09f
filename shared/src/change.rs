//! A change of one token, and the chain that makes two histories comparable.
//!
//! The control plane numbers the changes of a workspace 1, 2, 3 … without holes. Each
//! carries the hash of the history before it, so that a ledger and a database that agree
//! on version and hash agree on everything up to there.

use crate::digest::Digest;
use crate::hex::{self, InvalidHex};
use crate::record::{Record, State};
use alloc::string::String;
use core::fmt;
use core::str::FromStr;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// Hash of a workspace's history up to some version. Written as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ChainHash([u8; 32]);

impl ChainHash {
    /// The hash of the empty history.
    pub const GENESIS: Self = Self([0; 32]);

    /// 64 lowercase hexadecimal digits.
    #[must_use]
    pub fn to_hex(self) -> String {
        hex::encode(&self.0)
    }
}

impl fmt::Debug for ChainHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_hex())
    }
}

impl FromStr for ChainHash {
    type Err = InvalidHex;

    fn from_str(text: &str) -> Result<Self, InvalidHex> {
        hex::decode(text).map(Self)
    }
}

impl TryFrom<String> for ChainHash {
    type Error = InvalidHex;

    fn try_from(text: String) -> Result<Self, InvalidHex> {
        text.parse()
    }
}

impl From<ChainHash> for String {
    fn from(hash: ChainHash) -> Self {
        hash.to_hex()
    }
}

/// How far a history has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Head {
    /// Number of the last change; 0 when there was none.
    pub version: u64,
    /// Hash of everything up to it.
    pub hash: ChainHash,
}

impl Head {
    /// The head of the empty history.
    pub const GENESIS: Self = Self { version: 0, hash: ChainHash::GENESIS };
}

/// From now on, this digest has this record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Change {
    /// Its number in the workspace.
    pub version: u64,
    /// Hash of the history before it.
    pub previous: ChainHash,
    /// Which token.
    pub digest: Digest,
    /// What is true of it now.
    pub record: Record,
}

impl Change {
    /// The head after this change.
    ///
    /// The hash is SHA-256 over: previous hash, version (8 bytes, big endian), digest,
    /// length of the token id (1 byte) and the id, length of the project id (1 byte, 0
    /// for none) and the id, scope bits (1 byte), expiry (8 bytes, all ones for none), state (0
    /// active, 1 superseded, 2 revoked) and end of the grace (8 bytes, 0 if not superseded).
    #[must_use]
    pub fn head(&self) -> Head {
        let record = &self.record;
        let (state, until) = match record.state {
            State::Active => (0, 0),
            State::Superseded { until } => (1, until.0),
            State::Revoked => (2, 0),
        };
        let mut hash = Sha256::new();
        hash.update(self.previous.0);
        hash.update(self.version.to_be_bytes());
        hash.update(self.digest.as_bytes());
        update_text(&mut hash, record.token_id.as_str());
        update_text(&mut hash, record.project_id.as_ref().map_or("", |id| id.as_str()));
        hash.update([record.scopes.bits()]);
        hash.update(record.expires_at.map_or(u64::MAX, |at| at.0).to_be_bytes());
        hash.update([state]);
        hash.update(until.to_be_bytes());
        Head { version: self.version, hash: ChainHash(hash.finalize().into()) }
    }
}

/// Identifiers are at most 64 bytes long, so one byte holds the length.
fn update_text(hash: &mut Sha256, text: &str) {
    hash.update([u8::try_from(text.len()).unwrap_or(u8::MAX)]);
    hash.update(text.as_bytes());
}
