//! `/workspaces/{workspaceId}/access-tokens`: what is answered, and what is refused.

use crate::support::{PROJECT, Server, WORKSPACE, digest_of, tokens_path};
use control_plane::plan::Plan;
use serde_json::{Value, json};

#[tokio::test]
async fn a_token_is_shown_once_and_listed_without_its_text() {
    let server = Server::start(Plan::Pro).await;
    let body = json!({"name": " CI ", "scopes": ["read", "deploy", "read"], "expiresAt": "2999-12-31"});
    let created = server.create(&server.admin, body).await;
    assert_eq!(created.status, 201, "{}", created.text);
    assert_eq!(created.headers["cache-control"], "no-store");
    let mut view = created.json();
    let token = view["token"].as_str().unwrap().to_owned();
    assert_eq!(created.headers["location"], tokens_path(view["id"].as_str().unwrap()).as_str());
    assert_eq!(view["prefix"], format!("{}…", token.get(..12).unwrap()));
    assert_eq!(view["scopes"], json!(["deploy", "read"]));
    assert_eq!(view["expiresAt"], "2999-12-31T23:59:59.999Z");
    assert!(server.edge.kv_has(&digest_of(&token)), "KV knows it when the create answers");

    view.as_object_mut().unwrap().remove("token");
    let keys: Vec<_> = view.as_object().unwrap().keys().map(String::as_str).collect();
    let contract = [
        "createdAt",
        "createdBy",
        "expiresAt",
        "graceEndsAt",
        "id",
        "lastUsedAt",
        "name",
        "prefix",
        "projectId",
        "revokedAt",
        "scopes",
        "status",
        "supersededBy",
    ];
    assert_eq!(keys, contract);
    assert_eq!(server.get(&tokens_path(view["id"].as_str().unwrap())).await.json(), view);
    let listed = server.get(&tokens_path("")).await;
    assert_eq!(listed.json()["data"][0], view, "newest first");
    assert!(!listed.text.contains(&token));
}

#[tokio::test]
async fn pages_are_stable_while_tokens_are_added() {
    let server = Server::start(Plan::Pro).await;
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.push(server.token(&["read"]).await.0);
    }
    let first = server.get(&format!("{}?limit=3", tokens_path(""))).await.json();
    server.token(&["read"]).await;
    let cursor = first["nextCursor"].as_str().unwrap();
    let second = server.get(&format!("{}?limit=3&cursor={cursor}", tokens_path(""))).await.json();
    let seen: Vec<_> = [&first, &second].iter().flat_map(|page| page["data"].as_array().unwrap()).collect();
    let seen: Vec<_> = seen.iter().map(|view| view["id"].as_str().unwrap()).collect();
    assert_eq!(seen.len(), 6, "the five and the admin's");
    assert!(ids.iter().all(|id| seen.contains(&id.as_str())));
    assert_eq!(second["nextCursor"], Value::Null);
}

#[tokio::test]
async fn status_and_project_filter_the_list() {
    let server = Server::start(Plan::Pro).await;
    let (dead, _) = server.token(&["read"]).await;
    server.create(&server.admin, json!({"name": "p", "scopes": ["read"], "projectId": PROJECT})).await;
    assert_eq!(server.delete(&tokens_path(&dead)).await.status, 200);
    let count = async |query: &str| {
        let path = format!("{}?{query}", tokens_path(""));
        server.get(&path).await.json()["data"].as_array().unwrap().len()
    };
    assert_eq!(count("").await, 2);
    assert_eq!(count("status=revoked").await, 1);
    assert_eq!(count("status=expired").await, 0);
    assert_eq!(count("status=all").await, 3);
    assert_eq!(count(&format!("projectId={PROJECT}")).await, 1);
}

#[tokio::test]
async fn a_revoked_token_answers_the_same_receipt_again() {
    let server = Server::start(Plan::Pro).await;
    let (id, token) = server.token(&["read"]).await;
    let first = server.delete(&tokens_path(&id)).await;
    assert_eq!(first.status, 200, "{}", first.text);
    let receipt = first.json();
    assert_eq!((&receipt["status"], &receipt["version"]), (&json!("revoked"), &json!(3)));
    assert_eq!(server.delete(&tokens_path(&id)).await.json(), receipt);
    let refused = server.send("GET", &tokens_path(""), Some(&token), None).await;
    assert_eq!((refused.status, refused.slug().as_str()), (401, "invalid-token"));
    let view = server.get(&tokens_path(&id)).await.json();
    assert_eq!((&view["status"], &view["revokedAt"]), (&json!("revoked"), &receipt["revokedAt"]));
}

