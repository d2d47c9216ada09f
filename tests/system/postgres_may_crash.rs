//! With Postgres gone the edge goes on deciding, and nothing is said to be revoked that is not.

use tests::{Fsync, Postgres, World, find_postgres};

pub fn and_revocations_are_immediate_once_it_is_back() {
    let bin = find_postgres().expect("Postgres; `cargo xtask test` installs it");
    let postgres = Postgres::start(&bin, Fsync::Off).expect("Postgres starts");
    let world = World::start_on(&postgres.url("postgres")).expect("the world starts");
    let workspace = world.workspace();
    let (id, token) = workspace.token(&world.edge(), &["deploy"], None);
    let caller = world.edge().with_token(&token);
    let admin = world.edge().with_token(&workspace.admin);
    let revoked = workspace.path(&format!("/access-tokens/{id}"));

    postgres.stop_immediately().expect("it stops");
    assert_eq!(caller.send("POST", &workspace.deployments()).status, 200);
    assert_eq!(admin.send("DELETE", &revoked).outcome(), "503 authority-unavailable");
    assert_eq!(caller.send("POST", &workspace.deployments()).status, 200);

    postgres.start_again().expect("it is back");
    assert_eq!(admin.send("DELETE", &revoked).status, 200);
    assert_eq!(caller.send("POST", &workspace.deployments()).outcome(), "401 invalid-token");
}
