//! Calls of the edge that only the control plane can sign, for tests that play it.

use crate::secrets::Secrets;
use reqwest::blocking::{Client, Response};
use serde::Serialize;
use shared::keyring::Keyring;
use shared::signature::{HEADER, SignedCall, TO_EDGE};
use shared::timestamp::Timestamp;
use std::time::{SystemTime, UNIX_EPOCH};

/// Signs a call and sends it.
///
/// # Panics
/// If nobody answers.
#[must_use]
pub fn send_signed(edge_url: &str, path: &str, message: &impl Serialize, secrets: &Secrets) -> Response {
    let keys: Keyring = secrets.publish_key.parse().expect("a keyring");
    let body = serde_json::to_vec(message).expect("JSON");
    let signature = SignedCall { label: TO_EDGE, method: "POST", path, body: &body }.sign(&keys, now());
    let request = Client::new().post(format!("{edge_url}{path}")).header(HEADER, signature).body(body);
    request.send().expect("an answer")
}

#[expect(clippy::disallowed_methods, reason = "the one place of this crate that reads the clock")]
fn now() -> Timestamp {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(since_1970.as_millis() as u64)
}
