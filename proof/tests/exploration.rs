//! Small worlds, in which everything that can happen is tried.

use proof::{Action, Budget, Exploration, Explored, Script, Setup, without};
use shared::isolate::Bounds;
use shared::safeguard::Safeguard;

/// One isolate, one token, and clocks that agree.
fn setup(lease_ms: u64) -> Setup {
    Setup { isolates_ms: vec![0], control_plane_ms: 0, tokens: 1, lease_ms, bounds: Bounds::default() }
}

/// The isolate remembers the token, and is done with the request that asked for it.
fn remembered() -> Script {
    let deliver = Action::Deliver { message: 0, age: 0 };
    let (look, headers) = (Action::Look { isolate: 0, request: 0 }, Action::Headers { isolate: 0, request: 0 });
    let actions = vec![Action::Arrive { isolate: 0, token: 0 }, deliver, Action::Confirm, deliver, look, headers];
    Script { setup: setup(1_000), prepared: 1, actions }
}

/// Nobody has asked for the token.
fn unused(lease_ms: u64) -> Script {
    Script { setup: setup(lease_ms), prepared: 1, actions: Vec::new() }
}

/// The token is revoked, and a request comes.
const REVOKED: Budget = Budget { arrivals: 1, revocations: 1, publishes: 1, crashes: 0, take_overs: 0, pauses: 0 };

fn explore(start: Script, budget: Budget, depth: usize, missing: Option<Safeguard>) -> Explored {
    let explored = without(missing, Exploration { start, budget, depth, lease_ms: 1_000 });
    println!("without {missing:?}: {} states, {} steps", explored.states, explored.steps);
    if let Some((violation, actions)) = &explored.violation {
        println!("{violation}");
        actions.iter().for_each(|action| println!("  {action:?}"));
    }
    explored
}

/// No run of at most so many steps breaks the promise, and one does without any of these safeguards.
fn assert_needed(start: &Script, budget: Budget, depth: usize, safeguards: &[Safeguard]) {
    let product = explore(start.clone(), budget, depth, None);
    assert_eq!(product.violation, None);
    assert!(product.states > 500, "too small to prove anything");
    for safeguard in safeguards {
        let variant = explore(start.clone(), budget, depth, Some(*safeguard));
        assert!(variant.violation.is_some(), "without {safeguard:?}");
    }
}

#[test]
fn a_revocation_that_is_published_again() {
    let budget = Budget { publishes: 2, crashes: 1, pauses: 2, ..REVOKED };
    assert_needed(&remembered(), budget, 12, &[Safeguard::WaitForLeases, Safeguard::WaitAgain]);
}

#[test]
fn a_revocation_while_another_instance_takes_over() {
    let budget = Budget { take_overs: 1, pauses: 2, ..REVOKED };
    assert_needed(&remembered(), budget, 14, &[Safeguard::ConfirmedWindow]);
}

#[test]
fn a_revocation_while_an_answer_is_on_its_way() {
    let budget = Budget { arrivals: 2, pauses: 2, ..REVOKED };
    assert_needed(&unused(1_000), budget, 13, &[Safeguard::MeasureFromBeforeSend]);
}

#[test]
fn a_revocation_while_the_origin_is_at_work() {
    let mut start = remembered();
    start.actions.pop();
    let budget = Budget { arrivals: 0, pauses: 2, ..REVOKED };
    assert_needed(&start, budget, 12, &[Safeguard::DecideAgainInFlight]);
}

#[test]
fn a_revocation_without_leases() {
    let budget = Budget { arrivals: 2, ..REVOKED };
    assert_needed(&unused(0), budget, 14, &[Safeguard::OnceRuleOrder]);
}
