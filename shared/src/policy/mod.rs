//! Which scope a route needs, and whose route it is: `policy.toml`, compiled.
//!
//! The rules form a tree of path segments. Finding one costs a comparison per segment and
//! a binary search among siblings, however many rules there are.

#[cfg(test)]
mod source;

use crate::path::PlainPath;
use crate::scope::Scope;

/// Who answers a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The platform: decided at the edge, forwarded with an assertion.
    Platform,
    /// The control plane: passed on with its bearer; it decides by itself.
    ControlPlane,
}

/// What a rule asks of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// This scope, or admin.
    Scope(Scope),
    /// That it is alive.
    AnyToken,
}

/// Which workspace a rule's route belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkspaceAt {
    /// The path's segment of this index (from zero) names it.
    Segment(usize),
    /// Always this one.
    Constant(&'static str),
    /// The caller's own.
    Callers,
}

/// One rule of the policy.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// Method that it is for, in capitals.
    pub method: &'static str,
    /// Path template as it stands in the policy, for logs and metrics.
    pub template: &'static str,
    /// What it asks of the token.
    pub need: Need,
    /// Who answers.
    pub origin: Origin,
    /// Where its workspace comes from.
    pub workspace: WorkspaceAt,
    /// Index of the segment that names the project, if the template has one.
    pub project: Option<usize>,
}

/// A place in the tree of path segments.
#[derive(Debug)]
pub struct Node {
    /// Children for literal segments, sorted by segment.
    literals: &'static [(&'static str, Node)],
    /// Child for any other segment.
    parameter: Option<&'static Node>,
    /// Rules of the path that ends here, one per method.
    rules: &'static [Rule],
}

/// A compiled policy.
#[derive(Debug)]
pub struct Policy {
    root: Node,
}

/// The policy that this program was built with.
pub static POLICY: Policy = include!(concat!(env!("OUT_DIR"), "/policy_rules.rs"));

impl Policy {
    /// The rule for a method and a path. `HEAD` follows `GET`'s rule (RFC 9110 section 9.3.2).
    ///
    /// Methods are compared as they came: an unknown one has no rule.
    #[must_use]
    pub fn find(&self, method: &str, path: PlainPath<'_>) -> Option<&'static Rule>
    where
        Self: 'static,
    {
        let method = if method == "HEAD" { "GET" } else { method };
        find_node(&self.root, path.segments())?.rules.iter().find(|rule| rule.method == method)
    }

    /// Every rule, in the order of the paths.
    pub fn rules(&'static self) -> alloc::vec::Vec<&'static Rule> {
        let mut rules = alloc::vec::Vec::new();
        collect(&self.root, &mut rules);
        rules
    }
}

/// The node at which the path ends. A literal segment comes before a parameter, as in
/// axum; the parameter is tried when the literal leads nowhere. The depth of the tree
/// bounds the work, whatever the path.
fn find_node<'p, 's>(node: &'p Node, mut segments: impl Iterator<Item = &'s str> + Clone) -> Option<&'p Node> {
    let Some(segment) = segments.next() else {
        return (!node.rules.is_empty()).then_some(node);
    };
    let literal = node.literals.binary_search_by(|(text, _)| (*text).cmp(segment)).ok();
    let literal = literal.and_then(|index| node.literals.get(index));
    literal.and_then(|(_, child)| find_node(child, segments.clone())).or_else(|| find_node(node.parameter?, segments))
}

fn collect(node: &'static Node, rules: &mut alloc::vec::Vec<&'static Rule>) {
    rules.extend(node.rules);
    for (_, child) in node.literals {
        collect(child, rules);
    }
    if let Some(child) = node.parameter {
        collect(child, rules);
    }
}
