//! What is sent and received. A test compares every name with the API's OpenAPI document.

use jiff::Timestamp;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

/// A token as lists show it; never its text.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AccessToken {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) prefix: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) project_id: Option<String>,
    pub(crate) created_at: Timestamp,
    pub(crate) created_by: String,
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) last_used_at: Option<Timestamp>,
    pub(crate) revoked_at: Option<Timestamp>,
    pub(crate) status: String,
    pub(crate) superseded_by: Option<String>,
    pub(crate) grace_ends_at: Option<Timestamp>,
}

/// The answer that creates a token.
#[derive(Debug, Deserialize)]
pub(crate) struct CreatedAccessToken {
    #[serde(flatten)]
    pub(crate) view: AccessToken,
    /// Its text; none if this repeats an answer that was lost.
    pub(crate) token: Option<SecretString>,
}

/// The body of a create.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AccessTokenRequest {
    pub(crate) name: String,
    pub(crate) scopes: Vec<&'static str>,
    pub(crate) project_id: Option<String>,
    pub(crate) expires_at: Option<String>,
}

/// The body of a rotation.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Rotation {
    pub(crate) grace_seconds: u64,
}

/// The body of a revocation of many.
#[derive(Debug, Serialize)]
pub(crate) struct Revocations<'a> {
    pub(crate) ids: &'a [String],
}

/// What became of a token that was to be revoked; only the id and the status if there is none.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Receipt {
    pub(crate) id: String,
    /// `revoked`, `pending` or `not-found`
    pub(crate) status: String,
    pub(crate) revoked_at: Option<Timestamp>,
    pub(crate) effective_at: Option<Timestamp>,
    pub(crate) version: Option<u64>,
}

/// Receipts in the order of the ids.
#[derive(Debug, Deserialize)]
pub(crate) struct Receipts {
    pub(crate) data: Vec<Receipt>,
}

/// An event of the audit log.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AuditEvent {
    pub(crate) number: u64,
    pub(crate) at: Timestamp,
    pub(crate) actor: String,
    pub(crate) action: String,
    pub(crate) token_id: Option<String>,
    pub(crate) project_id: Option<String>,
    pub(crate) address: Option<String>,
    pub(crate) user_agent: Option<String>,
    pub(crate) request_id: Option<String>,
    pub(crate) before: serde_json::Value,
    pub(crate) after: serde_json::Value,
}

/// A page of a list.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Page<T> {
    pub(crate) data: Vec<T>,
    pub(crate) next_cursor: Option<String>,
}

impl AccessToken {
    /// When it ends by itself: its expiry, or before that the end of its grace.
    pub(crate) fn ends_at(&self) -> Option<Timestamp> {
        self.grace_ends_at.or(self.expires_at)
    }
}

impl Receipt {
    pub(crate) fn is_pending(&self) -> bool {
        self.status == "pending"
    }

    pub(crate) fn is_revoked(&self) -> bool {
        self.status == "revoked"
    }
}
