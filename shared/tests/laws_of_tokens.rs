//! Laws L1 to L5: tokens and digests.

mod support;

use proptest::prelude::*;
use shared::bearer::RawToken;
use shared::digest::Digest;
use shared::keyring::Keyring;
use shared::path::PlainPath;
use shared::token::{NewToken, Token, TokenPrefix};
use support::{keyring, token};

proptest! {
    /// L1
    #[test]
    fn every_generated_token_parses(seed: u64) {
        let (token, prefix) = (token(seed), TokenPrefix::default());
        let text = token.as_token().expose();
        prop_assert_eq!(text.len(), prefix.as_str().len() + 32);
        prop_assert!(Token::parse(text, &prefix).is_ok());
        let header = format!("Bearer {text}");
        prop_assert_eq!(RawToken::from_header(&header).map(RawToken::expose), Ok(text));
    }

    /// L2: CRC-32 finds every burst of up to 32 bits, and a character has 8.
    #[test]
    fn a_changed_character_never_parses(seed: u64, at in 0_usize..40, to in "[0-9A-Za-z_]") {
        let token = token(seed);
        let mut text = token.as_token().expose().to_owned();
        prop_assume!(!text.get(at..).is_some_and(|rest| rest.starts_with(&to)));
        text.replace_range(at..=at, &to);
        prop_assert!(Token::parse(&text, &TokenPrefix::default()).is_err());
    }

    /// L3
    #[test]
    fn what_is_no_token_is_refused_and_never_panics(text: String) {
        prop_assert!(Token::parse(&text, &TokenPrefix::default()).is_err());
        let _ = RawToken::from_header(&text);
        let _ = PlainPath::parse(&text);
        let _ = text.parse::<Keyring>();
    }

    /// L4
    #[test]
    fn a_digest_belongs_to_one_token_and_one_pepper(one: u64, other: u64) {
        prop_assume!(one != other);
        let (first, second) = (keyring(1), keyring(2));
        let digest = |seed, ring| Digest::current(token(seed).as_token(), ring);
        prop_assert_eq!(digest(one, &first), digest(one, &first));
        prop_assert_ne!(digest(one, &first), digest(other, &first));
        prop_assert_ne!(digest(one, &first), digest(one, &second));
    }

    /// L4: no part of a digest is left out when two are compared.
    #[test]
    fn a_changed_bit_is_another_digest(bytes: [u8; 32], bit in 0_usize..256) {
        let mut other = bytes;
        other[bit / 8] ^= 1 << (bit % 8);
        prop_assert_eq!(Digest::from_bytes(bytes), Digest::from_bytes(bytes));
        prop_assert_ne!(Digest::from_bytes(bytes), Digest::from_bytes(other));
    }

    /// L5
    #[test]
    fn a_retired_pepper_still_finds_its_tokens(seed: u64) {
        let rotated: Keyring = {
            let (old, new) = (ring_text(1), ring_text(2));
            format!("{new},{old}").parse().expect("a keyring")
        };
        let token = token(seed);
        let kept = Digest::current(token.as_token(), &keyring(1));
        prop_assert!(Digest::candidates(token.as_token(), &rotated).contains(&kept));
        prop_assert_ne!(Digest::current(token.as_token(), &rotated), kept);
    }
}

fn ring_text(seed: u8) -> String {
    let hex: String = (0..32_u8).map(|i| format!("{:02x}", i.wrapping_mul(37).wrapping_add(seed))).collect();
    format!("k{seed}:{hex}")
}

#[test]
fn nothing_secret_prints_itself() {
    let token = token(7);
    let text = token.as_token().expose();
    let printed = format!(
        "{token:?} {:?} {:?} {:?}",
        token.as_token(),
        keyring(1),
        Digest::current(token.as_token(), &keyring(1))
    );
    let secret = text.trim_start_matches("sk_live_");
    assert!(!printed.contains(secret) && !printed.contains("0126"), "{printed}");
}

/// A byte of 248 or more would make the first eight characters likelier than the others.
#[test]
fn bytes_that_would_skew_the_characters_are_thrown_away() {
    let mut rounds = 0;
    let token = NewToken::generate(&TokenPrefix::default(), |bytes| {
        bytes.fill(if rounds == 0 { 248 } else { 61 });
        rounds += 1;
    });
    assert!(token.as_token().expose().starts_with(&format!("sk_live_{}", "z".repeat(26))));
}
