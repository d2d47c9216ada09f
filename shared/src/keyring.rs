//! Secrets as the settings carry them: `id:hex[,id:hex…]`, 32 bytes each.
//!
//! The first key signs, all of them verify, so that each can be rotated with an overlap.
//! Keys do not print themselves.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::str::FromStr;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// Length of a key in bytes, that of the hash behind it (RFC 2104 section 3).
pub const KEY_LEN: usize = 32;

/// Longest key id in bytes.
const KEY_ID_LEN_MAX: usize = 32;

/// A 32-byte secret with the id by which it is named.
#[derive(Clone)]
pub struct Key {
    id: Box<str>,
    /// HMAC-SHA-256 with the key absorbed: hashing a token costs half of what it does from the bytes.
    keyed: Hmac<Sha256>,
}

impl Key {
    /// A key out of its bytes.
    ///
    /// # Errors
    /// If the id is not 1 to 32 letters, digits, `-` or `_`.
    pub fn new(id: &str, bytes: &[u8; KEY_LEN]) -> Result<Self, InvalidKeyring> {
        let plain = id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        if id.is_empty() || id.len() > KEY_ID_LEN_MAX || !plain {
            return Err(InvalidKeyring::BadId);
        }
        let keyed = Hmac::new_from_slice(bytes).map_err(|_| InvalidKeyring::NotHex)?;
        Ok(Self { id: id.into(), keyed })
    }

    /// The id, which is no secret.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// HMAC-SHA-256 over the concatenated parts.
    #[must_use]
    pub fn mac(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = self.keyed.clone();
        for part in parts {
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }

    /// Whether `presented` is [`Key::mac`] of the parts; takes the same time either way.
    #[must_use]
    pub fn verifies(&self, parts: &[&[u8]], presented: &[u8]) -> bool {
        self.mac(parts).ct_eq(presented).into()
    }

    /// The key of this id that only `label` may use: HMAC-SHA-256 of the label.
    ///
    /// # Errors
    /// Never in practice: id and length were checked when this key was made.
    pub fn derive(&self, label: &str) -> Result<Self, InvalidKeyring> {
        Self::new(&self.id, &self.mac(&[label.as_bytes()]))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({}:…)", self.id)
    }
}

/// One or more keys: the first signs, all verify.
#[derive(Debug, Clone)]
pub struct Keyring {
    first: Key,
    others: Vec<Key>,
}

impl Keyring {
    /// The key that signs.
    #[must_use]
    pub fn current(&self) -> &Key {
        &self.first
    }

    /// Every key, the signing one first.
    pub fn iter(&self) -> impl Iterator<Item = &Key> {
        core::iter::once(&self.first).chain(&self.others)
    }

    /// The key of this id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Key> {
        self.iter().find(|key| key.id() == id)
    }
}

/// Why a setting is not a keyring. Its text never holds a part of the secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvalidKeyring {
    /// Nothing, or white space.
    Empty,
    /// An entry has no colon.
    NoColon,
    /// An id is empty, too long, or has other characters than letters, digits, `-`, `_`.
    BadId,
    /// Two entries have one id.
    RepeatedId,
    /// The part after the colon is not 64 hexadecimal digits.
    NotHex,
    /// The bytes are too regular to be random: an example, not a secret.
    Example,
}

impl fmt::Display for InvalidKeyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "it is empty",
            Self::NoColon => "an entry lacks its id: expected `id:hex`",
            Self::BadId => "an id is not 1 to 32 letters, digits, `-` or `_`",
            Self::RepeatedId => "an id stands twice",
            Self::NotHex => "a key is not 64 hexadecimal digits (32 bytes)",
            Self::Example => "a key is an example, not random",
        })
    }
}

impl core::error::Error for InvalidKeyring {}

impl FromStr for Keyring {
    type Err = InvalidKeyring;

    fn from_str(text: &str) -> Result<Self, InvalidKeyring> {
        if text.trim().is_empty() {
            return Err(InvalidKeyring::Empty);
        }
        let mut keys = text.split(',').map(|entry| parse_entry(entry.trim())).collect::<Result<Vec<_>, _>>()?;
        let first = keys.remove(0);
        let ring = Self { first, others: keys };
        let repeated = ring.iter().any(|key| ring.iter().filter(|other| other.id == key.id).count() > 1);
        if repeated { Err(InvalidKeyring::RepeatedId) } else { Ok(ring) }
    }
}

fn parse_entry(entry: &str) -> Result<Key, InvalidKeyring> {
    let (id, hex) = entry.split_once(':').ok_or(InvalidKeyring::NoColon)?;
    let mut bytes = [0_u8; KEY_LEN];
    let decoded = base16ct::mixed::decode(hex, &mut bytes).map_err(|_| InvalidKeyring::NotHex)?;
    if decoded.len() != KEY_LEN {
        return Err(InvalidKeyring::NotHex);
    }
    if is_example(&bytes) {
        return Err(InvalidKeyring::Example);
    }
    Key::new(id, &bytes)
}

/// Whether bytes look typed rather than drawn: fewer than 12 different values (32 random
/// bytes have fewer once in 10^19 draws), or each one step from the last.
fn is_example(bytes: &[u8; KEY_LEN]) -> bool {
    let mut seen = [false; 256];
    for byte in bytes {
        if let Some(mark) = seen.get_mut(usize::from(*byte)) {
            *mark = true;
        }
    }
    let different = seen.into_iter().filter(|mark| *mark).count();
    let (mut ascending, mut previous) = (true, bytes.first().copied().unwrap_or(0).wrapping_sub(1));
    for byte in bytes {
        ascending &= byte.wrapping_sub(previous) == 1;
        previous = *byte;
    }
    different < 12 || ascending
}

/// The sentence for a setting that cannot be used: which one, why, and how to make one.
#[must_use]
pub fn advice(setting: &str, why: InvalidKeyring) -> String {
    alloc::format!(
        "{setting} cannot be used: {why}. Set it to `id:hex`, for example with: {setting}=k1:$(openssl rand -hex 32)"
    )
}
