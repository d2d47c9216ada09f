//! Calls between control plane and edge, for tests that play one of them.

use crate::secrets::Secrets;
use reqwest::blocking::{Client, Response};
use serde::Serialize;
use shared::keyring::Keyring;
use shared::ledger::UsedTokens;
use shared::signature::{HEADER, SignedCall, TO_CONTROL_PLANE, TO_EDGE, USAGE_PATH};
use shared::timestamp::Timestamp;
use std::time::{SystemTime, UNIX_EPOCH};

/// Signs a call of the edge as the control plane does, and sends it.
///
/// # Panics
/// If nobody answers.
#[must_use]
pub fn send_signed(edge_url: &str, path: &str, message: &impl Serialize, secrets: &Secrets) -> Response {
    send(TO_EDGE, edge_url, path, message, secrets)
}

/// Signs a report of uses as a ledger does, and sends it to the control plane.
///
/// # Panics
/// If nobody answers.
#[must_use]
pub fn send_usage(control_plane_url: &str, report: &UsedTokens, secrets: &Secrets) -> Response {
    send(TO_CONTROL_PLANE, control_plane_url, USAGE_PATH, report, secrets)
}

fn send(label: &str, url: &str, path: &str, message: &impl Serialize, secrets: &Secrets) -> Response {
    let keys: Keyring = secrets.publish_key.parse().expect("a keyring");
    let body = serde_json::to_vec(message).expect("JSON");
    let signature = SignedCall { label, method: "POST", path, body: &body }.sign(&keys, now());
    let request = Client::new().post(format!("{url}{path}")).header(HEADER, signature).body(body);
    request.send().expect("an answer")
}

#[expect(clippy::disallowed_methods, reason = "the one place of this crate that reads the clock")]
fn now() -> Timestamp {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(since_1970.as_millis() as u64)
}
