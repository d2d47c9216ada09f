//! Public names: `tok_…`, `ws_…`, `proj_…`. Not secret; safe in paths, logs and answers.

use alloc::boxed::Box;
use core::fmt;
use core::str::FromStr;
use serde::{Deserialize, Serialize};

/// Longest identifier in bytes, its prefix included.
const ID_LEN_MAX: usize = 64;

/// The text is not an identifier of the wanted kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidId {
    prefix: &'static str,
}

impl fmt::Display for InvalidId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected `{}` followed by letters and digits", self.prefix)
    }
}

impl core::error::Error for InvalidId {}

fn is_id(text: &str, prefix: &str) -> bool {
    text.len() <= ID_LEN_MAX
        && text
            .strip_prefix(prefix)
            .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_alphanumeric()))
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "Box<str>", into = "Box<str>")]
        pub struct $name(Box<str>);

        impl $name {
            /// The prefix that every identifier of this kind starts with.
            pub const PREFIX: &str = $prefix;

            /// The whole identifier, prefix included.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<Box<str>> for $name {
            type Error = InvalidId;

            fn try_from(text: Box<str>) -> Result<Self, InvalidId> {
                if is_id(&text, $prefix) { Ok(Self(text)) } else { Err(InvalidId { prefix: $prefix }) }
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Self::try_from(Box::from(text))
            }
        }

        impl From<$name> for Box<str> {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id!(
    /// Names a token in public, for example in the list. Sortable by creation.
    TokenId,
    "tok_"
);
id!(
    /// Names a workspace: the owner of projects and tokens, and of one ledger.
    WorkspaceId,
    "ws_"
);
id!(
    /// Names a project of a workspace.
    ProjectId,
    "proj_"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_prefix_and_alphanumerics_are_an_id() {
        assert!("ws_demo".parse::<WorkspaceId>().is_ok());
        for bad in ["", "ws_", "ws_a/b", "ws_é", "proj_demo", "ws_a b", "WS_a", "ws_a\0"] {
            assert!(bad.parse::<WorkspaceId>().is_err(), "{bad:?}");
        }
        assert!(alloc::format!("ws_{}", "a".repeat(62)).parse::<WorkspaceId>().is_err());
    }
}
