//! The contract's table of errors: status, slug and challenge of every refusal.

use shared::policy::Need;
use shared::problem::{FieldError, Problem};
use shared::refusal::Refusal;
use shared::scope::{Scope, ScopeSet};

#[test]
fn refusals_answer_as_the_contract_has_it() {
    const REALM: &str = "Bearer realm=\"deplo\"";
    let invalid_token = format!("{REALM}, error=\"invalid_token\"");
    let described = |what: &str| format!("{invalid_token}, error_description=\"The access token {what}\"");
    let insufficient = |scope: &str| format!("{REALM}, error=\"insufficient_scope\", scope=\"{scope}\"");
    let (held, need) = (ScopeSet::from_bits(1), Need::Scope(Scope::Read));
    let table = [
        (Refusal::AmbiguousPath, 400, "invalid-request", None),
        (Refusal::UnreadableHeader, 400, "invalid-request", Some(format!("{REALM}, error=\"invalid_request\""))),
        (Refusal::MissingCredentials, 401, "missing-credentials", Some(REALM.into())),
        (Refusal::MalformedToken, 401, "invalid-token", Some(invalid_token.clone())),
        (Refusal::UnknownToken, 401, "invalid-token", Some(invalid_token.clone())),
        (Refusal::Expired, 401, "invalid-token", Some(described("expired"))),
        (Refusal::Revoked, 401, "invalid-token", Some(described("was revoked"))),
        (Refusal::NoSuchRoute, 403, "no-such-route", None),
        (
            Refusal::ScopeMissing { needed: Scope::Delete, held },
            403,
            "insufficient-scope",
            Some(insufficient("delete")),
        ),
        (Refusal::OtherWorkspace { need }, 403, "insufficient-scope", Some(insufficient("read"))),
        (Refusal::OtherProject { need }, 403, "insufficient-scope", Some(insufficient("read"))),
    ];
    for (refusal, status, slug, challenge) in table {
        let problem = refusal.problem();
        assert_eq!((problem.status(), problem.slug()), (status, slug), "{refusal:?}");
        assert_eq!(problem.www_authenticate(), challenge, "{refusal:?}");
    }
}

#[test]
fn a_body_has_the_fields_of_rfc_9457_and_the_extra_ones_where_they_belong() {
    let plain = Problem::authority_unavailable();
    assert_eq!(plain.retry_after_s(), Some(1));
    let json = plain.to_json("r1");
    assert!(json.starts_with(r#"{"type":"https://deplo.sh/problems/authority-unavailable","title":"#), "{json}");
    assert!(json.contains(r#""status":503,"detail":""#) && json.ends_with(r#""requestId":"r1"}"#), "{json}");
    let without_id = plain.to_json_without_id();
    assert_eq!(json.replace(r#","requestId":"r1""#, ""), without_id);

    let error = FieldError { pointer: "/name".into(), detail: "is \"odd\"".into() };
    let json = Problem::validation_failed(vec![error]).to_json("r1");
    assert!(json.ends_with(r#""errors":[{"pointer":"/name","detail":"is \"odd\""}]}"#), "{json}");
    let json = Problem::plan_limit_reached(5, 5).to_json("r1");
    assert!(json.ends_with(r#""limit":5,"used":5}"#), "{json}");
}
