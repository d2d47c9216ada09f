//! A flood of well-formed tokens that nobody made costs the ledger a trickle and hides no real one.

use shared::token::{NewToken, TokenPrefix};
use std::thread;
use tests::World;

pub fn and_hide_no_real_one() {
    let world = World::start();
    let workspace = world.workspace();
    let (_, token) = workspace.token(&world.edge(), &["deploy"], None);
    let try_made_up = &|number| {
        let made_up = NewToken::generate(&TokenPrefix::default(), |bytes| bytes.fill(number));
        world.edge().with_token(made_up.as_token().expose()).send("POST", &workspace.deployments()).outcome()
    };
    let outcomes: Vec<_> = thread::scope(|scope| {
        let flood: Vec<_> = (0..120).map(|number| scope.spawn(move || try_made_up(number))).collect();
        for _ in 0..10 {
            let real = world.edge().with_token(&token).send("POST", &workspace.deployments());
            assert_eq!(real.status, 200, "a token that KV knows needs no budget");
        }
        flood.into_iter().map(|made_up| made_up.join().expect("an outcome")).collect()
    });
    let count = |wanted: &str| outcomes.iter().filter(|outcome| *outcome == wanted).count();
    let (refused, spared) = (count("401 invalid-token"), count("503 authority-unavailable"));
    assert_eq!(refused + spared, outcomes.len(), "{outcomes:?}");
    assert!(refused >= 25 && spared > 0, "{refused} asked, {spared} spared");
    world.log().expect("too many tokens that KV does not know");
}
