//! What a token may do.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::str::FromStr;
use serde::{Deserialize, Serialize};

/// One thing that a token may be allowed to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Create deployments.
    Deploy,
    /// List projects, deployments and token metadata.
    Read,
    /// Archive deployments and delete projects.
    Delete,
    /// Everything, members and tokens included.
    Admin,
}

impl Scope {
    /// All scopes, in the order in which they are shown.
    pub const ALL: [Self; 4] = [Self::Deploy, Self::Read, Self::Delete, Self::Admin];

    /// The name that users type and see.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Deploy => "deploy",
            Self::Read => "read",
            Self::Delete => "delete",
            Self::Admin => "admin",
        }
    }

    const fn bit(self) -> u8 {
        match self {
            Self::Deploy => 1,
            Self::Read => 2,
            Self::Delete => 4,
            Self::Admin => 8,
        }
    }
}

/// The text names no scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownScope;

impl fmt::Display for UnknownScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected one of `deploy`, `read`, `delete`, `admin`")
    }
}

impl core::error::Error for UnknownScope {}

impl FromStr for Scope {
    type Err = UnknownScope;

    fn from_str(text: &str) -> Result<Self, UnknownScope> {
        Self::ALL.into_iter().find(|scope| scope.name() == text).ok_or(UnknownScope)
    }
}

/// A set of scopes, one bit each, as the wire and the database carry it.
///
/// The empty set allows nothing, and neither does a set with a bit that this version
/// does not know: it was written by somebody who meant something else.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ScopeSet(u8);

impl ScopeSet {
    const KNOWN: u8 = 15;

    /// The set as bits: deploy 1, read 2, delete 4, admin 8.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// The set of these bits, unknown ones included (which then allow nothing).
    #[must_use]
    pub const fn from_bits(bits: u8) -> Self {
        Self(bits)
    }

    /// Whether a token with this set may do what needs `scope`.
    #[must_use]
    pub const fn allows(self, scope: Scope) -> bool {
        self.is_sound() && self.0 & (scope.bit() | Scope::Admin.bit()) != 0
    }

    /// Whether the set is not empty and every bit of it is known.
    #[must_use]
    pub const fn is_sound(self) -> bool {
        self.0 != 0 && self.0 & !Self::KNOWN == 0
    }

    /// Whether a holder of this set may give `other` away.
    #[must_use]
    pub fn covers(self, other: Self) -> bool {
        other.iter().all(|scope| self.allows(scope))
    }

    /// The known scopes of the set, in the order in which they are shown.
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.into_iter().filter(move |scope| self.0 & scope.bit() != 0)
    }

    /// The names, in the order in which they are shown.
    #[must_use]
    pub fn names(self) -> Vec<&'static str> {
        self.iter().map(Scope::name).collect()
    }

    /// The names with a space between them, as RFC 6749 section 3.3 writes scopes.
    #[must_use]
    pub fn joined(self) -> String {
        self.names().join(" ")
    }
}

impl FromIterator<Scope> for ScopeSet {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().fold(0, |bits, scope| bits | scope.bit()))
    }
}

impl fmt::Debug for ScopeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ScopeSet({:#06b}: {})", self.0, self.joined())
    }
}
