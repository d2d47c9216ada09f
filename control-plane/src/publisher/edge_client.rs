//! Signed calls of the edge.

use crate::clock::Clock;
use crate::settings::Settings;
use reqwest::redirect::Policy;
use serde::Serialize;
use serde::de::DeserializeOwned;
use shared::keyring::Keyring;
use shared::ledger::{KvWrites, LedgerStatus, Publish, PublishAnswer, Reserve, Reserved, Snapshot, SnapshotAnswer};
use shared::signature::{HEADER, SignedCall, TO_EDGE};
use std::sync::Arc;
use std::time::Duration;

/// How long a call may take. The edge itself gives up on a ledger earlier.
const TIMEOUT: Duration = Duration::from_secs(10);

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
        let body = self.call(&format!("/_edge/ledgers/{workspace_id}/publish"), message).await?;
        parse(&body)
    }

    /// Reserves an epoch at a workspace's ledger.
    ///
    /// # Errors
    /// If there is no answer.
    pub async fn reserve(&self, workspace_id: &str, message: &Reserve) -> Result<Reserved, EdgeError> {
        let body = self.call(&format!("/_edge/ledgers/{workspace_id}/reserve"), message).await?;
        parse(&body)
    }

    /// Sends a part of a snapshot to a workspace's ledger.
    ///
    /// # Errors
    /// If there is no answer.
    pub async fn snapshot(&self, workspace_id: &str, message: &Snapshot) -> Result<SnapshotAnswer, EdgeError> {
        let body = self.call(&format!("/_edge/ledgers/{workspace_id}/snapshot"), message).await?;
        parse(&body)
    }

    /// Asks where a workspace's ledger stands.
    ///
    /// # Errors
    /// If there is no answer.
    pub async fn status(&self, workspace_id: &str) -> Result<LedgerStatus, EdgeError> {
        let body = self.call(&format!("/_edge/ledgers/{workspace_id}/status"), &()).await?;
        parse(&body)
    }

    /// Writes KV.
    ///
    /// # Errors
    /// If there is no answer.
    pub async fn write_kv(&self, message: &KvWrites) -> Result<(), EdgeError> {
        self.call("/_edge/kv", message).await.map(drop)
    }

    async fn call(&self, path: &str, message: &impl Serialize) -> Result<String, EdgeError> {
        let body = serde_json::to_vec(message).map_err(|why| EdgeError::Nonsense(why.to_string()))?;
        let call = SignedCall { label: TO_EDGE, method: "POST", path, body: &body };
        let signature = call.sign(&self.keys, self.clock.now());
        let request = self.http.post(format!("{}{path}", self.url)).header(HEADER, signature).body(body);
        let response = request.send().await?;
        let status = response.status();
        let body = response.text().await?;
        if status.is_success() {
            return Ok(body);
        }
        Err(EdgeError::Refused { status: status.as_u16(), body: body.chars().take(300).collect() })
    }
}

fn parse<T: DeserializeOwned>(body: &str) -> Result<T, EdgeError> {
    serde_json::from_str(body).map_err(|why| EdgeError::Nonsense(why.to_string()))
}
