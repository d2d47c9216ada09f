//! The edge goes on deciding while the control plane is down.

use tests::World;

pub fn and_says_when_it_cannot_pass_on() {
    let mut world = World::start();
    let workspace = world.workspace();
    let (_, token) = workspace.token(&world.edge(), &["deploy"], None);
    world.control_plane.kill();

    let caller = world.edge().with_token(&token);
    assert_eq!(caller.send("POST", &workspace.deployments()).status, 200);
    assert_eq!(caller.send("GET", &workspace.deployments()).outcome(), "403 insufficient-scope");
    let passed_on = caller.send("GET", &workspace.path("/access-tokens"));
    assert_eq!(passed_on.outcome(), "503 authority-unavailable");
    assert_eq!(passed_on.header("retry-after"), "1");
}
