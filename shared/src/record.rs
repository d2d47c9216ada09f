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
#[serde(try_from = "Written", into = "Written")]
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

/// How a state is written: `{"is":"superseded","until":…}`. An enum with `serde(tag)` would be written alike, and read by
/// way of a buffer, which takes much code.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Written {
    is: Kind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<Timestamp>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Kind {
    Active,
    Superseded,
    Revoked,
}

impl From<State> for Written {
    fn from(state: State) -> Self {
        match state {
            State::Active => Self { is: Kind::Active, until: None },
            State::Superseded { until } => Self { is: Kind::Superseded, until: Some(until) },
            State::Revoked => Self { is: Kind::Revoked, until: None },
        }
    }
}

impl TryFrom<Written> for State {
    type Error = &'static str;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        match written {
            Written { is: Kind::Active, until: None } => Ok(Self::Active),
            Written { is: Kind::Superseded, until: Some(until) } => Ok(Self::Superseded { until }),
            Written { is: Kind::Revoked, until: None } => Ok(Self::Revoked),
            _ => Err("`until` belongs to a superseded token, and to no other"),
        }
    }
}
