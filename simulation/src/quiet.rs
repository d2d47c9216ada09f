//! Requests about which there is nothing to ask the machine.
//!
//! An isolate that has decided about a token by memory decides about it in the same way, without a call, until the last
//! quarter of the lease under which it did. At a million requests per second nearly all are of this kind, and so they are
//! only counted: the machine is asked again when the last quarter begins, when an answer brings a change, and at least
//! every [`NOTED_MS`], so that it notes who is used. `Shape::exact` turns this off; a test compares.

use crate::platform::Us;

/// How much later than it would the machine may note that a token is used, in milliseconds.
const NOTED_MS: u32 = 5_000;

/// Until when which requests are quiet, in milliseconds from the beginning.
#[derive(Debug)]
pub(crate) struct Quiet {
    workspaces: usize,
    tokens: usize,
    /// End, and beginning of the last quarter, of the lease of each isolate and workspace.
    leases: Vec<(u32, u32)>,
    /// Of each isolate, workspace and token.
    until: Vec<u32>,
}

impl Quiet {
    /// Nothing is quiet.
    pub(crate) fn new(isolates: usize, workspaces: usize, tokens: usize) -> Self {
        let leases = vec![(0, 0); isolates * workspaces];
        Self { workspaces, tokens, until: vec![0; leases.len() * tokens], leases }
    }

    /// Whether memory would decide at this moment, and nothing else would happen.
    pub(crate) fn lasts(&self, isolate: usize, workspace: usize, token: usize, until: Us) -> bool {
        ms(until) < self.until[self.pair(isolate, workspace) * self.tokens + token]
    }

    /// Memory has decided about a token, and that was all.
    pub(crate) fn decided(&mut self, isolate: usize, workspace: usize, token: usize, now: Us) {
        let pair = self.pair(isolate, workspace);
        self.until[pair * self.tokens + token] = self.leases[pair].1.min(ms(now) + NOTED_MS);
    }

    /// An isolate has a lease that was asked for then.
    pub(crate) fn granted(&mut self, isolate: usize, workspace: usize, asked: Us, lease_ms: u64) {
        let (pair, asked, lease_ms) = (self.pair(isolate, workspace), ms(asked), lease_ms as u32);
        self.leases[pair] = self.leases[pair].max((asked + lease_ms, asked + lease_ms - lease_ms / 4));
    }

    /// An isolate has learnt of changes of a workspace.
    pub(crate) fn changed(&mut self, isolate: usize, workspace: usize) {
        let from = self.pair(isolate, workspace) * self.tokens;
        self.until[from..from + self.tokens].fill(0);
    }

    /// A token has taken another's place.
    pub(crate) fn replaced(&mut self, workspace: usize, token: usize) {
        let places = self.until.iter_mut().skip(workspace * self.tokens + token);
        places.step_by(self.workspaces * self.tokens).for_each(|until| *until = 0);
    }

    fn pair(&self, isolate: usize, workspace: usize) -> usize {
        isolate * self.workspaces + workspace
    }
}

fn ms(time: Us) -> u32 {
    (time / 1_000) as u32
}
