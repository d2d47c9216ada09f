//! What is measured: references, and the edge in the situations in which requests find it.

use Baseline::{PassThrough, Small, Static401};
use Sends::{Known, Malformed, NeverSeen, Nothing, Unknown};
use Server::{Again, Edge, Reference};

/// A subject before it runs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Plan {
    /// What the table calls it.
    pub(crate) name: &'static str,
    /// What it is compared with.
    pub(crate) baseline: Baseline,
    /// What answers.
    pub(crate) server: Server,
    /// What callers send.
    pub(crate) sends: Sends,
}

/// What a subject is compared with: something that does as little as possible beside what is to be measured.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Baseline {
    /// Passes requests on as they came.
    PassThrough,
    /// Refuses with the same answer always.
    Static401,
    /// The edge, hot, with ten rules and one token.
    Small,
}

/// A program. Subjects with the same one share it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Server {
    /// A file of bench/edge/references.
    Reference(&'static str),
    /// The same in a process of its own: what differs between two of them is noise.
    Again(&'static str),
    /// A built edge.
    Edge(Setup),
}

/// A built edge, and what its workspace is like.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Setup {
    /// Rules of a policy made for this; none is the policy of this repository.
    pub(crate) rules: Option<usize>,
    /// Tokens of the workspace.
    pub(crate) tokens: usize,
    /// The ledger's leases, in milliseconds.
    pub(crate) lease_ms: &'static str,
}

/// What callers send as credentials.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sends {
    /// The workspace's tokens in turn. The edge has seen each of them.
    Known,
    /// The workspace's tokens in turn, each of them once.
    NeverSeen,
    /// No header.
    Nothing,
    /// A token with a letter that its checksum does not allow.
    Malformed,
    /// A token that nobody has made.
    Unknown,
}

impl Plan {
    const fn new(name: &'static str, baseline: Baseline, server: Server, sends: Sends) -> Self {
        Self { name, baseline, server, sends }
    }

    /// What the table calls its baseline.
    pub(crate) fn baseline_name(&self) -> &'static str {
        BASELINES.iter().find(|other| other.baseline == self.baseline).map_or("", |baseline| baseline.name)
    }
}

impl Setup {
    const fn rules(self, rules: usize) -> Self {
        Self { rules: Some(rules), ..self }
    }

    const fn tokens(self, tokens: usize) -> Self {
        Self { tokens, ..self }
    }
}

/// The baselines, in their order.
pub(crate) const BASELINES: [Plan; 3] = [
    Plan::new("bare pass-through", PassThrough, Reference("pass_through.js"), Known),
    Plan::new("static 401", Static401, Reference("static_401.js"), Nothing),
    Plan::new("edge, 10 rules, 1 token", Small, Edge(HOT.rules(10)), Known),
];

/// The JavaScript that does the same job.
pub(crate) const AUTHORIZER: Server = Reference("authorizer.js");

/// Everything else, in the table's order.
pub(crate) const PLANS: [Plan; 17] = [
    Plan::new("bare pass-through, again", PassThrough, Again("pass_through.js"), Known),
    Plan::new("header edit, no decision", PassThrough, Reference("header_edit.js"), Known),
    Plan::new("JS authorizer: allows", PassThrough, AUTHORIZER, Known),
    Plan::new("Hono bearerAuth: allows", PassThrough, Reference("hono.js"), Known),
    Plan::new("edge, hot: allows", PassThrough, Edge(HOT), Known),
    Plan::new("edge, lease 0: asks the ledger", PassThrough, Edge(Setup { lease_ms: "0", ..HOT }), Known),
    Plan::new("edge, cold: asks KV and ledger", PassThrough, Edge(HOT.tokens(COLD_TOKENS)), NeverSeen),
    Plan::new("JS authorizer: no credentials", Static401, AUTHORIZER, Nothing),
    Plan::new("Hono bearerAuth: no credentials", Static401, Reference("hono.js"), Nothing),
    Plan::new("edge: no credentials", Static401, Edge(HOT), Nothing),
    Plan::new("edge: malformed token", Static401, Edge(HOT), Malformed),
    Plan::new("edge: unknown token", Static401, Edge(HOT), Unknown),
    Plan::new("edge, 100 rules, 1 token", Small, Edge(HOT.rules(100)), Known),
    Plan::new("edge, 1,000 rules, 1 token", Small, Edge(HOT.rules(1_000)), Known),
    Plan::new("edge, 10 rules, 1,000 tokens", Small, Edge(HOT.rules(10).tokens(1_000)), Known),
    Plan::new("edge, 10 rules, 100,000 tokens", Small, Edge(HOT.rules(10).tokens(100_000)), Known),
    Plan::new("edge, 1,000 rules, 100,000 tokens", Small, Edge(HOT.rules(1_000).tokens(100_000)), Known),
];

/// The edge as it is deployed.
const HOT: Setup = Setup { rules: None, tokens: 1, lease_ms: "1000" };

/// Tokens for the subject that has never seen its token: more than it can be asked for in all rounds.
const COLD_TOKENS: usize = 48_000;
