//! The API's document is the one that is checked in, is served to everybody, and has every route.
//!
//! `UPDATE_EXPECTED=1 cargo test -p control-plane --test api openapi` writes it anew.

use crate::support::Server;
use control_plane::openapi;
use control_plane::plan::Plan;
use serde_json::Value;
use shared::policy::{Need, Origin, POLICY};
use std::collections::BTreeSet;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

fn document() -> Value {
    serde_json::from_str(&openapi::TEXT).unwrap()
}

/// Every operation: method, path and what is said of it.
fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let paths = document["paths"].as_object().unwrap();
    let of_path = |(path, item): (&String, &Value)| {
        let methods = METHODS.into_iter().filter(|method| !item[*method].is_null());
        methods.map(|method| (method.to_uppercase(), path.clone(), item[method].clone())).collect::<Vec<_>>()
    };
    paths.iter().flat_map(of_path).collect()
}

#[test]
fn it_is_as_checked_in() {
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        std::fs::write(FILE, openapi::TEXT.as_str()).unwrap();
    }
    let expected = std::fs::read_to_string(FILE).unwrap_or_default();
    assert!(
        *openapi::TEXT == expected,
        "openapi.json has changed; look at the diff after UPDATE_EXPECTED=1 cargo test -p control-plane --test api openapi"
    );
}

#[test]
fn every_rule_has_an_operation_that_names_its_scope() {
    let document = document();
    let operations = operations(&document);
    let found = |method: &str, path: &str| {
        let operation = operations.iter().find(|(m, p, _)| (m.as_str(), p.as_str()) == (method, path));
        operation.map(|(.., operation)| operation.clone()).unwrap_or_else(|| panic!("{method} {path} is missing"))
    };
    let rules: Vec<_> = POLICY.rules().into_iter().filter(|rule| rule.origin == Origin::ControlPlane).collect();
    for rule in &rules {
        let scopes = match rule.need {
            Need::Scope(scope) => vec![scope.name()],
            Need::AnyToken => Vec::new(),
        };
        let expected = serde_json::json!([{"accessToken": scopes}]);
        assert_eq!(found(rule.method, rule.template)["security"], expected, "{} {}", rule.method, rule.template);
    }
    let open: BTreeSet<_> =
        operations.iter().filter(|(.., said)| said["security"].is_null()).map(|(_, p, _)| p).collect();
    assert_eq!(open.into_iter().collect::<Vec<_>>(), ["/healthz", "/readyz"]);
    assert_eq!(operations.len(), rules.len() + 2, "an operation without a rule");
}

#[test]
fn every_operation_is_told_in_full() {
    let document = document();
    assert_eq!(document["openapi"], "3.1.0");
    let mut ids = BTreeSet::new();
    for (method, path, operation) in operations(&document) {
        for field in ["operationId", "summary", "tags"] {
            assert!(!operation[field].is_null(), "{method} {path} has no {field}");
        }
        assert!(ids.insert(operation["operationId"].to_string()), "{} twice", operation["operationId"]);
        let named = operation["parameters"].as_array().into_iter().flatten().filter_map(|p| p["$ref"].as_str());
        let named: Vec<_> = named.map(|name| format!("{{{}}}", name.rsplit('/').next().unwrap())).collect();
        let templates: Vec<_> = path.split('/').filter(|segment| segment.starts_with('{')).collect();
        assert_eq!(named, templates, "{method} {path}");
        for (status, answer) in operation["responses"].as_object().unwrap() {
            let answer = answer["$ref"].as_str().map_or(answer, |name| document.pointer(&name[1..]).unwrap());
            let media_type = if status.starts_with('2') { "application/json" } else { "application/problem+json" };
            let schema = &answer["content"][media_type]["schema"];
            assert!(!schema.is_null(), "{method} {path}: {status} has no schema");
            for header in ["x-request-id", "Cache-Control"] {
                assert!(!answer["headers"][header].is_null(), "{method} {path}: {status} has no {header}");
            }
        }
    }
}

#[test]
fn every_reference_leads_somewhere() {
    fn references(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(fields) => fields.iter().for_each(|(name, value)| match value {
                Value::String(to) if name == "$ref" => found.push(to.clone()),
                _ => references(value, found),
            }),
            Value::Array(items) => items.iter().for_each(|item| references(item, found)),
            _ => {}
        }
    }
    let (document, mut found) = (document(), Vec::new());
    references(&document, &mut found);
    assert!(found.len() > 50);
    for reference in found {
        assert!(document.pointer(&reference[1..]).is_some(), "{reference}");
    }
}

#[tokio::test]
async fn everybody_may_read_it_and_its_page() {
    let server = Server::start(Plan::Pro).await;
    let served = server.send("GET", "/openapi.json", None, None).await;
    assert_eq!((served.status, served.headers["content-type"].to_str().unwrap()), (200, "application/json"));
    assert_eq!(served.text, std::fs::read_to_string(FILE).unwrap());

    assert_eq!(server.send("GET", "/docs", None, None).await.headers["location"], "/docs/");
    for (path, media_type) in [
        ("/docs/", "text/html"),
        ("/docs/swagger-ui.css", "text/css"),
        ("/docs/swagger-ui-bundle.js", "text/javascript"),
        ("/docs/swagger-initializer.js", "text/javascript"),
    ] {
        let page = server.send("GET", path, None, None).await;
        assert_eq!(page.status, 200, "{path}");
        assert_eq!(page.headers["content-type"], media_type, "{path}");
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{policy}");
    }
}

#[tokio::test]
async fn the_page_has_no_other_files_and_takes_no_other_methods() {
    let server = Server::start(Plan::Pro).await;
    for (method, path) in
        [("GET", "/docs/none.js"), ("POST", "/docs/"), ("DELETE", "/openapi.json"), ("POST", "/readyz")]
    {
        let answer = server.send(method, path, None, None).await;
        assert_eq!((answer.status, answer.slug().as_str()), (403, "no-such-route"), "{method} {path}");
    }
}