#[tokio::test]
async fn a_token_can_revoke_itself_and_gets_the_receipt() {
    let server = Server::start(Plan::Pro).await;
    let (id, token) = server.token(&["admin"]).await;
    let receipt = server.send("DELETE", &tokens_path(&id), Some(&token), None).await;
    assert_eq!(receipt.status, 200, "{}", receipt.text);
    let again = server.send("DELETE", &tokens_path(&id), Some(&token), None).await;
    assert_eq!((again.status, again.slug().as_str()), (401, "invalid-token"));
}

#[tokio::test]
async fn nobody_gives_away_more_than_they_have() {
    let server = Server::start(Plan::Pro).await;
    let make = async |maker: &str, body: Value| server.create(maker, body).await;
    let expiring = json!({"name": "e", "scopes": ["admin"], "expiresAt": "2999-01-01"});
    let expiring = make(&server.admin, expiring).await.json()["token"].as_str().unwrap().to_owned();
    let of_project = json!({"name": "p", "scopes": ["admin"], "projectId": PROJECT});
    let of_project = make(&server.admin, of_project).await.json()["token"].as_str().unwrap().to_owned();
    let refused = [
        (&expiring, json!({"name": "x", "scopes": ["read"]}), "permanent"),
        (&expiring, json!({"name": "x", "scopes": ["read"], "expiresAt": "2999-01-02"}), "later"),
        (&of_project, json!({"name": "x", "scopes": ["read"], "projectId": "proj_other"}), "another project"),
    ];
    for (maker, body, what) in refused {
        let answer = make(maker, body).await;
        assert_eq!((answer.status, answer.slug().as_str()), (403, "insufficient-scope"), "{what}: {}", answer.text);
    }
    assert_eq!(make(&expiring, json!({"name": "x", "scopes": ["read"], "expiresAt": "2998-12-31"})).await.status, 201);
    let implied = make(&of_project, json!({"name": "x", "scopes": ["read"]})).await;
    assert_eq!(implied.json()["projectId"], PROJECT, "what a project's token makes is of its project");
}

#[tokio::test]
async fn a_project_token_sees_and_revokes_its_projects_tokens_only() {
    let server = Server::start(Plan::Pro).await;
    let (other, _) = server.token(&["read"]).await;
    let body = json!({"name": "p", "scopes": ["admin"], "projectId": PROJECT});
    let token = server.create(&server.admin, body).await.json()["token"].as_str().unwrap().to_owned();
    for method in ["GET", "DELETE"] {
        let answer = server.send(method, &tokens_path(&other), Some(&token), None).await;
        assert_eq!((answer.status, answer.slug().as_str()), (404, "not-found"), "{method}");
    }
    let listed = server.send("GET", &format!("{}?status=all", tokens_path("")), Some(&token), None).await.json();
    assert_eq!(listed["data"].as_array().unwrap().len(), 1);
    let projects = format!("/workspaces/{WORKSPACE}/projects");
    let listed = server.send("GET", &projects, Some(&token), None).await.json();
    assert_eq!(listed["data"][0]["id"], PROJECT);
}

#[tokio::test]
async fn unknown_ids_are_not_found_and_foreign_workspaces_are_refused_without_a_look() {
    let server = Server::start(Plan::Pro).await;
    assert_eq!(server.get(&tokens_path("tok_nobody")).await.slug(), "not-found");
    for id in ["ws_other", "ws_nobody"] {
        let answer = server.get(&format!("/workspaces/{id}/access-tokens")).await;
        assert_eq!((answer.status, answer.slug().as_str()), (403, "insufficient-scope"));
    }
}

