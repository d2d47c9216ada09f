//! Small worlds, in which everything that can happen is tried.

use proof::{Action, Budget, Exploration, Explored, Script, Setup, without};
use shared::isolate::Bounds;
use shared::safeguard::Safeguard;

/// One isolate remembers token 0 under a lease of a second; its revocation is what is explored.
fn remembered(isolates: usize, lease_ms: u64) -> Script {
    let setup =
        Setup { isolates_ms: vec![0; isolates], control_plane_ms: 0, tokens: 1, lease_ms, bounds: Bounds::default() };
    let deliver = Action::Deliver { message: 0, age: 0 };
    let look = Action::Look { isolate: 0, request: 0 };
    let actions = vec![Action::Arrive { isolate: 0, token: 0 }, deliver, Action::Confirm, deliver, look];
    Script { setup, prepared: 1, actions }
}

const BUDGET: Budget = Budget { arrivals: 2, revocations: 1, publishes: 2, crashes: 1, take_overs: 1, pauses: 3 };

fn explore(exploration: Exploration, missing: Option<Safeguard>) -> Explored {
    let explored = without(missing, exploration);
    println!("{missing:?}: {} states, {} steps, {:?}", explored.states, explored.steps, explored.violation);
    explored
}

#[test]
fn everything() {
    for depth in [8, 9, 10] {
        let start = std::time::Instant::now();
        explore(Exploration { start: remembered(1, 1_000), budget: BUDGET, depth, lease_ms: 1_000 }, None);
        println!("{:?}", start.elapsed());
    }
}
