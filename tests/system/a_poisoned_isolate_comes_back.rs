//! A Wasm instance that traps is replaced by the next request. Meanwhile nothing is allowed, and what the old one knew is
//! asked for anew.

use crate::in_flight_answers_are_withheld::revoke;
use std::thread;
use std::time::Duration;
use tests::{Answer, Client, World, root, wait_until};
use toml::Value;

/// What a request takes to arrive on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// The same isolate holds the ledger's objects, so that they are replaced too.
pub fn and_fails_closed_meanwhile() {
    let world = World::start_with(|config| {
        let main = root().join("tests/poison/worker.js").canonicalize().expect("the worker that can be poisoned");
        config.insert("main".into(), Value::from(main.to_string_lossy().into_owned()));
    });
    let world = world.expect("the world starts");
    let workspace = world.workspace();
    let [(id, token), (other_id, other)] = [0; 2].map(|_| workspace.token(&world.edge(), &["read"], None));
    let (caller, other) = (world.edge().with_token(&token), world.edge().with_token(&other));
    let hot = |caller: &Client| caller.send("GET", &workspace.deployments()).status;
    assert_eq!([hot(&caller), hot(&caller), hot(&other)], [200; 3]);

    thread::scope(|scope| {
        let in_flight = scope.spawn(|| caller.send("GET", &format!("{}?hold={id}", workspace.deployments())));
        assert!(wait_until(PATIENCE, || world.origin.holds(&id)), "the request never arrived");
        let received = world.origin.received().len();
        let poisoned = Answer::of(caller.request("GET", &workspace.deployments()).header("x-poison", "1"));
        assert_eq!((poisoned.status, poisoned.slug().as_str()), (503, "authority-unavailable"), "{poisoned:?}");
        assert_eq!(poisoned.header("retry-after"), "1");
        assert_eq!(world.origin.received().len(), received, "it was passed on all the same");
        assert_eq!([hot(&caller), hot(&other)], [200; 2], "the isolate did not come back");
        world.origin.let_go(&id);
        let answer = in_flight.join().expect("an answer");
        assert_eq!((answer.status, answer.slug().as_str()), (503, "authority-unavailable"), "{answer:?}");
    });

    revoke(&world, &workspace, &other_id);
    assert_eq!([hot(&caller), hot(&other)], [200, 401]);
}
