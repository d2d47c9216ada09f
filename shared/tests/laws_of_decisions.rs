//! Laws L6 to L14: who may do what.
#![expect(clippy::expect_used, reason = "a test that cannot go on has failed")]

mod support;

use proptest::prelude::*;
use shared::decide::decide;
use shared::id::WorkspaceId;
use shared::policy::{Need, POLICY};
use shared::question::{RawRequest, Reach, Requirement, examine};
use shared::record::{Record, State};
use shared::refusal::Refusal;
use shared::scope::{Scope, ScopeSet};
use shared::timestamp::Timestamp;
use shared::token::TokenPrefix;
use support::{record, token};

const NOW: Timestamp = Timestamp(1_000_000);

fn workspace() -> WorkspaceId {
    "ws_own".parse().expect("an id")
}

fn needs(scope: Scope) -> Requirement<'static> {
    Requirement { need: Need::Scope(scope), workspace: Some("ws_own"), reach: Reach::Project("proj_own") }
}

fn decided(record: &Record, requirement: &Requirement<'_>) -> Result<(), Refusal> {
    decide(&workspace(), record, requirement, NOW).map(drop)
}

fn any_scope() -> impl Strategy<Value = Scope> {
    proptest::sample::select(&Scope::ALL[..])
}

/// Records of any scopes, expiry, state and project.
fn any_record() -> impl Strategy<Value = Record> {
    let state = prop_oneof![
        Just(State::Active),
        Just(State::Revoked),
        (0..2_000_000_u64).prop_map(|until| State::Superseded { until: Timestamp(until) })
    ];
    let project = proptest::option::of(prop_oneof![Just("proj_own"), Just("proj_other")]);
    let expiry = proptest::option::of(0..2_000_000_u64);
    (any::<u8>(), state, project, expiry).prop_map(|(bits, state, project, expiry)| Record {
        project_id: project.map(|id| id.parse().expect("an id")),
        expires_at: expiry.map(Timestamp),
        state,
        ..record(1, bits)
    })
}

proptest! {
    /// L6
    #[test]
    fn default_deny(method in "[A-Z]{1,9}", path in "(/[a-z-]{1,12}){1,6}") {
        let known = POLICY.rules().iter().any(|rule| rule.method == method);
        let header = format!("Bearer {}", token(1).as_token().expose());
        let raw = RawRequest { method: &method, path: &path, authorization: Some(&header) };
        let found = examine(raw, &POLICY, &TokenPrefix::default()).err();
        // No rule consists of literal segments alone, but for the prefixes that are named here.
        prop_assume!(!known || !path.starts_with("/workspaces"));
        prop_assert_eq!(found, Some(Refusal::NoSuchRoute));
    }

    /// L7
    #[test]
    fn an_empty_set_of_scopes_allows_nothing(scope in any_scope()) {
        let refused = decided(&record(1, 0), &needs(scope)).err();
        prop_assert_eq!(refused, Some(Refusal::ScopeMissing { needed: scope, held: ScopeSet::from_bits(0) }));
        let any = Requirement { need: Need::AnyToken, ..needs(scope) };
        prop_assert!(decided(&record(1, 0), &any).is_err());
    }

    /// L8
    #[test]
    fn an_unknown_scope_bit_allows_nothing(bits in 16_u8.., scope in any_scope()) {
        prop_assert!(decided(&record(1, bits), &needs(scope)).is_err());
        let any = Requirement { need: Need::AnyToken, ..needs(scope) };
        prop_assert!(decided(&record(1, bits), &any).is_err());
    }

    /// L9
    #[test]
    fn a_scope_allows_what_it_names_and_admin_everything(held in any_scope(), needed in any_scope()) {
        let held_set: ScopeSet = [held].into_iter().collect();
        let allowed = decided(&record(1, held_set.bits()), &needs(needed)).is_ok();
        prop_assert_eq!(allowed, held == needed || held == Scope::Admin);
    }

    /// L10
    #[test]
    fn a_dead_token_is_refused_before_anything_else(mut record in any_record(), scope in any_scope()) {
        record.state = State::Revoked;
        prop_assert_eq!(decided(&record, &needs(scope)).err(), Some(Refusal::Revoked));
        record.state = State::Superseded { until: NOW };
        prop_assert_eq!(decided(&record, &needs(scope)).err(), Some(Refusal::Revoked));
        record.state = State::Active;
        record.expires_at = Some(NOW);
        prop_assert_eq!(decided(&record, &needs(scope)).err(), Some(Refusal::Expired));
    }

    /// L11
    #[test]
    fn the_end_is_exclusive(end in 1_u64..u64::MAX) {
        let expiring = Record { expires_at: Some(Timestamp(end)), ..record(1, 15) };
        let replaced = Record { state: State::Superseded { until: Timestamp(end) }, ..record(1, 15) };
        for record in [expiring, replaced] {
            let at = |now| decide(&workspace(), &record, &needs(Scope::Read), Timestamp(now)).is_ok();
            prop_assert!(at(end - 1) && !at(end));
        }
    }

    /// L12
    #[test]
    fn a_foreign_workspace_is_refused(record in any_record(), scope in any_scope(), foreign in "ws_[a-z0-9]{1,20}") {
        prop_assume!(foreign != "ws_own");
        let requirement = Requirement { workspace: Some(&foreign), ..needs(scope) };
        prop_assert!(decided(&record, &requirement).is_err());
    }

    /// L13
    #[test]
    fn a_project_token_never_reaches_beyond_its_project(record in any_record(), scope in any_scope()) {
        for reach in [Reach::Project("proj_third"), Reach::Workspace] {
            let allowed = decided(&record, &Requirement { reach, ..needs(scope) }).is_ok();
            prop_assert!(!(allowed && record.project_id.is_some()));
        }
        if decide(&workspace(), &record, &needs(scope), NOW).is_ok() {
            prop_assert!(record.project_id.is_none_or(|id| id.as_str() == "proj_own"));
        }
    }

    /// L14: each request carries every later fault too.
    #[test]
    fn refusals_come_in_one_order(seed: u64) {
        let good = format!("Bearer {}", token(seed).as_token().expose());
        let outcome = |path, authorization| {
            examine(RawRequest { method: "BREW", path, authorization }, &POLICY, &TokenPrefix::default()).err()
        };
        prop_assert_eq!(outcome("/a//b", Some("Basic x")), Some(Refusal::AmbiguousPath));
        prop_assert_eq!(outcome("/a//b", None), Some(Refusal::AmbiguousPath));
        prop_assert_eq!(outcome("/a", Some("Basic x")), Some(Refusal::UnreadableHeader));
        prop_assert_eq!(outcome("/a", None), Some(Refusal::MissingCredentials));
        prop_assert_eq!(outcome("/a", Some("Bearer x")), Some(Refusal::MalformedToken));
        prop_assert_eq!(outcome("/a", Some(&good)), Some(Refusal::NoSuchRoute));
    }
}

#[test]
fn head_follows_get_and_methods_are_compared_as_they_came() {
    let header = format!("Bearer {}", token(1).as_token().expose());
    let found = |method| {
        let raw = RawRequest { method, path: "/workspaces/ws_a/members", authorization: Some(&header) };
        examine(raw, &POLICY, &TokenPrefix::default()).is_ok()
    };
    assert!(found("GET") && found("HEAD"));
    assert!(["get", "PROPFIND", "OPTIONS", "GET ", ""].into_iter().all(|method| !found(method)));
}
