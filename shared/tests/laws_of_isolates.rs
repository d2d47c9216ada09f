//! Laws L29 to L48: what an isolate remembers, and when it may decide by it.
#![expect(clippy::expect_used, reason = "a test that cannot go on has failed")]

mod support;

use proptest::prelude::*;
use shared::isolate::{Isolate, Next, Truth};
use shared::ledger::{Grant, RenewalAnswer};
use shared::limits::{
    ASK_LOST_MS, ASK_SLOW_MS, ASKS_MAX, CLOCK_STEP_MS, LEASE_MS_MAX, REPORT_MAX, USAGE_INTERVAL_MS, USAGE_WAIT_MS,
    WAIT_LOST_MS, WAITS_MAX, WANT_MAX,
};
use shared::question::Requirement;
use shared::record::{Record, State};
use shared::timestamp::Timestamp;
use std::collections::BTreeSet;
use support::edge::{ANYTHING, Drive, grant, grant_of_changes, isolate, small, workspace};
use support::traffic::Traffic;
use support::{digest, record};

const START: Timestamp = Timestamp(1_000_000_000);

fn before(ms: u64) -> Timestamp {
    Timestamp(START.0 - ms)
}

/// An isolate that knows token 1 of workspace 1, at version 1 of epoch 1, under a lease from [`START`].
fn knowing(lease_ms: u64) -> Isolate {
    let mut isolate = isolate();
    isolate.learn(&workspace(1), 1, lease_ms, START);
    isolate
}

/// The same at another version: the ledger was asked again at once, and nothing had changed.
fn knowing_at(version: u64, lease_ms: u64) -> Isolate {
    let mut isolate = knowing(lease_ms);
    let ask = isolate.renew_early(&workspace(1), START).expect("nobody asks");
    let said = grant(&ask, version, lease_ms, &[]);
    isolate.granted(&ask, said, START);
    isolate
}

/// A clock goes forward.
fn in_order<const N: usize>(mut moments_ms: [u64; N]) -> [u64; N] {
    moments_ms.sort_unstable();
    moments_ms
}

/// A record under the same digest that can be told from the first.
fn changed() -> Record {
    record(99, 1)
}

/// Many requests come one after the other and wait: how many asks they make.
fn asks_of(isolate: &mut Isolate, requests: usize, now: Timestamp) -> usize {
    let (mut waits, mut asks) = (Vec::new(), 0);
    for _ in 0..requests {
        let wait = isolate.wait(&workspace(1), &[digest(9)], now);
        asks += usize::from(matches!(isolate.next(wait, now), Next::Ask(_)));
        waits.push(wait);
    }
    waits.into_iter().for_each(|wait| isolate.give_up(wait));
    asks
}

