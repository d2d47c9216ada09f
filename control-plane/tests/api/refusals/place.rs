//! Where a request goes: a path of which some segments are ids, and the body that is right there.

use super::matrix::{OTHER_WORKSPACE, OtherWorkspace};
use super::scene::Scene;
use crate::support::WORKSPACE;
use serde_json::{Value, json};
use shared::policy::POLICY;
use shared::signature::USAGE_PATH;

/// Every method that HTTP has for a resource, and two that are none.
pub const METHODS: [&str; 10] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW", "get"];

/// Whose id stands in a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    OtherProjects,
    OtherWorkspaces,
    /// Nothing has it.
    Nobodys,
    /// Nothing has it, and it has every character that a path may have.
    Odd,
    /// Nothing has it, and it has 300 characters.
    Long,
}

#[derive(Clone)]
pub struct Place {
    pub template: String,
    /// The parameter that is not the own project's.
    pub strange: Option<(&'static str, Whose)>,
}

impl Place {
    pub fn new(template: &str) -> Self {
        Self { template: template.into(), strange: None }
    }

    /// As the table names it.
    pub fn name(&self) -> String {
        match self.strange {
            None => self.template.clone(),
            Some((parameter, Whose::OtherProjects)) => format!("{}, {parameter} of another project", self.template),
            Some((parameter, Whose::OtherWorkspaces)) => format!("{}, {parameter} of another workspace", self.template),
            Some((parameter, Whose::Nobodys)) => format!("{}, {parameter} of nothing", self.template),
            Some((parameter, Whose::Odd)) => format!("{}, {parameter} of all characters", self.template),
            Some((parameter, Whose::Long)) => format!("{}, {parameter} of 300 characters", self.template),
        }
    }

    pub fn path(&self, scene: &Scene, others: &OtherWorkspace) -> String {
        let id = |segment: &str| {
            let parameter = segment.strip_prefix('{')?.strip_suffix('}')?;
            let whose = self.strange.filter(|(strange, _)| *strange == parameter).map(|(_, whose)| whose);
            Some(id(parameter, whose, scene, others))
        };
        self.template
            .split('/')
            .map(|segment| id(segment).unwrap_or_else(|| segment.into()))
            .collect::<Vec<_>>()
            .join("/")
    }

    /// Whether something may be allowed here.
    pub fn has_rule(&self, method: &str) -> bool {
        self.template == USAGE_PATH
            || (method, &*self.template) == ("DELETE", "/session")
            || POLICY.rules().iter().any(|rule| (rule.method, rule.template) == (method, &*self.template))
    }

    /// The body with which an admin succeeds.
    pub fn body(&self, method: &str, scene: &Scene) -> Option<Value> {
        const TOKENS: &str = "/workspaces/{workspaceId}/access-tokens";
        match (method, self.template.strip_prefix(TOKENS).unwrap_or(&self.template)) {
            ("POST", "") => Some(json!({"name": "Test", "scopes": ["read"]})),
            ("PATCH", "/{tokenId}") => Some(json!({"name": "Renamed"})),
            ("POST", "/revoke") => Some(json!({"ids": [scene.token]})),
            ("POST", "/workspaces/{workspaceId}/projects") => Some(json!({"name": "Test"})),
            ("POST", "/session") => Some(json!({"token": "nonsense"})),
            ("POST", USAGE_PATH) => Some(json!({"format": 1, "used": []})),
            _ => None,
        }
    }
}

fn id(parameter: &str, whose: Option<Whose>, scene: &Scene, others: &OtherWorkspace) -> String {
    let (prefix, own, other_projects, other_workspaces) = match parameter {
        "workspaceId" => ("ws_", WORKSPACE, WORKSPACE, OTHER_WORKSPACE),
        "projectId" => ("proj_", &*scene.project, &*scene.other_project, &*others.project),
        "tokenId" => ("tok_", &*scene.token, &*scene.other_token, &*others.token),
        // Of the platform: nothing here has it.
        name => return name.trim_start_matches('*').into(),
    };
    match whose {
        None => own.into(),
        Some(Whose::OtherProjects) => other_projects.into(),
        Some(Whose::OtherWorkspaces) => other_workspaces.into(),
        Some(Whose::Nobodys) => format!("{prefix}none"),
        Some(Whose::Odd) => format!("{prefix}a.b_c~d-e"),
        Some(Whose::Long) => format!("{prefix}{}", "x".repeat(300 - prefix.len())),
    }
}