#[tokio::test]
async fn a_token_may_expire_later_than_kv_can_count() {
    let server = Server::start(Plan::Pro).await;
    let body = json!({"name": "t", "scopes": ["read"], "expiresAt": "9999-12-01"});
    let late = server.create(&server.admin, body).await;
    assert_eq!(late.status, 201, "{}", late.text);
    assert!(server.edge.kv_has(&digest_of(&late.text_of("token"))));
}

#[tokio::test]
async fn what_cannot_be_an_id_is_said_to_be_none_and_not_looked_up() {
    let server = Server::start(Plan::Pro).await;
    for bad in ["proj_\0", "", "proj_", &format!("proj_{}", "a".repeat(60))] {
        let body = json!({"name": "t", "scopes": ["read"], "projectId": bad});
        let answer = server.create(&server.admin, body).await;
        assert_eq!((answer.status, &answer.json()["errors"][0]["pointer"]), (422, &json!("/projectId")), "{bad:?}");
    }
    let listed = server.get(&format!("{}?projectId=proj_%00", tokens_path(""))).await;
    assert_eq!((listed.status, &listed.json()["errors"][0]["pointer"]), (422, &json!("projectId")));
    for bad in ["tok_\0", "", "tok_", &format!("tok_{}", "a".repeat(61))] {
        let answer = server.post(&tokens_path("revoke"), json!({"ids": ["tok_nobody", bad]})).await;
        assert_eq!((answer.status, &answer.json()["errors"][0]["pointer"]), (422, &json!("/ids/1")), "{bad:?}");
    }
}

#[tokio::test]
async fn a_wrong_field_is_named_with_what_is_expected() {
    let server = Server::start(Plan::Pro).await;
    let error = async |body| server.create(&server.admin, body).await.json()["errors"][0].clone();
    assert_eq!(
        error(json!({"name": "t", "scope": ["read"]})).await,
        json!({
            "pointer": "/scope",
            "detail": "unknown field `scope`, expected one of `name`, `scopes`, `projectId`, `expiresAt`"
        })
    );
    assert_eq!(
        error(json!({"name": 1})).await,
        json!({"pointer": "/name", "detail": "invalid type: integer `1`, expected a string"})
    );
}

/// A name tells tokens apart for people: it is seen, and does not look like another one by a trick.
#[tokio::test]
async fn a_name_is_seen_and_turns_no_text() {
    let server = Server::start(Plan::Team).await;
    let create = async |name: &str| server.create(&server.admin, json!({"name": name, "scopes": ["read"]})).await;
    for (name, words) in [
        ("\u{200b}", "is seen"),
        ("\u{2060}\u{feff}", "is seen"),
        ("\u{3164}", "is seen"),
        ("Admin\u{202e}yolpeD", "direction"),
        ("\u{2066}Admin\u{2069}", "direction"),
        ("Admin\u{200e}", "direction"),
        ("\u{200f}Admin", "direction"),
        ("Admin\u{61c}", "direction"),
        ("Admin\u{7}", "control"),
    ] {
        let answer = create(name).await;
        assert_eq!(answer.status, 422, "{name:?}: {}", answer.text);
        assert!(answer.json()["errors"][0]["detail"].as_str().unwrap().contains(words), "{name:?}: {}", answer.text);
        let project = json!({"name": name});
        assert_eq!(server.post(&format!("/workspaces/{WORKSPACE}/projects"), project).await.status, 422, "{name:?}");
    }
    for name in ["👩\u{200d}🚀", "می\u{200c}خواهم", "نشر التطبيق", "部署", "…", "e\u{301}"] {
        let answer = create(name).await;
        assert_eq!((answer.status, &answer.json()["name"]), (201, &json!(name)), "{}", answer.text);
    }
}

#[tokio::test]
async fn the_token_is_nowhere_in_the_database() {
    let server = Server::start(Plan::Pro).await;
    let (id, token) = server.token(&["read"]).await;
    let mut found_id = false;
    for path in server.database().files().await {
        // Another test's database may have gone meanwhile.
        let Ok(bytes) = std::fs::read(&path) else { continue };
        let holds = |text: &str| memchr::memmem::find(&bytes, text.as_bytes()).is_some();
        assert!(!holds(token.get(12..).unwrap()), "{}", path.display());
        found_id |= holds(&id);
    }
    assert!(found_id, "the search can find something");
}