proptest! {
    /// L29
    #[test]
    fn a_request_is_decided_only_under_a_valid_lease(lease_ms in 0..=LEASE_MS_MAX, after_ms in 0..=2 * LEASE_MS_MAX) {
        let mut isolate = knowing(lease_ms);
        for after_ms in in_order([after_ms, lease_ms.saturating_sub(1), lease_ms]) {
            let is_valid = after_ms < lease_ms;
            prop_assert_eq!(isolate.by_memory(1, START.plus_ms(after_ms)).is_some(), is_valid, "after {} ms", after_ms);
            prop_assert_eq!(isolate.told(&workspace(1), 1, START.plus_ms(after_ms)).is_some(), is_valid);
        }
    }

    /// L30
    #[test]
    fn under_a_lease_a_remembered_token_is_never_asked_about(
        pauses_ms in proptest::collection::vec(0_u64..50, 1..100),
    ) {
        let mut isolate = knowing(LEASE_MS_MAX);
        let mut now = START;
        for pause_ms in pauses_ms {
            now = now.plus_ms(pause_ms);
            let decided = isolate.decide(&[digest(1)], &ANYTHING, now).expect("by memory");
            prop_assert!(decided.verdict.is_ok() && !decided.renew && !decided.report);
            let wait = isolate.wait(&workspace(1), &[digest(1)], now);
            prop_assert!(matches!(isolate.next(wait, now), Next::Decide(_)));
        }
    }

    /// L31
    #[test]
    fn a_token_is_decided_in_its_own_workspace(workspaces in 1_u8..20, asked in 0_u8..20) {
        let mut isolate = isolate();
        (0..workspaces).for_each(|token| isolate.learn(&workspace(token.into()), token, 1_000, START));
        let named = workspace(asked.into());
        let requirement = Requirement { workspace: Some(named.as_str()), ..ANYTHING };
        for token in 0..workspaces {
            let decided = isolate.decide(&[digest(token)], &requirement, START).expect("by memory");
            prop_assert_eq!(decided.verdict.is_ok(), token == asked);
        }
    }

    /// L32
    #[test]
    fn a_lease_counts_from_its_ask(lease_ms in 0..=LEASE_MS_MAX, answered_ms in 0..=LEASE_MS_MAX) {
        let mut isolate = isolate();
        let ask = isolate.ask_for(&workspace(1), digest(1), START);
        let said = grant(&ask, 1, lease_ms, &[(digest(1), record(1, 1))]);
        isolate.granted(&ask, said, START.plus_ms(answered_ms));
        prop_assert_eq!(isolate.by_memory(1, START.plus_ms(answered_ms)).is_some(), answered_ms < lease_ms);
        prop_assert_eq!(isolate.by_memory(1, START.plus_ms(lease_ms.max(answered_ms))), None);
    }

    /// L33: leases that run, and those that are on their way.
    #[test]
    fn a_clock_that_goes_back_voids_every_lease(back_ms in 0..=2 * CLOCK_STEP_MS) {
        let mut isolate = knowing(LEASE_MS_MAX);
        isolate.learn(&workspace(2), 2, LEASE_MS_MAX, START);
        let ask = isolate.ask_for(&workspace(3), digest(3), START);
        let is_small = back_ms <= CLOCK_STEP_MS;
        prop_assert_eq!(isolate.by_memory(1, before(back_ms)).is_some(), is_small);
        let said = grant(&ask, 1, LEASE_MS_MAX, &[(digest(3), record(3, 1))]);
        isolate.granted(&ask, said, before(back_ms));
        for token in 1..=3 {
            let is_valid = isolate.by_memory(token, START).is_some();
            prop_assert_eq!(is_valid, is_small, "token {}, once the clock has caught up", token);
        }
    }

    /// L33: steps that are small one by one are measured from the latest time that was seen.
    #[test]
    fn small_steps_back_add_up(steps_ms in proptest::collection::vec(0..=CLOCK_STEP_MS, 1..10)) {
        let mut isolate = knowing(LEASE_MS_MAX);
        let (mut back_ms, mut is_valid) = (0, true);
        for step_ms in steps_ms {
            back_ms += step_ms;
            is_valid = is_valid && back_ms <= CLOCK_STEP_MS;
            prop_assert_eq!(isolate.by_memory(1, before(back_ms)).is_some(), is_valid);
        }
    }

    /// L34
    #[test]
    fn a_greater_epoch_replaces_everything_and_a_smaller_one_is_ignored(
        epoch in 0_u64..3,
        version in 0_u64..20,
        lease_ms in 1_u64..10_000,
    ) {
        let mut isolate = knowing_at(10, 10_000);
        let ask = isolate.ask_for(&workspace(1), digest(2), START);
        let said = grant(&ask, version, lease_ms, &[(digest(2), record(2, 1))]);
        isolate.granted(&ask, Grant { epoch, since: version, ..said }, START);
        let knows = |isolate: &mut Isolate, token, ms| isolate.by_memory(token, START.plus_ms(ms)).is_some();
        let (is_newer, is_applied) = (epoch > 1, epoch > 1 || (epoch == 1 && version == 10));
        prop_assert_eq!(knows(&mut isolate, 1, 0), !is_newer);
        prop_assert_eq!(knows(&mut isolate, 2, 0), is_applied);
        prop_assert_eq!(knows(&mut isolate, 2, lease_ms - 1), is_applied);
        prop_assert_eq!(knows(&mut isolate, 2, lease_ms), is_applied && !is_newer, "what replaces has its own lease alone");
        prop_assert_eq!(knows(&mut isolate, 1, 9_999), !is_newer);
        prop_assert_eq!(knows(&mut isolate, 1, 10_000), false, "the lease of what is ignored counts for nothing");
    }

    /// L35
    #[test]
    fn an_answer_that_leaves_out_changes_changes_nothing(since in 0_u64..20, further in 0_u64..5) {
        let mut isolate = knowing_at(10, 1_000);
        let ask = isolate.ask_for(&workspace(1), digest(2), START);
        let said = grant(&ask, 10.max(since) + further, 5_000, &[(digest(2), record(2, 1))]);
        isolate.granted(&ask, Grant { since, ..said }, START);
        let is_applied = since <= 10;
        prop_assert_eq!(isolate.by_memory(2, START).is_some(), is_applied);
        prop_assert_eq!(isolate.by_memory(1, START.plus_ms(1_000)).is_some(), is_applied, "nor is its lease used");
    }

    /// L36: neither its records nor its lease, and nobody who waits is decided by it.
    #[test]
    fn an_older_answer_changes_nothing(version in 0_u64..20, forget_everything: bool) {
        let mut isolate = knowing_at(10, 1_000);
        let wait = isolate.wait(&workspace(1), &[digest(2)], START);
        let Next::Ask(ask) = isolate.next(wait, START) else { panic!("no ask") };
        let said = Grant { since: 0, forget_everything, ..grant_of_changes(&ask, version, 5_000, &[(digest(1), changed())]) };
        isolate.granted(&ask, said, START);
        let is_older = version < 10;
        let is_told = matches!(isolate.next(wait, START), Next::Decide(_));
        prop_assert_eq!(is_told, !is_older);
        let expected = match (is_older, forget_everything) {
            (true, _) => Some("tok_1".to_owned()),
            (false, true) => None,
            (false, false) => Some("tok_99".to_owned()),
        };
        prop_assert_eq!(isolate.by_memory(1, START), expected);
        prop_assert_eq!(isolate.by_memory(1, START.plus_ms(1_000)).is_some(), !is_older && !forget_everything);
    }

    /// L37
    #[test]
    fn forget_everything_forgets_all_but_what_it_says(known in 1_u8..20, said_of in 1_u8..20, lease_ms in 1_u64..10_000) {
        let mut isolate = knowing(10_000);
        isolate.learn(&workspace(2), 100, 10_000, START);
        (2..=known).for_each(|token| isolate.learn(&workspace(1), token, 10_000, START));
        isolate.learn_unknown(&workspace(1), 50, 10_000, START);
        let ask = isolate.ask_for(&workspace(1), digest(said_of + 20), START);
        let said = grant(&ask, 500, lease_ms, &[(digest(said_of + 20), changed())]);
        isolate.granted(&ask, Grant { forget_everything: true, ..said }, START);
        for token in 1..=known {
            prop_assert_eq!(isolate.by_memory(token, START), None);
        }
        prop_assert!(isolate.told(&workspace(1), 50, START).is_none(), "that there is no such token, too");
        prop_assert_eq!(isolate.by_memory(said_of + 20, START), Some("tok_99".to_owned()));
        prop_assert!(isolate.by_memory(100, START).is_some(), "other workspaces are none of its business");
        prop_assert_eq!(isolate.by_memory(said_of + 20, START.plus_ms(lease_ms)), None, "under the new lease alone");
    }

    /// L38
    #[test]
    fn a_changed_record_decides_from_then_on(revokes: bool, further in 1_u64..100, after_ms in 0_u64..5_000) {
        let mut isolate = knowing(10_000);
        let after = if revokes { Record { state: State::Revoked, ..record(1, 1) } } else { changed() };
        let ask = isolate.renew_early(&workspace(1), START).expect("nobody asks");
        // The second was created since: its record comes when it is wanted.
        let said = grant_of_changes(&ask, 1 + further, 10_000, &[(digest(1), after), (digest(2), record(2, 1))]);
        isolate.granted(&ask, said, START);
        let expected = if revokes { "Revoked" } else { "tok_99" };
        prop_assert_eq!(isolate.by_memory(1, START.plus_ms(after_ms)), Some(expected.to_owned()));
        prop_assert_eq!(isolate.by_memory(2, START.plus_ms(after_ms)), None);
    }

    /// L38: what an origin was told of a record is kept by its number. Nothing else has it: no other token's record, nor
    /// the same token's that came later.
    #[test]
    fn a_number_is_of_one_record(tokens in 2_u8..20) {
        let mut isolate = isolate();
        let mut numbers = BTreeSet::new();
        for token in 1..=tokens {
            isolate.learn(&workspace(u16::from(1 + token % 2)), token, 10_000, START);
            numbers.insert(isolate.decide(&[digest(token)], &ANYTHING, START).expect("by memory").record);
        }
        prop_assert_eq!(numbers.len(), usize::from(tokens));
        let ask = isolate.ask_for(&workspace(1), digest(100), START);
        let said = grant(&ask, 500, 10_000, &[]);
        isolate.granted(&ask, Grant { forget_everything: true, ..said }, START);
        let ask = isolate.ask_for(&workspace(1), digest(2), START);
        let said = grant(&ask, 500, 10_000, &[(digest(2), record(2, 1))]);
        isolate.granted(&ask, said, START);
        let again = isolate.decide(&[digest(2)], &ANYTHING, START).expect("by memory").record;
        prop_assert!(numbers.insert(again), "after everything was forgotten");
    }

    /// L38: nor has a record its number any more once it is changed.
    #[test]
    fn a_changed_record_has_another_number(changes: bool) {
        let mut isolate = knowing(10_000);
        let before = isolate.decide(&[digest(1)], &ANYTHING, START).expect("by memory").record;
        let ask = isolate.renew_early(&workspace(1), START).expect("nobody asks");
        let changed: &[_] = if changes { &[(digest(1), changed())] } else { &[] };
        let said = grant_of_changes(&ask, 2, 10_000, changed);
        isolate.granted(&ask, said, START);
        let after = isolate.decide(&[digest(1)], &ANYTHING, START).expect("by memory").record;
        prop_assert_eq!(after != before, changes);
    }

    /// L39
    #[test]
    fn an_unknown_digest_dies_with_its_lease(
        lease_ms in 1_u64..5_000, renewals in 0_usize..10, later_ms in 0_u64..5_000, after_ms in 0_u64..10_000,
    ) {
        let mut isolate = isolate();
        isolate.learn_unknown(&workspace(1), 1, lease_ms, START);
        for _ in 0..renewals {
            let ask = isolate.renew_early(&workspace(1), START.plus_ms(later_ms)).expect("nobody asks");
            let said = grant(&ask, 1, 30_000, &[]);
            isolate.granted(&ask, said, START.plus_ms(later_ms));
        }
        let told = isolate.told(&workspace(1), 1, START.plus_ms(later_ms + after_ms));
        prop_assert_eq!(told.is_some(), later_ms + after_ms < lease_ms);
        prop_assert!(told.is_none_or(|answer| answer.truth == Truth::NoSuchToken));
    }

    /// L40: with any lease, of zero too, and in whichever order requests and asks come.
    #[test]
    fn an_answer_decides_once_whoever_waited_before_its_ask(
        earlier in 0_usize..20, later in 0_usize..20, lease_ms in prop_oneof![Just(0_u64), 1_u64..5_000], slow_ms in 0_u64..5_000,
    ) {
        let mut isolate = isolate();
        let answered = START.plus_ms(lease_ms + slow_ms);
        let mut waits: Vec<_> = (0..earlier).map(|_| isolate.wait(&workspace(1), &[digest(1)], START)).collect();
        let stranger = isolate.wait(&workspace(2), &[digest(1)], START);
        let asker = isolate.wait(&workspace(1), &[digest(1)], START);
        let Next::Ask(ask) = isolate.next(asker, START) else { panic!("no ask") };
        waits.push(asker);
        let late: Vec<_> = (0..later).map(|_| isolate.wait(&workspace(1), &[digest(1)], START)).collect();
        let said = grant(&ask, 1, lease_ms, &[(digest(1), record(1, 1))]);
        isolate.granted(&ask, said, answered);
        for wait in waits {
            let Next::Decide(answer) = isolate.next(wait, answered) else { panic!("it was waiting for this") };
            prop_assert_eq!((&answer.truth, answer.lease_ends), (&Truth::Record(record(1, 1)), None));
            prop_assert!(answer.decide(&ANYTHING, answered).is_ok());
            prop_assert!(!matches!(isolate.next(wait, answered), Next::Decide(_)), "once");
        }
        for wait in late.into_iter().chain([stranger]) {
            prop_assert!(!matches!(isolate.next(wait, answered), Next::Decide(_)), "it came after the ask, or is a stranger");
        }
    }

    /// L40: an answer decides only what it was asked, and a ledger that may not answer decides nothing.
    #[test]
    fn an_answer_decides_nothing_that_it_does_not_say(requests in 1_usize..=3 * WANT_MAX, has_window: bool) {
        let mut isolate = isolate();
        let digest_of = |number: usize| shared::digest::Digest::from_bytes(core::array::from_fn(|i| (number >> (8 * (i % 4))) as u8));
        let waits: Vec<_> = (0..requests).map(|n| isolate.wait(&workspace(1), &[digest_of(n)], START)).collect();
        let first = *waits.first().expect("a wait");
        let Next::Ask(ask) = isolate.next(first, START) else { panic!("no ask") };
        prop_assert_eq!(ask.renewal().want.len(), requests.min(WANT_MAX));
        let said = if has_window { RenewalAnswer::Granted(grant(&ask, 1, 0, &[])) } else { RenewalAnswer::NoWindow };
        isolate.receive(&ask, &said, START);
        let decided = waits.iter().filter(|wait| matches!(isolate.next(**wait, START), Next::Decide(_))).count();
        prop_assert_eq!(decided, if has_window { requests.min(WANT_MAX) } else { 0 });
    }

    /// L41
    #[test]
    fn unknown_digests_evict_no_record(flood in 1_u8..200, unknown in 1_usize..10) {
        let mut isolate = small(3, unknown, 3);
        (1..=3).for_each(|token| isolate.learn(&workspace(1), token, 10_000, START));
        (0..flood).for_each(|n| isolate.learn_unknown(&workspace(1), 10 + n, 10_000, START));
        for token in 1..=3 {
            prop_assert!(isolate.by_memory(token, START).is_some());
        }
        let known = (0..flood).filter(|n| isolate.told(&workspace(1), 10 + n, START).is_some()).count();
        prop_assert_eq!(known, unknown.min(flood.into()));
    }

    /// L42: what was needed last is what is left.
    #[test]
    fn records_and_workspaces_are_bounded(tokens in 1_u8..50, records in 1_usize..20, workspaces in 1_usize..20) {
        let mut isolate = small(records, 1, workspaces);
        for token in 0..tokens {
            isolate.learn(&workspace(token.into()), token, 10_000, START.plus_ms(token.into()));
        }
        let now = START.plus_ms(tokens.into());
        let left = usize::from(tokens).min(records).min(workspaces);
        for token in 0..tokens {
            let is_left = usize::from(tokens - token) <= left;
            prop_assert_eq!(isolate.by_memory(token, now).is_some(), is_left, "token {} of {}", token, tokens);
        }
    }

    /// L43
    #[test]
    fn workspaces_of_strangers_give_way_first(
        strangers in 1_u16..50, real in 1_u8..5, answers in proptest::collection::vec(0_u8..3, 50),
    ) {
        let mut isolate = small(100, 100, usize::from(real) + 1);
        (1..=real).for_each(|token| isolate.learn(&workspace(token.into()), token, 10_000, START));
        for (stranger, answer) in (0..strangers).zip(answers) {
            let now = START.plus_ms(stranger.into());
            let ask = isolate.ask_for(&workspace(1_000 + stranger), digest(200), now);
            match answer {
                0 => isolate.receive(&ask, &RenewalAnswer::Uninitialised, now),
                1 => isolate.fail(&ask, None),
                _ => {}
            }
        }
        for token in 1..=real {
            prop_assert!(isolate.by_memory(token, START.plus_ms(strangers.into())).is_some());
        }
    }

    /// L44: whatever is under way already, and whichever way the clock went.
    #[test]
    fn a_workspace_has_few_asks_and_a_lost_one_blocks_for_a_while(
        requests in 1_usize..50, later_ms in 0..2 * ASK_LOST_MS, back: bool,
    ) {
        let mut isolate = knowing(1_000);
        let now = START.plus_ms(1_000);
        prop_assert!(isolate.renew_early(&workspace(1), now).is_some());
        prop_assert!(isolate.renew_early(&workspace(1), now).is_none(), "one at a time");
        prop_assert_eq!(asks_of(&mut isolate, requests, now), ASKS_MAX - 1);
        prop_assert!(isolate.renew_early(&workspace(1), now).is_none());
        prop_assert_eq!(asks_of(&mut isolate, requests, now), 0);
        let later = if back { Timestamp(now.0 - later_ms) } else { now.plus_ms(later_ms) };
        let are_lost = later_ms >= ASK_LOST_MS;
        prop_assert_eq!(asks_of(&mut isolate, requests, later), if are_lost { requests.min(ASKS_MAX) } else { 0 });
    }

    /// L44: who waits already shares one ask, and asks once more only if that takes long.
    #[test]
    fn those_who_wait_share_an_ask(requests in 2_usize..50, lease_ms in 0..=LEASE_MS_MAX, later_ms in 0..2 * ASK_SLOW_MS) {
        let mut isolate = knowing(lease_ms);
        let now = START.plus_ms(lease_ms);
        let waits: Vec<_> = (0..requests).map(|_| isolate.wait(&workspace(1), &[digest(1)], now)).collect();
        let mut asks_at = |at| waits.iter().filter(|wait| matches!(isolate.next(**wait, at), Next::Ask(_))).count();
        prop_assert_eq!(asks_at(now), 1);
        prop_assert_eq!(asks_at(now.plus_ms(later_ms)), usize::from(later_ms >= ASK_SLOW_MS));
    }

    /// L44: an overloaded ledger is spared until a moment, which a clock that goes back does not put off for long.
    #[test]
    fn a_spared_ledger_is_left_alone_for_a_while(spare_ms in 0..ASK_LOST_MS, later_ms in 0..2 * ASK_LOST_MS, back: bool) {
        let mut isolate = knowing(1_000);
        let ask = isolate.ask_for(&workspace(1), digest(2), START);
        isolate.fail(&ask, Some(START.plus_ms(spare_ms)));
        let later = if back { before(later_ms) } else { START.plus_ms(later_ms) };
        let is_spared = if back { spare_ms + later_ms < ASK_LOST_MS && spare_ms + later_ms > 0 } else { later_ms < spare_ms };
        prop_assert_eq!(isolate.renew_early(&workspace(1), later).is_none(), is_spared);
    }

    /// L45
    #[test]
    fn a_lease_is_renewed_when_a_quarter_is_left(lease_ms in 4..=LEASE_MS_MAX, after_ms in 0..=LEASE_MS_MAX) {
        let mut isolate = knowing(lease_ms);
        for after_ms in in_order([after_ms % lease_ms, lease_ms - lease_ms / 4 - 1, lease_ms - lease_ms / 4]) {
            let decided = isolate.decide(&[digest(1)], &ANYTHING, START.plus_ms(after_ms)).expect("by memory");
            prop_assert_eq!(decided.renew, lease_ms - after_ms <= lease_ms / 4, "after {} ms", after_ms);
        }
        let now = START.plus_ms(lease_ms - 1);
        let ask = isolate.renew_early(&workspace(1), now);
        prop_assert!(!isolate.decide(&[digest(1)], &ANYTHING, now).expect("by memory").renew, "it is being renewed");
        isolate.fail(&ask.expect("nobody asks"), None);
        prop_assert!(isolate.decide(&[digest(1)], &ANYTHING, now).expect("by memory").renew, "it is not being renewed");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// L46
    #[test]
    fn steady_traffic_renews_little_and_never_waits(
        lease_ms in 1_000..=LEASE_MS_MAX,
        pauses_ms in proptest::collection::vec(1_u64..=50, 1..50),
        delays_ms in proptest::collection::vec(0_u64..=100, 1..50),
    ) {
        let length_ms = 5 * 60_000;
        let mut traffic = Traffic::new(lease_ms, &delays_ms);
        traffic.run(START, length_ms, &pauses_ms);
        let leases = length_ms / lease_ms;
        prop_assert!(traffic.asks.len() as u64 * 2 <= leases * 3 + 2, "{} asks in {} leases", traffic.asks.len(), leases);
        prop_assert!(traffic.waited.iter().all(|at| at.ms_since(START) <= 100), "they wait only for the first answer");
    }

    /// L47: within an interval and the wait for a renewal, and not twice within an interval.
    #[test]
    fn a_used_token_is_reported_soon_and_not_often(
        lease_ms in 0..=LEASE_MS_MAX,
        pauses_ms in proptest::collection::vec(1_u64..=200, 1..50),
        delays_ms in proptest::collection::vec(0_u64..=100, 1..50),
    ) {
        let length_ms = 10 * 60_000;
        let mut traffic = Traffic::new(lease_ms, &delays_ms);
        traffic.run(START, length_ms, &pauses_ms);
        let uses = traffic.reports();
        let longest_ms = uses.windows(2).map(|pair| pair[1].ms_since(pair[0])).max().unwrap_or(length_ms);
        prop_assert!(longest_ms <= USAGE_INTERVAL_MS + USAGE_WAIT_MS + 200, "{longest_ms} ms without a report");
        prop_assert!(traffic.by_the_way() <= length_ms / USAGE_INTERVAL_MS + 1, "{} reports", traffic.by_the_way());
    }
}

proptest! {
    /// L48
    #[test]
    fn what_could_not_be_reported_is_put_back(tokens in 1_u8..200, fails in 0_usize..5, step_ms in 0..=CLOCK_STEP_MS) {
        let mut isolate = isolate();
        (0..tokens).for_each(|token| isolate.learn(&workspace(1), token, LEASE_MS_MAX, START));
        let used_at = START.plus_ms(USAGE_INTERVAL_MS);
        let ask = isolate.ask_for(&workspace(1), digest(250), used_at);
        let said = grant(&ask, 1, LEASE_MS_MAX, &[]);
        isolate.granted(&ask, said, used_at);
        let promises = |isolate: &mut Isolate, now| {
            let decided = |token| isolate.decide(&[digest(token)], &ANYTHING, now).expect("by memory").report;
            (0..tokens).map(decided).filter(|report| *report).count()
        };
        prop_assert_eq!(promises(&mut isolate, used_at), 1, "one request reports for all");
        prop_assert_eq!(promises(&mut isolate, Timestamp(used_at.0 - step_ms)), 0, "and goes on doing so");
        for _ in 0..fails {
            let ask = isolate.report(&workspace(1), used_at).expect("something to report");
            prop_assert_eq!(ask.renewal().used.len(), usize::from(tokens));
            prop_assert!(isolate.report(&workspace(1), used_at).is_none(), "it is being reported");
            isolate.fail(&ask, None);
            prop_assert_eq!(promises(&mut isolate, used_at), 1, "the promise was not kept");
        }
        let ask = isolate.report(&workspace(1), used_at).expect("something to report");
        isolate.receive(&ask, &RenewalAnswer::NoWindow, used_at);
        let ask = isolate.report(&workspace(1), used_at).expect("the ledger took nothing");
        prop_assert_eq!(ask.renewal().used.len(), usize::from(tokens));
        let said = grant(&ask, 1, LEASE_MS_MAX, &[]);
        isolate.granted(&ask, said, used_at);
        prop_assert_eq!(promises(&mut isolate, used_at), 0);
        prop_assert!(isolate.report(&workspace(1), used_at).is_none());
    }
}

/// L48
#[test]
fn used_tokens_are_bounded() {
    let mut isolate = isolate();
    let all = 0..=u8::MAX;
    all.clone().for_each(|token| isolate.learn(&workspace(1), token, LEASE_MS_MAX, START));
    let used_at = START.plus_ms(USAGE_INTERVAL_MS);
    let renewed = isolate.renew_early(&workspace(1), used_at).expect("nobody asks");
    let said = grant(&renewed, 1, LEASE_MS_MAX, &[]);
    isolate.granted(&renewed, said, used_at);
    let use_all =
        |isolate: &mut Isolate| all.clone().for_each(|token| assert!(isolate.by_memory(token, used_at).is_some()));
    use_all(&mut isolate);
    let ask = isolate.report(&workspace(1), used_at).expect("something to report");
    assert_eq!(ask.renewal().used.len(), REPORT_MAX);
    use_all(&mut isolate);
    isolate.fail(&ask, None);
    let ask = isolate.report(&workspace(1), used_at).expect("something to report");
    assert_eq!(ask.renewal().used.len(), REPORT_MAX, "what is put back has to fit, too");
}

/// L42: the one that waited longest waits for nothing, and nobody waits for ever.
#[test]
fn waits_are_bounded_and_forgotten_after_a_while() {
    let mut isolate = isolate();
    let first = isolate.wait(&workspace(1), &[digest(1)], START);
    let rest: Vec<_> = (0..WAITS_MAX.get()).map(|_| isolate.wait(&workspace(1), &[digest(2)], START)).collect();
    assert!(matches!(isolate.next(first, START), Next::LookAgain));
    let Next::Ask(ask) = isolate.next(rest[0], START) else { panic!("the next one asks") };
    assert_eq!(ask.renewal().want, [digest(2)]);
    isolate.fail(&ask, None);

    let later = START.plus_ms(WAIT_LOST_MS);
    let young = isolate.wait(&workspace(1), &[digest(3)], later);
    let Next::Ask(ask) = isolate.next(young, later) else { panic!("it asks") };
    assert_eq!(ask.renewal().want, [digest(3)], "what was cancelled is not asked for any more");
}
