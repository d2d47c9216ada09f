//! When the call that revokes a token has answered, the next request is refused.

use shared::digest::Digest;
use shared::keyring::Keyring;
use shared::ledger::{Format, KvPut, KvWrites};
use shared::token::{Token, TokenPrefix};
use tests::{World, send_signed};

const REVOKED: &str =
    "Bearer realm=\"deplo\", error=\"invalid_token\", error_description=\"The access token was revoked\"";

pub fn at_the_very_next_request(world: &World) {
    let workspace = world.workspace();
    let admin = world.edge().with_token(&workspace.admin);
    for _ in 0..10 {
        let (id, token) = workspace.token(&world.edge(), &["deploy"], None);
        let caller = world.edge().with_token(&token);
        assert_eq!(caller.send("POST", &workspace.deployments()).status, 200);

        let path = workspace.path(&format!("/access-tokens/{id}"));
        let receipt = admin.send("DELETE", &path);
        assert_eq!(receipt.status, 200, "{}", receipt.text);
        let refused = caller.send("POST", &workspace.deployments());
        assert_eq!(refused.outcome(), "401 invalid-token");
        assert_eq!(refused.header("www-authenticate"), REVOKED);

        let receipt = receipt.json();
        assert_eq!((&receipt["id"], &receipt["status"]), (&id.into(), &"revoked".into()));
        assert!(receipt["revokedAt"].as_str() <= receipt["effectiveAt"].as_str());
        assert_eq!(admin.send("DELETE", &path).json(), receipt, "a repeated DELETE answers the same receipt");
    }
}

/// Plays somebody who can write KV: the entry comes back byte for byte.
pub fn although_its_kv_entry_is_put_back(world: &World) {
    let workspace = world.workspace();
    let (id, token) = workspace.token(&world.edge(), &["deploy"], None);
    let admin = world.edge().with_token(&workspace.admin);
    assert_eq!(admin.send("DELETE", &workspace.path(&format!("/access-tokens/{id}"))).status, 200);

    let peppers: Keyring = world.secrets.token_pepper.parse().unwrap();
    let digest = Digest::current(Token::parse(&token, &TokenPrefix::default()).unwrap(), &peppers);
    let put = KvPut { digest, workspace_id: workspace.id.parse().unwrap(), expiration_s: None };
    let writes = KvWrites { format: Format, puts: vec![put], deletes: Vec::new() };
    assert!(send_signed(&world.edge.url(), "/_edge/kv", &writes, &world.secrets).status().is_success());

    let refused = world.edge().with_token(&token).send("POST", &workspace.deployments());
    assert_eq!(refused.outcome(), "401 invalid-token");
    assert_eq!(refused.header("www-authenticate"), REVOKED);
}

pub fn when_its_project_is_deleted(world: &World) {
    let workspace = world.workspace();
    let project = Some(workspace.project.as_str());
    let tokens = [0; 3].map(|_| workspace.token(&world.edge(), &["deploy"], project).1);
    let deleted = world
        .edge()
        .with_token(&workspace.admin)
        .send("DELETE", &workspace.path(&format!("/projects/{}", workspace.project)));
    assert_eq!(deleted.status, 200, "{}", deleted.text);
    assert_eq!(deleted.json()["revoked"], 3);
    for token in tokens {
        let refused = world.edge().with_token(&token).send("POST", &workspace.deployments());
        assert_eq!(refused.outcome(), "401 invalid-token");
    }
}
