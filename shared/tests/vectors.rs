//! `vectors.json`, which other languages can replay: token form, digests, change hashes,
//! signatures, assertions. Texts that look like secrets are stored in parts.
#![expect(clippy::expect_used, reason = "a test that cannot go on has failed")]

use serde::Deserialize;
use shared::assertion::Asserter;
use shared::change::Change;
use shared::decide::decide;
use shared::digest::Digest;
use shared::keyring::Keyring;
use shared::policy::Need;
use shared::question::{Reach, Requirement};
use shared::record::Record;
use shared::signature::SignedCall;
use shared::timestamp::Timestamp;
use shared::token::{Token, TokenPrefix};

#[derive(Deserialize)]
struct Vectors {
    tokens: Vec<TokenVector>,
    malformed: Vec<Vec<String>>,
    digests: Vec<DigestVector>,
    changes: Vec<ChangeVector>,
    signatures: Vec<SignatureVector>,
    assertions: Vec<AssertionVector>,
}

#[derive(Deserialize)]
struct TokenVector {
    prefix: String,
    random: String,
    checksum: String,
}

impl TokenVector {
    fn text(&self) -> String {
        format!("{}{}{}", self.prefix, self.random, self.checksum)
    }
}

#[derive(Deserialize)]
struct DigestVector {
    pepper: String,
    token: TokenVector,
    digest: String,
}

#[derive(Deserialize)]
struct ChangeVector {
    change: Change,
    hash: String,
}

#[derive(Deserialize)]
struct SignatureVector {
    key: String,
    label: String,
    method: String,
    path: String,
    body: String,
    at: u64,
    header: String,
}

#[derive(Deserialize)]
struct AssertionVector {
    key: String,
    audience: String,
    workspace: String,
    record: Record,
    now: u64,
    valid_until: u64,
    jwt: Vec<String>,
}

fn vectors() -> Vectors {
    let text =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors.json")).expect("vectors.json");
    serde_json::from_str(&text).expect("the vectors' form")
}

fn keyring(text: &str) -> Keyring {
    text.parse().expect("a keyring")
}

#[test]
fn tokens() {
    for vector in vectors().tokens {
        let prefix = TokenPrefix::new(&vector.prefix).expect("a prefix");
        assert!(Token::parse(&vector.text(), &prefix).is_ok(), "{}…", vector.prefix);
    }
    for parts in vectors().malformed {
        assert!(Token::parse(&parts.concat(), &TokenPrefix::default()).is_err(), "{parts:?}");
    }
}

#[test]
fn digests() {
    for vector in vectors().digests {
        let text = vector.token.text();
        let token = Token::parse(&text, &TokenPrefix::default()).expect("a token");
        assert_eq!(Digest::current(token, &keyring(&vector.pepper)).to_hex(), vector.digest);
    }
}

#[test]
fn changes() {
    for vector in vectors().changes {
        assert_eq!(vector.change.head().hash.to_hex(), vector.hash);
    }
}

#[test]
fn signatures() {
    for vector in vectors().signatures {
        let body = vector.body.as_bytes();
        let call = SignedCall { label: &vector.label, method: &vector.method, path: &vector.path, body };
        assert_eq!(call.sign(&keyring(&vector.key), Timestamp(vector.at)), vector.header);
    }
}

#[test]
fn assertions() {
    for vector in vectors().assertions {
        let requirement = Requirement { need: Need::AnyToken, workspace: None, reach: Reach::Covered };
        let (workspace, now) = (vector.workspace.parse().expect("an id"), Timestamp(vector.now));
        let permit = decide(&workspace, &vector.record, &requirement, now).expect("allowed");
        let asserter = Asserter::new(&keyring(&vector.key), &vector.audience).expect("an asserter");
        assert_eq!(asserter.assert(permit, now, Timestamp(vector.valid_until)), vector.jwt.join("."));
    }
}
