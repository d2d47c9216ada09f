//! How many live tokens a workspace may have.

use clap::ValueEnum;

/// What a workspace pays for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Plan {
    /// 5 live tokens.
    Free,
    /// 50 live tokens.
    Pro,
    /// As many as it likes.
    Team,
}

impl Plan {
    /// Most live tokens: not revoked, not expired. None: no limit.
    #[must_use]
    pub const fn token_limit(self) -> Option<u64> {
        match self {
            Self::Free => Some(5),
            Self::Pro => Some(50),
            Self::Team => None,
        }
    }

    /// The name in the database and on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Pro => "pro",
            Self::Team => "team",
        }
    }

    /// The plan of this name. An unknown one is the smallest.
    #[must_use]
    pub fn of_name(name: &str) -> Self {
        match name {
            "team" => Self::Team,
            "pro" => Self::Pro,
            _ => Self::Free,
        }
    }
}
