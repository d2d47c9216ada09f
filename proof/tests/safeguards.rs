//! The proof can fail: each safeguard is kept with a seed by which machines without it break the promise, and the
//! product does not. `proof --without WaitAgain --seed 156 --minimise` shows how.
//!
//! Other machines draw other runs. If a change of `shared` makes a kept seed pass, `proof --without …` finds another.

use proof::{Run, without};
use shared::safeguard::Safeguard;

/// What is violated, as the beginning of what the judge says.
const LATE_HAND_OVER: &str = "admits a request (HandOver): a token";
const LATE_RELEASE: &str = "admits a request (Release): a token";
const REFUSED_BY_OLDER: &str = "refuses a request (HandOver): a token that was changed";
const CREATED_UNKNOWN: &str = "refuses a request (HandOver): a token that was created";

/// Beyond the assumptions, clocks leap by up to so many milliseconds.
const LEAP_MS: i64 = 2_000;

const KEPT: [(Safeguard, u64, &str); 16] = [
    (Safeguard::WaitForLeases, 5, LATE_RELEASE),
    (Safeguard::WaitAgain, 156, LATE_HAND_OVER),
    (Safeguard::CreatesWaitForReplaced, 3_824, CREATED_UNKNOWN),
    (Safeguard::ConfirmedWindow, 65, LATE_HAND_OVER),
    (Safeguard::InheritedNeverShrinks, 4_584, LATE_HAND_OVER),
    (Safeguard::LeaseInsideWindow, 130_092, LATE_HAND_OVER),
    (Safeguard::UninitialisedGrantsNothing, 1_977, CREATED_UNKNOWN),
    (Safeguard::HashChain, 1_143, LATE_HAND_OVER),
    (Safeguard::GrowingEpochs, 114, CREATED_UNKNOWN),
    (Safeguard::ReservedEpochs, 291_917, REFUSED_BY_OLDER),
    (Safeguard::MeasureFromBeforeSend, 35, LATE_HAND_OVER),
    (Safeguard::RightSinceAndEpoch, 601_096, LATE_HAND_OVER),
    (Safeguard::OlderAnswersChangeNothing, 226, LATE_RELEASE),
    (Safeguard::UnknownDiesWithLease, 477, CREATED_UNKNOWN),
    (Safeguard::OnceRuleOrder, 226, LATE_HAND_OVER),
    (Safeguard::DecideAgainInFlight, 2, LATE_RELEASE),
];

/// Within the assumptions no clock goes back far enough for this one to be needed.
const KEPT_BEYOND: (Safeguard, u64, &str) = (Safeguard::VoidOnBackwardClock, 298, LATE_HAND_OVER);

fn violation(missing: Option<Safeguard>, run: Run) -> Option<String> {
    without(missing, run).0.violation.map(|violation| violation.to_string())
}

fn assert_needed((safeguard, seed, what): (Safeguard, u64, &str), leap_max_ms: i64) {
    let run = Run { seed, leap_max_ms };
    let found = violation(Some(safeguard), run).unwrap_or_default();
    assert!(found.contains(what), "without {safeguard:?}, seed {seed}: expected \"{what}\", found \"{found}\"");
    assert_eq!(violation(None, run), None, "with {safeguard:?}, seed {seed}");
}

#[test]
fn without_any_one_safeguard_the_promise_is_broken() {
    KEPT.into_iter().for_each(|kept| assert_needed(kept, 0));
}

#[test]
fn a_clock_that_goes_back_too_far_is_seen() {
    assert_needed(KEPT_BEYOND, LEAP_MS);
}

#[test]
fn beyond_what_is_assumed_of_clocks_the_promise_is_broken() {
    let run = Run { seed: 55_171, leap_max_ms: LEAP_MS };
    let found = violation(None, run).unwrap_or_default();
    assert!(found.contains(LATE_HAND_OVER), "{found}");
}

#[test]
fn every_safeguard_is_kept() {
    let kept: Vec<_> = KEPT.iter().chain([&KEPT_BEYOND]).map(|(safeguard, ..)| *safeguard).collect();
    assert!(Safeguard::ALL.iter().all(|safeguard| kept.contains(safeguard)));
}
