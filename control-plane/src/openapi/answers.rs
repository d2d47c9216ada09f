//! What operations have in common, added to all of them in one place: headers and errors, parameters of the path,
//! and the scope that `policy.toml` asks for, so that the document cannot say another one.

use super::components::{ACCESS_TOKEN, header, path_parameter};
use super::errors::{self, Common, add_headers, problem_response};
use crate::entity_tag::changed_meanwhile;
use shared::policy::{Need, Origin, POLICY, Rule};
use shared::problem::Problem;
use shared::refusal::Refusal;
use shared::scope::{Scope, ScopeSet};
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{OpenApi, RefOr, Response};

/// Completes every operation.
pub(super) fn complete(document: &mut OpenApi) {
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in operations(item) {
            write_out_answers(operation);
            add_input_errors(operation);
            add_path_parameters(path, operation);
            if let Some(rule) = rule(method, path) {
                add_credentials(rule, operation);
            }
        }
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    let all = [
        ("GET", &mut item.get),
        ("POST", &mut item.post),
        ("PUT", &mut item.put),
        ("PATCH", &mut item.patch),
        ("DELETE", &mut item.delete),
    ];
    all.into_iter().filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

fn rule(method: &str, path: &str) -> Option<&'static Rule> {
    let is_it = |rule: &&Rule| rule.origin == Origin::ControlPlane && rule.method == method && rule.template == path;
    POLICY.rules().into_iter().find(is_it)
}

/// A handler names what only it has: errors by status and a sentence, headers by name. Whoever answers 201 says where in
/// `Location`.
fn write_out_answers(operation: &mut Operation) {
    let creates = operation.responses.responses.contains_key("201");
    for (status, response) in &mut operation.responses.responses {
        let RefOr::T(response) = response else { continue };
        write_out_headers(response);
        match status.as_str() {
            "404" => *response = problem_response("404", &response.description, &[Problem::not_found("…")]),
            "409" => *response = problem_response("409", &response.description, &[Problem::conflict("…")]),
            "412" => *response = problem_response("412", &response.description, &[changed_meanwhile()]),
            "503" => *response = problem_response("503", &response.description, &[Problem::authority_unavailable()]),
            _ => add_headers(status, response),
        }
        if creates && status.starts_with('2') {
            response.headers.insert("Location".into(), header("Location"));
        }
    }
}

/// The component of a header is called like it, without hyphens.
fn write_out_headers(response: &mut Response) {
    for (name, own) in &mut response.headers {
        *own = header(&name.replace('-', ""));
    }
}

/// What may be wrong with a body, a query or a header.
fn add_input_errors(operation: &mut Operation) {
    let has_body = operation.request_body.is_some();
    let has_parameters = operation.parameters.as_ref().is_some_and(|parameters| !parameters.is_empty());
    let body = [errors::TOO_LARGE, errors::NOT_JSON].into_iter().filter(|_| has_body);
    let input = [errors::INVALID].into_iter().filter(|_| has_body || has_parameters);
    add(operation, body.chain(input));
}

fn add(operation: &mut Operation, errors: impl IntoIterator<Item = Common>) {
    let errors = errors.into_iter().map(|error| (error.status.into(), error.reference()));
    operation.responses.responses.extend(errors);
}

fn add_path_parameters(path: &str, operation: &mut Operation) {
    let names = path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'));
    let own = operation.parameters.take().unwrap_or_default();
    let parameters: Vec<_> = names.map(path_parameter).chain(own).collect();
    operation.parameters = (!parameters.is_empty()).then_some(parameters);
}

/// What the caller has to present, and how it is refused.
fn add_credentials(rule: &Rule, operation: &mut Operation) {
    let (scope, words) = match rule.need {
        Need::Scope(scope) => (Some(scope), format!("Needs the scope `{}`.", scope.name())),
        Need::AnyToken => (None, "Any live token may do this.".into()),
    };
    let scopes = scope.map(Scope::name);
    operation.security = Some(vec![SecurityRequirement::new(ACCESS_TOKEN, scopes)]);
    operation.description = Some(operation.description.take().map_or(words.clone(), |own| format!("{own}\n\n{words}")));
    if let Some(scope) = scope {
        add_forbidden(scope, operation);
    }
    add(operation, [errors::UNREADABLE, errors::UNAUTHENTICATED, errors::TOO_MANY, errors::UNAVAILABLE]);
}

/// 403 for a token that does not cover it, besides the handler's own reasons.
fn add_forbidden(scope: Scope, operation: &mut Operation) {
    let other = if scope == Scope::Read { Scope::Deploy } else { Scope::Read };
    let refusal = Refusal::ScopeMissing { needed: scope, held: ScopeSet::from_iter([other]) };
    let mut words = format!("The token lacks the scope `{}`, or is of another workspace or project.", scope.name());
    if let Some(RefOr::T(own)) = operation.responses.responses.get("403") {
        words = format!("{words} {}", own.description);
    }
    let response = problem_response("403", &words, &[refusal.problem()]);
    operation.responses.responses.insert("403".into(), response.into());
}
