//! `policy.toml` as people write it: its form, its checks, and the Rust it compiles to.
//!
//! Used by the build script and by tests; never part of a program.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::format;
use std::string::{String, ToString as _};
use std::vec::Vec;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    rule: Vec<RuleSource>,
}

#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
struct RuleSource {
    method: String,
    path: String,
    scope: String,
    origin: String,
    workspace: Option<String>,
}

#[derive(Default)]
struct Tree {
    literals: BTreeMap<String, Tree>,
    parameter: Option<std::boxed::Box<Tree>>,
    rules: Vec<RuleSource>,
}

/// Checks a policy and writes it as a Rust expression of type `Policy`.
///
/// # Errors
/// A sentence that names the rule and what is wrong with it.
pub(crate) fn compile(text: &str) -> Result<String, String> {
    let file: File = toml::from_str(text).map_err(|why| why.to_string())?;
    let mut tree = Tree::default();
    for rule in file.rule {
        check(&rule).map_err(|why| format!("rule `{} {}`: {why}", rule.method, rule.path))?;
        insert(&mut tree, &rule)?;
    }
    let mut code = String::from("Policy { root: ");
    write_node(&mut code, &tree);
    code.push_str(" }");
    Ok(code)
}

fn check(rule: &RuleSource) -> Result<(), String> {
    one_of("method", &rule.method, &["GET", "POST", "PUT", "PATCH", "DELETE"])?;
    one_of("scope", &rule.scope, &["deploy", "read", "delete", "admin", "any"])?;
    one_of("origin", &rule.origin, &["platform", "control-plane"])?;
    check_path(&rule.path)?;
    check_workspace(rule)
}

fn one_of(what: &str, value: &str, known: &[&str]) -> Result<(), String> {
    if known.contains(&value) {
        Ok(())
    } else {
        Err(format!("{what} `{value}` is unknown; expected one of {}", known.join(", ")))
    }
}

fn check_path(path: &str) -> Result<(), String> {
    if path == "/_edge" || path.starts_with("/_edge/") {
        return Err("paths under /_edge are the edge's own".into());
    }
    let rest = path.strip_prefix('/').ok_or("the path must start with a slash")?;
    let mut names: Vec<&str> = Vec::new();
    for segment in rest.split('/') {
        check_segment(segment)?;
        if names.contains(&segment) && parameter(segment).is_some() {
            return Err(format!("`{segment}` stands twice"));
        }
        names.push(segment);
    }
    if names.contains(&"{projectId}") && !names.contains(&"{workspaceId}") {
        return Err("a path with {projectId} must have {workspaceId}, since a project belongs to a workspace".into());
    }
    Ok(())
}

fn check_segment(segment: &str) -> Result<(), String> {
    let name = parameter(segment);
    let plain = |b: u8| b.is_ascii_alphanumeric() || (name.is_none() && b"._~-".contains(&b));
    let text = name.unwrap_or(segment);
    if text.is_empty() || matches!(text, "." | "..") || !text.bytes().all(plain) {
        return Err(format!("segment `{segment}` is neither plain text nor a {{name}}"));
    }
    if let Some(wanted) = name.and_then(misspelt) {
        return Err(format!("`{segment}` would not be checked against the token; write `{wanted}`"));
    }
    Ok(())
}

/// The checked name that this one was probably meant to be.
fn misspelt(name: &str) -> Option<&'static str> {
    let plain = name.to_ascii_lowercase();
    let wanted = match plain.as_str() {
        "workspaceid" | "workspace" | "wsid" => "{workspaceId}",
        "projectid" | "project" => "{projectId}",
        _ => return None,
    };
    (wanted.trim_matches(['{', '}']) != name).then_some(wanted)
}

/// A token is found by its workspace when KV does not know it yet, so every platform rule has one.
fn check_workspace(rule: &RuleSource) -> Result<(), String> {
    let in_path = rule.path.split('/').any(|segment| segment == "{workspaceId}");
    match (&rule.workspace, in_path) {
        (Some(_), true) => Err("`workspace` is given, but the path names one already".into()),
        (Some(_), false) if rule.origin == "control-plane" => Err("`workspace` is for platform rules".into()),
        (Some(id), false) if !is_workspace_id(id) => {
            Err(format!("workspace `{id}` is not `ws_` and letters or digits"))
        }
        (None, false) if rule.origin == "platform" => {
            Err("a platform rule without {workspaceId} must name a constant `workspace`".into())
        }
        _ => Ok(()),
    }
}

fn is_workspace_id(id: &str) -> bool {
    id.strip_prefix("ws_").is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_alphanumeric()))
}

