//! What the ledger knows of a token: everything that a decision needs, and nothing else.

use crate::id::{ProjectId, TokenId};
use crate::scope::ScopeSet;
use crate::timestamp::Timestamp;
use serde::{Deserialize, Serialize};

/// A token as the ledger holds it and an isolate remembers it. Its workspace is the ledger's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Record {
    /// Public id of the token.
    pub token_id: TokenId,
    /// The one project that it covers; none means the whole workspace.
    pub project_id: Option<ProjectId>,
    /// What it may do.
    pub scopes: ScopeSet,
    /// First moment at which it is no longer valid; none means permanent.
    pub expires_at: Option<Timestamp>,
    /// Whether it may be used at all.
    pub state: State,
}

/// Whether a token may be used, its expiry aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "is")]
pub enum State {
    /// It may be used.
    Active,
    /// Rotated: it may be used until its grace is over.
    Superseded {
        /// First moment at which it is no longer valid.
        until: Timestamp,
    },
    /// It may never be used again.
    Revoked,
}

impl State {
    /// First moment at which a token in this state may no longer be used, whatever its expiry. In an honest history it
    /// never becomes a later one.
    #[must_use]
    pub const fn ends(self) -> Timestamp {
        match self {
            Self::Active => Timestamp::MAX,
            Self::Superseded { until } => until,
            Self::Revoked => Timestamp(0),
        }
    }
}
