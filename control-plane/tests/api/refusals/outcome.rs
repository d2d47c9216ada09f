//! What came back, in the table's words; and what every answer must have, whatever it is.

use crate::support::Answer;
use shared::policy::Need;
use shared::refusal::Refusal;
use shared::scope::{Scope, ScopeSet};

/// What only a refusal may be called.
const OF_REFUSALS: [&str; 6] = [
    "invalid-request",
    "missing-credentials",
    "invalid-token",
    "insufficient-scope",
    "no-such-route",
    "cross-site-request",
];

/// How the table calls an answer. A refusal must be one of `shared`'s, to the letter, and its challenge too.
pub fn outcome(answer: &Answer, need: Option<Need>, context: &str) -> String {
    check(answer, context);
    if answer.status < 300 {
        return "allowed".into();
    }
    if answer.status < 400 {
        return answer.status.to_string();
    }
    assert_eq!(answer.headers["content-type"], "application/problem+json", "{context}: {}", answer.text);
    assert_eq!(answer.json()["status"], answer.status, "{context}: {}", answer.text);
    let words = format!("{} {}", answer.status, answer.slug());
    if let Some((why, _)) = refusals(need).into_iter().find(|(_, refusal)| is(*refusal, answer)) {
        return format!("{words} ({why})");
    }
    assert!(!OF_REFUSALS.contains(&&*answer.slug()), "{context}: {} {:?}", answer.text, answer.headers);
    assert!(answer.headers.get("www-authenticate").is_none(), "{context}: {:?}", answer.headers);
    words
}

/// Whether the caller is refused, whatever it asks for.
pub fn is_refused(outcome: &str) -> bool {
    outcome.ends_with(')') || outcome.ends_with("invalid-signature")
}

fn check(answer: &Answer, context: &str) {
    assert_eq!(answer.headers["cache-control"], "no-store", "{context}");
    let request_id = answer.headers["x-request-id"].to_str().unwrap();
    if answer.status >= 400 {
        assert_eq!(answer.json()["requestId"], request_id, "{context}: {}", answer.text);
    }
}

fn is(refusal: Refusal, answer: &Answer) -> bool {
    let problem = refusal.problem();
    let challenge = answer.headers.get("www-authenticate").map(|value| value.to_str().unwrap().to_owned());
    let request_id = answer.headers["x-request-id"].to_str().unwrap();
    answer.status == problem.status()
        && answer.text == problem.to_json(request_id)
        && challenge == problem.www_authenticate()
}

/// Every refusal that there is for a route which needs this, with its name.
fn refusals(need: Option<Need>) -> Vec<(&'static str, Refusal)> {
    let mut all = vec![
        ("ambiguous path", Refusal::AmbiguousPath),
        ("unreadable header", Refusal::UnreadableHeader),
        ("two", Refusal::TwoCredentials),
        ("none", Refusal::MissingCredentials),
        ("no session", Refusal::NoSession),
        ("cross-site", Refusal::CrossSite),
        ("malformed", Refusal::MalformedToken),
        ("no rule", Refusal::NoSuchRoute),
        ("unknown", Refusal::UnknownToken),
        ("expired", Refusal::Expired),
        ("revoked", Refusal::Revoked),
    ];
    let Some(need) = need else { return all };
    let needed = match need {
        Need::Scope(scope) => scope,
        Need::AnyToken => Scope::Read,
    };
    // The four scopes, and one that nobody knows.
    let held = (0..32).map(ScopeSet::from_bits);
    all.extend(held.map(|held| ("scope", Refusal::ScopeMissing { needed, held })));
    all.extend([
        ("other workspace", Refusal::OtherWorkspace { need }),
        ("other project", Refusal::OtherProject { need }),
    ]);
    all
}
