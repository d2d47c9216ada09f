//! The control plane's side: which tokens there are, and the history of each workspace.

use shared::change::{Change, Head};
use shared::digest::Digest;
use shared::id::{InvalidId, WorkspaceId};
use shared::record::{Record, State};
use shared::scope::{Scope, ScopeSet};

/// A workspace, as the control plane knows it.
#[derive(Debug)]
pub(crate) struct Workspace {
    pub(crate) id: WorkspaceId,
    /// The token that each client has now.
    pub(crate) tokens: Vec<Token>,
    head: Head,
}

/// A token; its number is unique.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Token(u64);

impl Token {
    /// Any digest would do that looks like the output of a keyed hash.
    pub(crate) fn digest(self) -> Digest {
        let mut bytes = [0; 32];
        for (part, chunk) in (0..).zip(bytes.chunks_mut(8)) {
            chunk.copy_from_slice(&mixed(self.0 * 4 + part).to_ne_bytes());
        }
        Digest::from_bytes(bytes)
    }

    fn record(self, state: State) -> Result<Record, InvalidId> {
        let token_id = format!("tok_{}", self.0).parse()?;
        let scopes = [Scope::Deploy].into_iter().collect::<ScopeSet>();
        Ok(Record { token_id, project_id: None, scopes, expires_at: None, state })
    }
}

/// Steele and others' `SplitMix64`: numbers that follow each other become numbers that look like chance.
fn mixed(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// Every workspace, and how many tokens were ever made.
#[derive(Debug)]
pub(crate) struct Directory {
    pub(crate) workspaces: Vec<Workspace>,
    made: u64,
}

impl Directory {
    /// Workspaces without tokens.
    pub(crate) fn new(workspaces: usize) -> Result<Self, InvalidId> {
        let workspace =
            |number| Ok(Workspace { id: format!("ws_{number}").parse()?, tokens: Vec::new(), head: Head::GENESIS });
        Ok(Self { workspaces: (0..workspaces).map(workspace).collect::<Result<_, _>>()?, made: 0 })
    }

    /// Commits that a workspace has one more token.
    pub(crate) fn create(&mut self, workspace: usize) -> Result<(Token, Change), InvalidId> {
        let token = Token(self.made);
        self.made += 1;
        Ok((token, self.commit(workspace, token, State::Active)?))
    }

    /// Commits that a token is no more.
    pub(crate) fn revoke(&mut self, workspace: usize, token: Token) -> Result<Change, InvalidId> {
        self.commit(workspace, token, State::Revoked)
    }

    fn commit(&mut self, workspace: usize, token: Token, state: State) -> Result<Change, InvalidId> {
        let head = &mut self.workspaces[workspace].head;
        let (version, previous) = (head.version + 1, head.hash);
        let change = Change { version, previous, digest: token.digest(), record: token.record(state)? };
        *head = change.head();
        Ok(change)
    }
}
