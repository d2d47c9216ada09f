//! `GET /workspaces/{workspaceId}/audit-events`: who did what, from where, before and after; never a secret.

use crate::support::{PROJECT, Server, WORKSPACE, tokens_path};
use control_plane::plan::Plan;
use serde_json::{Value, json};

fn path() -> String {
    format!("/workspaces/{WORKSPACE}/audit-events")
}

/// Events, oldest first.
async fn events(server: &Server, token: &str) -> Vec<Value> {
    let answer = server.send("GET", &format!("{}?limit=200", path()), Some(token), None).await;
    let mut events = answer.json()["data"].as_array().unwrap().clone();
    events.reverse();
    events
}

#[tokio::test]
async fn everything_that_changes_something_leaves_an_event() {
    let server = Server::start(Plan::Pro).await;
    let headers = [("user-agent", "ci/1.0"), ("x-request-id", "r-1")];
    let body = json!({"name": "CI", "scopes": ["read", "deploy"]});
    let made = server.send_with("POST", &tokens_path(""), Some(&server.admin), Some(body), &headers).await;
    let (id, token) = (made.text_of("id"), made.text_of("token"));
    server.patch(&server.admin, &id, json!({"scopes": ["read"], "name": "Renamed"})).await;
    let new = server.rotate(&server.admin, &id, json!({"graceSeconds": 60})).await;
    server.delete(&tokens_path(&new.text_of("id"))).await;
    server.delete(&tokens_path(&new.text_of("id"))).await;
    let project = server.post(&format!("/workspaces/{WORKSPACE}/projects"), json!({"name": "P"})).await;
    server.delete(&format!("/workspaces/{WORKSPACE}/projects/{}", project.text_of("id"))).await;

    let events = events(&server, &server.admin).await;
    let told: Vec<_> = events.iter().map(|event| event["action"].as_str().unwrap()).collect();
    let expected = [
        "workspace.created",
        "project.created",
        "token.created",
        "token.created",
        "token.changed",
        "token.rotated",
        "token.created",
        "token.revoked",
        "project.created",
        "project.deleted",
    ];
    assert_eq!(told, expected, "one each, and none for what changed nothing");
    let numbers: Vec<_> = events.iter().map(|event| event["number"].as_i64().unwrap()).collect();
    assert_eq!(numbers, (1..=10).collect::<Vec<_>>());
    assert_eq!(
        (&events[2]["actor"], &events[2]["userAgent"]),
        (&json!("operator"), &json!("control-plane token create"))
    );
    let (admin, created, changed) = (&events[2]["tokenId"], &events[3], &events[4]);
    assert_eq!((&created["actor"], &created["tokenId"]), (admin, &json!(id)));
    assert_eq!((&created["userAgent"], &created["requestId"]), (&json!("ci/1.0"), &json!("r-1")));
    assert_eq!((&created["before"], &created["after"]["scopes"]), (&Value::Null, &json!(["deploy", "read"])));
    assert_eq!(changed["before"], json!({"name": "CI", "scopes": ["deploy", "read"]}), "only what changed");
    assert_eq!(changed["after"], json!({"name": "Renamed", "scopes": ["read"]}));
    assert_eq!(events[5]["after"]["supersededBy"], new.json()["id"]);
    let text = json!(events).to_string();
    assert!(!text.contains(token.get(12..).unwrap()) && !text.contains("digest"), "{text}");
}

#[tokio::test]
async fn what_failed_leaves_no_event() {
    let server = Server::start(Plan::Free).await;
    for _ in 0..4 {
        server.token(&["read"]).await;
    }
    let before = events(&server, &server.admin).await.len();
    assert_eq!(server.create(&server.admin, json!({"name": "x", "scopes": ["read"]})).await.status, 403);
    assert_eq!(server.delete(&tokens_path("tok_none")).await.status, 404);
    assert_eq!(events(&server, &server.admin).await.len(), before);
}

#[tokio::test]
async fn events_are_paged_and_a_projects_admin_sees_its_own() {
    let server = Server::start(Plan::Pro).await;
    let body = json!({"name": "P", "scopes": ["admin"], "projectId": PROJECT});
    let of_project = server.create(&server.admin, body).await;
    for _ in 0..3 {
        server.token(&["read"]).await;
    }
    let first = server.get(&format!("{}?limit=4", path())).await.json();
    let cursor = first["nextCursor"].as_str().unwrap();
    server.token(&["read"]).await;
    let second = server.get(&format!("{}?limit=4&cursor={cursor}", path())).await.json();
    let numbers = |page: &Value| {
        page["data"].as_array().unwrap().iter().map(|event| event["number"].as_i64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!((numbers(&first), numbers(&second)), (vec![7, 6, 5, 4], vec![3, 2, 1]));
    assert_eq!(second["nextCursor"], Value::Null);
    let seen = events(&server, &of_project.text_of("token")).await;
    let seen: Vec<_> = seen.iter().map(|event| event["action"].as_str().unwrap()).collect();
    assert_eq!(seen, ["project.created", "token.created"]);
    for cursor in ["x", "99999999999999999999", "-1"] {
        let answer = server.get(&format!("{}?cursor={cursor}", path())).await;
        assert_eq!((answer.status, answer.slug().as_str()), (422, "validation-failed"), "{cursor}: {}", answer.text);
    }
    let (_, reader) = server.token(&["read"]).await;
    assert_eq!(server.send("GET", &path(), Some(&reader), None).await.slug(), "insufficient-scope");
}

#[tokio::test]
async fn events_of_one_token_are_found_by_whoever_sees_the_token() {
    let server = Server::start(Plan::Pro).await;
    let body = json!({"name": "P", "scopes": ["admin"], "projectId": PROJECT});
    let of_project = server.create(&server.admin, body).await;
    let (id, _) = server.token(&["read"]).await;
    assert_eq!(server.patch(&server.admin, &id, json!({"name": "Renamed"})).await.status, 200);
    let told = async |id: &str, token: &str| {
        let answer = server.send("GET", &format!("{}?tokenId={id}", path()), Some(token), None).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let events = answer.json()["data"].as_array().unwrap().clone();
        assert!(events.iter().all(|event| event["tokenId"] == id), "{}", answer.text);
        events.iter().map(|event| event["action"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(told(&id, &server.admin).await, ["token.changed", "token.created"]);
    assert!(told(&id, &of_project.text_of("token")).await.is_empty(), "not of its project");
    let own = of_project.text_of("id");
    assert_eq!(told(&own, &of_project.text_of("token")).await, ["token.created"]);
    assert!(told("tok_none", &server.admin).await.is_empty());
    let answer = server.get(&format!("{}?tokenId=x", path())).await;
    assert_eq!((answer.status, &answer.json()["errors"][0]["pointer"]), (422, &json!("tokenId")), "{}", answer.text);
}
