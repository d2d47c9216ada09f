//! A token reaches nothing beyond its workspace, and nothing beyond its project if it has one.

use tests::World;

const ROUTES: [(&str, &str); 6] = [
    ("GET", "/projects/{project}/deployments"),
    ("POST", "/projects/{project}/deployments"),
    ("DELETE", "/projects/{project}/deployments/dep1"),
    ("GET", "/members"),
    ("GET", "/access-tokens"),
    ("GET", "/projects/{project}"),
];

pub fn another_workspace(world: &World) {
    let (own, other) = (world.workspace(), world.workspace());
    let caller = world.edge().with_token(&own.admin);
    for (method, route) in ROUTES {
        for workspace in [other.id.as_str(), "ws_nobody"] {
            let path = format!("/workspaces/{workspace}{}", route.replace("{project}", &other.project));
            assert_eq!(caller.send(method, &path).outcome(), "403 insufficient-scope", "{method} {path}");
        }
    }
}

pub fn another_project(world: &World) {
    let workspace = world.workspace();
    let (_, token) = workspace.token(&world.edge(), &["admin"], Some(&workspace.project));
    let caller = world.edge().with_token(&token);
    for (method, route) in ROUTES {
        let own = caller.send(method, &workspace.path(&route.replace("{project}", &workspace.project)));
        let expected = if route == "/members" { "403 insufficient-scope" } else { "200" };
        assert_eq!(own.outcome(), expected, "{method} {route}");
        if route.contains("{project}") {
            let foreign = caller.send(method, &workspace.path(&route.replace("{project}", "proj_other")));
            assert_eq!(foreign.outcome(), "403 insufficient-scope", "{method} {route}");
        }
    }
    let listed = caller.send("GET", &workspace.path("/access-tokens")).json();
    assert_eq!(listed["data"].as_array().unwrap().len(), 1, "it sees its project's tokens only: {listed}");
    let created = caller.post(&workspace.path("/projects"), &serde_json::json!({"name": "More"}));
    assert_eq!(created.outcome(), "403 insufficient-scope", "it makes no projects");
}
