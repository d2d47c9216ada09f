//! Each scope allows what it names, admin everything, and nothing else is allowed.

use tests::World;

/// Routes of the platform and of the control plane, with the scope that each needs.
const ROUTES: [(&str, &str, &str); 9] = [
    ("POST", "/projects/{project}/deployments", "deploy"),
    ("GET", "/projects/{project}/deployments", "read"),
    ("HEAD", "/projects/{project}/deployments", "read"),
    ("GET", "/projects/{project}/deployments/dep1", "read"),
    ("DELETE", "/projects/{project}/deployments/dep1", "delete"),
    ("GET", "/members", "admin"),
    ("DELETE", "/members/m1", "admin"),
    ("GET", "/projects", "read"),
    ("GET", "/access-tokens", "read"),
];

pub fn and_nothing_else(world: &World) {
    let workspace = world.workspace();
    for scope in ["deploy", "read", "delete", "admin"] {
        let (_, token) = workspace.token(&world.edge(), &[scope], None);
        let caller = world.edge().with_token(&token);
        for (method, route, needed) in ROUTES {
            let answer = caller.send(method, &workspace.path(&route.replace("{project}", &workspace.project)));
            let expected = if scope == needed || scope == "admin" { 200 } else { 403 };
            assert_eq!(answer.status, expected, "{scope}: {method} {route}");
            if expected == 403 {
                let challenge = format!("Bearer realm=\"deplo\", error=\"insufficient_scope\", scope=\"{needed}\"");
                assert_eq!(answer.header("www-authenticate"), challenge);
            }
        }
    }
}