fn parameter(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

fn insert(tree: &mut Tree, rule: &RuleSource) -> Result<(), String> {
    let mut node = tree;
    for segment in rule.path.split('/').skip(1) {
        node = match parameter(segment) {
            Some(_) => node.parameter.get_or_insert_default(),
            None => node.literals.entry(segment.into()).or_default(),
        };
    }
    if let Some(other) = node.rules.iter().find(|other| other.method == rule.method) {
        return Err(format!(
            "rules `{0} {1}` and `{0} {2}` match the same requests",
            rule.method, other.path, rule.path
        ));
    }
    node.rules.push(rule.clone());
    Ok(())
}

fn write_node(code: &mut String, node: &Tree) {
    code.push_str("Node { literals: &[");
    for (segment, child) in &node.literals {
        let _ = write!(code, "({segment:?}, ");
        write_node(code, child);
        code.push_str("), ");
    }
    code.push_str("], parameter: ");
    if let Some(child) = &node.parameter {
        code.push_str("Some(&");
        write_node(code, child);
        code.push(')');
    } else {
        code.push_str("None");
    }
    code.push_str(", rules: &[");
    for rule in &node.rules {
        write_rule(code, rule);
    }
    code.push_str("] }");
}

fn write_rule(code: &mut String, rule: &RuleSource) {
    let index = |name: &str| rule.path.split('/').skip(1).position(|segment| segment == name);
    let need = match rule.scope.as_str() {
        "deploy" => "Need::Scope(Scope::Deploy)",
        "read" => "Need::Scope(Scope::Read)",
        "delete" => "Need::Scope(Scope::Delete)",
        "admin" => "Need::Scope(Scope::Admin)",
        _ => "Need::AnyToken",
    };
    let origin = if rule.origin == "platform" { "Platform" } else { "ControlPlane" };
    let workspace = match (index("{workspaceId}"), &rule.workspace) {
        (Some(index), _) => format!("WorkspaceAt::Segment({index})"),
        (None, Some(id)) => format!("WorkspaceAt::Constant({id:?})"),
        (None, None) => "WorkspaceAt::Callers".into(),
    };
    let _ = write!(
        code,
        "Rule {{ method: {:?}, template: {:?}, need: {need}, origin: Origin::{origin}, workspace: {workspace}, project: {:?} }}, ",
        rule.method,
        rule.path,
        index("{projectId}"),
    );
}

#[cfg(test)]
mod tests {
    use super::compile;
    use std::format;
    use std::string::String;

    fn refusal(fields: &str) -> String {
        compile(&format!("[[rule]]\n{fields}")).expect_err(fields)
    }

    const GOOD: &str = "method = 'GET'\npath = '/workspaces/{workspaceId}/x'\nscope = 'read'\norigin = 'platform'\n";

    #[test]
    fn a_good_rule_compiles() {
        assert!(compile(&format!("[[rule]]\n{GOOD}")).unwrap().contains("WorkspaceAt::Segment(1)"));
    }

    #[test]
    fn every_mistake_is_named() {
        let cases = [
            ("'GET'", "'get'", "method `get` is unknown"),
            ("'read'", "'write'", "scope `write` is unknown"),
            ("'platform'", "'elsewhere'", "origin `elsewhere` is unknown"),
            ("/workspaces/{workspaceId}/x", "/x", "must name a constant `workspace`"),
            ("/workspaces/{workspaceId}/x", "/_edge/x", "the edge's own"),
            ("/workspaces/{workspaceId}/x", "/workspaces/{workspaceId}//x", "neither plain text"),
            ("/workspaces/{workspaceId}/x", "/workspaces/{workspaceId}/../x", "neither plain text"),
            ("/workspaces/{workspaceId}/x", "/workspaces/{workspace}/x", "write `{workspaceId}`"),
            ("/workspaces/{workspaceId}/x", "/workspaces/{workspaceId}/{projectid}", "write `{projectId}`"),
            ("/workspaces/{workspaceId}/x", "/workspaces/{workspaceId}/{workspaceId}", "stands twice"),
            ("scope", "scopes", "unknown field `scopes`"),
        ];
        for (from, to, message) in cases {
            let found = refusal(&GOOD.replace(from, to));
            assert!(found.contains(message), "{to}: {found}");
        }
    }

    #[test]
    fn two_rules_for_the_same_requests_are_refused() {
        let other = GOOD.replace("/x", "/{id}");
        let again = GOOD.replace("/x", "/{name}");
        let found = compile(&format!("[[rule]]\n{other}[[rule]]\n{again}")).expect_err("ambiguous");
        assert!(found.contains("match the same requests"), "{found}");
    }
}
