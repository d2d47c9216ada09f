//! What several test programs need.
#![expect(dead_code, unreachable_pub, reason = "each test program uses a part of it")]
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

pub mod edge;
pub mod storage;
pub mod traffic;

use shared::change::{Change, Head};
use shared::digest::Digest;
use shared::keyring::{KEY_LEN, Keyring};
use shared::record::{Record, State};
use shared::scope::ScopeSet;
use shared::token::{NewToken, TokenPrefix};

/// A keyring of one key, whose bytes are drawn from a counter.
pub fn keyring(seed: u8) -> Keyring {
    let hex: String = (0..KEY_LEN as u8).map(|i| format!("{:02x}", i.wrapping_mul(37).wrapping_add(seed))).collect();
    format!("k{seed}:{hex}").parse().expect("a keyring")
}

/// A token out of a number. Made at run time, since a literal would look like somebody's secret.
pub fn token(seed: u64) -> NewToken {
    let mut state = seed.wrapping_add(1);
    NewToken::generate(&TokenPrefix::default(), |bytes| {
        for byte in bytes {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *byte = (state >> 56) as u8;
        }
    })
}

pub fn digest(seed: u8) -> Digest {
    Digest::from_bytes([seed; 32])
}

/// An active record without project and expiry.
pub fn record(number: u64, scopes: u8) -> Record {
    Record {
        token_id: format!("tok_{number}").parse().expect("an id"),
        project_id: None,
        scopes: ScopeSet::from_bits(scopes),
        expires_at: None,
        state: State::Active,
    }
}

/// Appends records to a history, one change each.
pub fn history(from: Head, records: &[(Digest, Record)]) -> Vec<Change> {
    let mut head = from;
    let append = |(digest, record): &(Digest, Record)| {
        let change = Change { version: head.version + 1, previous: head.hash, digest: *digest, record: record.clone() };
        head = change.head();
        change
    };
    records.iter().map(append).collect()
}
