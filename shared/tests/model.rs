//! A slow and obvious model of the decision, compared with the real thing: on all small inputs,
//! and on random ones. It reads policy.toml by itself and works on plain text.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

mod support;

use proptest::prelude::*;
use shared::decide::decide;
use shared::policy::POLICY;
use shared::question::{RawRequest, examine};
use shared::record::{Record, State};
use shared::scope::ScopeSet;
use shared::timestamp::Timestamp;
use shared::token::TokenPrefix;
use support::{record, token};

const NOW: u64 = 1_000;

struct Rule {
    method: String,
    path: String,
    scope: String,
    origin: String,
}

fn rules() -> Vec<Rule> {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../policy.toml")).expect("policy.toml");
    let table: toml::Table = text.parse().expect("TOML");
    let rules = table["rule"].as_array().expect("rules");
    let text = |rule: &toml::Value, name: &str| rule[name].as_str().expect("text").to_owned();
    let read = |rule| Rule {
        method: text(rule, "method"),
        path: text(rule, "path"),
        scope: text(rule, "scope"),
        origin: text(rule, "origin"),
    };
    rules.iter().map(read).collect()
}

/// What a token's holder may expect, said in the words of the contract.
fn model(rules: &[Rule], method: &str, path: &str, workspace: &str, record: &Record) -> &'static str {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._~-".contains(c);
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    let fine = |s: &&str| !s.is_empty() && *s != "." && *s != ".." && s.chars().all(plain);
    if !path.starts_with('/') || (path != "/" && !segments.iter().all(fine)) {
        return "invalid-request";
    }
    let method = if method == "HEAD" { "GET" } else { method };
    // A path belongs to the template that names it most literally, whatever the method.
    let parameters = |rule: &&Rule| rule.path.split('/').map(|segment| segment.starts_with('{')).collect::<Vec<_>>();
    let template = rules.iter().filter(|rule| fits(&rule.path, &segments)).min_by_key(parameters);
    let of_template = |rule: &&Rule| template.is_some_and(|template| template.path == rule.path);
    let Some(rule) = rules.iter().filter(of_template).find(|rule| rule.method == method) else {
        return "no-such-route";
    };
    let alive = match record.state {
        State::Active => true,
        State::Revoked => false,
        State::Superseded { until } => until.0 > NOW,
    };
    if !alive || record.expires_at.is_some_and(|end| end.0 <= NOW) {
        return "invalid-token";
    }
    let names = ["deploy", "read", "delete", "admin"];
    let bits = record.scopes.bits();
    let held: Vec<&str> = (0..4).filter(|bit| bits & (1 << bit) != 0).map(|bit| names[bit]).collect();
    let sound = bits != 0 && bits < 16;
    let covers = held.contains(&rule.scope.as_str()) || held.contains(&"admin") || rule.scope == "any";
    let named = |name: &str| {
        let at = rule.path.split('/').skip(1).position(|segment| segment == name);
        at.map(|at| segments[at])
    };
    let own_workspace = named("{workspaceId}").is_none_or(|id| id == workspace);
    let own_project = match (&record.project_id, named("{projectId}")) {
        (None, _) => true,
        (Some(own), Some(named)) => own.as_str() == named,
        (Some(_), None) => rule.origin == "control-plane",
    };
    if sound && covers && own_workspace && own_project { "allowed" } else { "insufficient-scope" }
}

fn fits(template: &str, segments: &[&str]) -> bool {
    let template: Vec<&str> = template.split('/').skip(1).collect();
    let same = |(wanted, found): (&&str, &&str)| wanted.starts_with('{') || wanted == found;
    template.len() == segments.len() && template.iter().zip(segments).all(same)
}

fn real(method: &str, path: &str, authorization: &str, workspace: &str, record: &Record) -> &'static str {
    let raw = RawRequest { method, path, authorization: Some(authorization) };
    let workspace = workspace.parse().expect("an id");
    let decided = examine(raw, &POLICY, &TokenPrefix::default())
        .and_then(|question| decide(&workspace, record, &question.requirement, Timestamp(NOW)));
    decided.map_or_else(|refusal| refusal.problem().slug(), |_| "allowed")
}

fn header() -> String {
    format!("Bearer {}", token(1).as_token().expose())
}

fn records() -> Vec<Record> {
    let at = |ms| Timestamp(ms);
    let states =
        [State::Active, State::Revoked, State::Superseded { until: at(NOW) }, State::Superseded { until: at(NOW + 1) }];
    let mut records = Vec::new();
    for bits in 0..=32 {
        for state in states {
            for expires_at in [None, Some(at(NOW)), Some(at(NOW + 1))] {
                for project in [None, Some("proj_a"), Some("proj_b")] {
                    let project_id = project.map(|id| id.parse().expect("an id"));
                    records.push(Record {
                        project_id,
                        expires_at,
                        state,
                        scopes: ScopeSet::from_bits(bits),
                        ..record(1, 0)
                    });
                }
            }
        }
    }
    records
}

#[test]
fn model_and_decision_agree_on_all_small_inputs() {
    let (rules, header, records) = (rules(), header(), records());
    let mut paths: Vec<String> = vec!["/".into(), "/workspaces".into(), "/other".into()];
    for rule in &rules {
        for (workspace, project) in [("ws_a", "proj_a"), ("ws_a", "proj_b"), ("ws_b", "proj_a")] {
            let path = rule.path.replace("{workspaceId}", workspace).replace("{projectId}", project);
            let path = path.split('/').map(|segment| if segment.starts_with('{') { "x1" } else { segment });
            paths.push(path.collect::<Vec<_>>().join("/"));
        }
    }
    paths.sort();
    paths.dedup();
    let mut allowed = 0;
    for method in ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"] {
        for path in &paths {
            for record in &records {
                let expected = model(&rules, method, path, "ws_a", record);
                assert_eq!(real(method, path, &header, "ws_a", record), expected, "{method} {path} {record:?}");
                allowed += u32::from(expected == "allowed");
            }
        }
    }
    assert!(allowed > 100, "the comparison has seen both answers");
}

proptest! {
    #[test]
    fn model_and_decision_agree_on_random_requests(
        method in prop_oneof!["GET|HEAD|POST|DELETE|PUT|OPTIONS", "[A-Za-z]{0,8}"],
        path in prop_oneof![
            "/workspaces/(ws_a|ws_b|%61|\\.\\.)/(projects|members|access-tokens|a;b)(/(proj_a|proj_b|m1|\\.|))?(/deployments(/d1)?)?/?",
            "[ -~]{0,20}",
            "(/[a-z%.~;\\\\é]{0,3}){0,5}",
        ],
        which in 0_usize..1000,
    ) {
        let records = records();
        let record = &records[which % records.len()];
        let expected = model(&rules(), &method, &path, "ws_a", record);
        prop_assert_eq!(real(&method, &path, &header(), "ws_a", record), expected);
    }
}
