//! A Wasm instance that traps is replaced by the next request. Meanwhile nothing is allowed, and what the old one knew is
//! asked for anew.

use crate::in_flight_answers_are_withheld::{now, read_stream, revoke};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;
use tests::{Answer, Client, World, root, wait_until};
use toml::Value;

/// What a request takes to arrive on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// A lease and a second: what watched the body is gone, and somebody else looks whether it still watches.
const CUT_WITHIN: Duration = Duration::from_secs(4);

/// The same isolate holds the ledger's objects, so that they are replaced too.
pub fn and_fails_closed_meanwhile() {
    let world = World::start_with(|config| {
        let main = root().join("tests/poison/worker.js").canonicalize().expect("the worker that can be poisoned");
        config.insert("main".into(), Value::from(main.to_string_lossy().into_owned()));
    });
    let world = world.expect("the world starts");
    let workspace = world.workspace();
    let [(id, token), (other_id, other), (streamer_id, streamer)] =
        [0; 3].map(|_| workspace.token(&world.edge(), &["read"], None));
    let (caller, other) = (world.edge().with_token(&token), world.edge().with_token(&other));
    let hot = |caller: &Client| caller.send("GET", &workspace.deployments()).status;
    assert_eq!([hot(&caller), hot(&caller), hot(&other)], [200; 3]);

    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        let stream = scope.spawn(|| read_stream(world.edge().with_token(&streamer), &workspace, &stop));
        assert!(wait_until(PATIENCE, || streams(&world)), "the stream never began");
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

        revoke(&world, &workspace, &streamer_id);
        let answered = now();
        thread::sleep(CUT_WITHIN);
        stop.store(true, Ordering::Relaxed);
        let cut = stream.join().expect("a stream");
        let late = cut.last_at.saturating_duration_since(answered);
        assert!(cut.broken && late < CUT_WITHIN, "nobody watched the stream any more: {late:?}");
    });

    revoke(&world, &workspace, &other_id);
    assert_eq!([hot(&caller), hot(&other)], [200, 401]);
}

fn streams(world: &World) -> bool {
    world.origin.received().iter().any(|request| request.target.contains("?stream="))
}
