//! Signed calls of the edge.

use crate::clock::Clock;
use crate::settings::Settings;
use reqwest::Response;
use reqwest::redirect::Policy;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use shared::keyring::Keyring;
use shared::ledger::{KvWrites, LedgerStatus, Publish, PublishAnswer, Reserve, Reserved, Snapshot, SnapshotAnswer};
use shared::signature::{HEADER, SignedCall, TO_EDGE};
use std::sync::Arc;
use std::time::Duration;

/// How long a call may take. The edge itself gives up on a ledger earlier.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Longest answer in bytes. Most are far below a kilobyte.
const ANSWER_MAX: usize = 64 * 1024;

/// Longest answer to a snapshot in bytes: it names what the ledger knew as revoked, 67 bytes for each token of a million.
const SNAPSHOT_ANSWER_MAX: usize = 128 * 1024 * 1024;

/// Longest wait in milliseconds that is believed. A ledger asks for two of its longest leases, a minute, and for little
/// more if it is replaced over and over; whoever believed a wait without end would never publish the change again.
const WAIT_MS_MAX: u64 = 10 * 60 * 1_000;

/// The whole answer of KV. Anything else that comes with 200 was not written by the edge.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {}

/// Why a call of the edge brought no answer. It can be repeated.
#[derive(Debug, thiserror::Error)]
pub enum EdgeError {
    /// Nobody answered.
    #[error("the edge is out of reach: {0}")]
    Unreachable(#[from] reqwest::Error),
    /// The edge answered with an error.
    #[error("the edge answered {status}: {body}")]
    Refused {
        /// HTTP status.
        status: u16,
        /// The beginning of the body.
        body: String,
    },
    /// The answer cannot be read or makes no sense.
    #[error("the edge's answer makes no sense: {0}")]
    Nonsense(String),
}

/// Calls the edge.
#[derive(Clone)]
pub struct EdgeClient {
    http: reqwest::Client,
    url: String,
    keys: Keyring,
    clock: Arc<dyn Clock>,
}

impl EdgeClient {
    /// A client of the edge that the settings name.
    ///
    /// # Errors
    /// If TLS cannot be set up.
    pub fn new(settings: &Settings, clock: Arc<dyn Clock>) -> Result<Self, reqwest::Error> {
        // Fails only if a provider was installed before, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().timeout(TIMEOUT).redirect(Policy::none()).build()?;
        Ok(Self { http, url: settings.edge_url.clone(), keys: settings.publish_keys.clone(), clock })
    }

    /// Sends changes to a workspace's ledger.
    ///
    /// # Errors
    /// If there is no answer.
    pub async fn publish(&self, workspace_id: &str, message: &Publish) -> Result<PublishAnswer, EdgeError> {
        let path = format!("/_edge/ledgers/{workspace_id}/publish");
        let answer: PublishAnswer = self.call(&path, message, ANSWER_MAX).await?;
        check_wait(answer.wait_ms.max(answer.create_wait_ms))?;
        Ok(answer)
    }

    /// Reserves an epoch at a workspace's ledger.
    ///
    /// # Errors
    /// If there is no answer.
    pub async fn reserve(&self, workspace_id: &str, message: &Reserve) -> Result<Reserved, EdgeError> {
        self.call(&format!("/_edge/ledgers/{workspace_id}/reserve"), message, ANSWER_MAX).await
    }

    /// Sends a part of a snapshot to a workspace's ledger.
    ///
    /// # Errors
    /// If there is no answer.
    pub async fn snapshot(&self, workspace_id: &str, message: &Snapshot) -> Result<SnapshotAnswer, EdgeError> {
        let path = format!("/_edge/ledgers/{workspace_id}/snapshot");
        let answer: SnapshotAnswer = self.call(&path, message, SNAPSHOT_ANSWER_MAX).await?;
        check_wait(answer.wait_ms)?;
        Ok(answer)
    }

    /// Asks where a workspace's ledger stands.
    ///
    /// # Errors
    /// If there is no answer.
    pub async fn status(&self, workspace_id: &str) -> Result<LedgerStatus, EdgeError> {
        self.call(&format!("/_edge/ledgers/{workspace_id}/status"), &(), ANSWER_MAX).await
    }

    /// Writes KV.
    ///
    /// # Errors
    /// If there is no answer.
    pub async fn write_kv(&self, message: &KvWrites) -> Result<(), EdgeError> {
        self.call("/_edge/kv", message, ANSWER_MAX).await.map(|Written {}| ())
    }

    /// Makes a signed call, whose answer has at most `answer_max` bytes.
    async fn call<T: DeserializeOwned>(
        &self,
        path: &str,
        message: &impl Serialize,
        answer_max: usize,
    ) -> Result<T, EdgeError> {
        let body = serde_json::to_vec(message).map_err(|why| EdgeError::Nonsense(why.to_string()))?;
        let call = SignedCall { label: TO_EDGE, method: "POST", path, body: &body };
        let signature = call.sign(&self.keys, self.clock.now());
        let request = self.http.post(format!("{}{path}", self.url)).header(HEADER, signature).body(body);
        let mut response = request.send().await?;
        let status = response.status();
        if status.is_success() {
            let body = read(response, answer_max).await?;
            return serde_json::from_slice(&body).map_err(|why| EdgeError::Nonsense(why.to_string()));
        }
        let beginning = response.chunk().await?.unwrap_or_default();
        let body = String::from_utf8_lossy(&beginning).chars().take(300).collect();
        Err(EdgeError::Refused { status: status.as_u16(), body })
    }
}

fn check_wait(wait_ms: u64) -> Result<(), EdgeError> {
    match wait_ms {
        0..=WAIT_MS_MAX => Ok(()),
        _ => Err(EdgeError::Nonsense(format!("it says to wait for {wait_ms} ms, and no lease is so long"))),
    }
}

/// The whole body, if it is not too long: nobody fills our memory.
async fn read(mut response: Response, max: usize) -> Result<Vec<u8>, EdgeError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > max {
            return Err(EdgeError::Nonsense(format!("it is longer than {max} bytes")));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
