//! What is measured.

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    /// A token is made.
    Create,
    /// A token is found to be valid, and what is known of it returned.
    Verify,
    /// A page of tokens.
    List,
    /// A token that was made is no longer valid.
    Revoke,
}

/// In the order in which they are measured: creates before the revocations that need them.
pub(crate) const ALL: [Operation; 4] = [Operation::Create, Operation::Verify, Operation::List, Operation::Revoke];

/// Tokens of a page.
pub(crate) const PAGE: usize = 100;

impl Operation {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Verify => "verify",
            Self::List => "list 100",
            Self::Revoke => "revoke",
        }
    }

    /// How often it is done in a round. As many are revoked as are created, so that lists stay as long as they are.
    pub(crate) const fn count(self) -> usize {
        match self {
            Self::Create | Self::Revoke => 400,
            Self::Verify => 4_000,
            Self::List => 400,
        }
    }

    /// The status that every answer has to have.
    pub(crate) const fn status(self) -> u16 {
        if matches!(self, Self::Create) { 201 } else { 200 }
    }
}
