//! `GET …/access-tokens?status=`: each list holds exactly the tokens that show that they belong into it.

use crate::support::{PROJECT, Server, tokens_path};
use control_plane::plan::Plan;
use serde_json::{Value, json};

/// All pages of a list, two tokens each.
async fn list(server: &Server, query: &str) -> Vec<Value> {
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = server.get(&format!("{}?limit=2&{query}{cursor}", tokens_path(""))).await.json();
        found.extend(page["data"].as_array().unwrap().iter().cloned());
        match page["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return found,
        }
    }
}

/// Four tokens that end in every way there is, two of them of the project.
async fn every_end(server: &Server) {
    for project in [Value::Null, json!(PROJECT), Value::Null, json!(PROJECT)] {
        let in_a_second = server.app.clock.now().plus_ms(1_000).0.cast_signed();
        let in_a_second = jiff::Timestamp::from_millisecond(in_a_second).unwrap().to_string();
        for expires_at in [Value::Null, json!("2999-12-31"), json!(in_a_second)] {
            let body = json!({"name": "x", "scopes": ["read"], "projectId": project, "expiresAt": expires_at});
            let made = server.create(&server.admin, body).await;
            assert_eq!(made.status, 201, "{}", made.text);
            let id = made.text_of("id");
            if expires_at.is_null() && project.is_null() {
                server.delete(&tokens_path(&id)).await;
            } else if expires_at.is_null() {
                server.rotate(&server.admin, &id, json!({"graceSeconds": 1})).await;
            } else if expires_at == "2999-12-31" && project.is_null() {
                server.rotate(&server.admin, &id, json!({"graceSeconds": 3600})).await;
            }
        }
    }
}

#[tokio::test]
async fn each_list_holds_exactly_the_tokens_that_show_it() {
    let server = Server::start(Plan::Team).await;
    every_end(&server).await;
    let (pending, _) = server.token(&["read"]).await;
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    server.edge.set_down(true);
    assert_eq!(server.delete(&tokens_path(&pending)).await.status, 202);
    for project in ["", &format!("&projectId={PROJECT}")] {
        let all = list(&server, &format!("status=all{project}")).await;
        let ids: Vec<_> = all.iter().map(|view| view["id"].as_str().unwrap()).collect();
        assert!(ids.is_sorted_by(|newer, older| newer > older), "newest first, each once: {ids:?}");
        for (status, shown) in
            [("active", &["active", "pending"][..]), ("expired", &["expired"]), ("revoked", &["revoked"])]
        {
            let belong: Vec<_> = all.iter().filter(|view| shown.contains(&view["status"].as_str().unwrap())).collect();
            assert!(!belong.is_empty(), "{status}{project} is tried");
            let listed = list(&server, &format!("status={status}{project}")).await;
            assert_eq!(listed.iter().collect::<Vec<_>>(), belong, "{status}{project}");
        }
        let shown = |status: &str| all.iter().filter(|view| view["status"] == status).count();
        assert_eq!(shown("pending"), usize::from(project.is_empty()));
    }
}
