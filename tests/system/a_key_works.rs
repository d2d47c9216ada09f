//! A token that was created works at the edge, and the platform learns who called.

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use serde::Deserialize;
use serde_json::json;
use shared::keyring::Keyring;
use tests::World;

pub fn from_create_to_the_platform(world: &World) {
    let workspace = world.workspace();
    let edge = world.edge();
    let answer = edge
        .with_token(&workspace.admin)
        .post(&workspace.path("/access-tokens"), &json!({"name": "  CI Deploy ", "scopes": ["deploy", "deploy"]}));
    assert_eq!(answer.status, 201, "{}", answer.text);
    assert_eq!(answer.header("cache-control"), "no-store");
    let view = answer.json();
    assert_eq!(answer.header("location"), workspace.path(&format!("/access-tokens/{}", view["id"].as_str().unwrap())));
    assert_eq!(
        (&view["name"], &view["scopes"], &view["status"]),
        (&json!("CI Deploy"), &json!(["deploy"]), &json!("active"))
    );

    let token = view["token"].as_str().unwrap();
    let own = edge.with_token(token).send("GET", "/access-token");
    assert_eq!(own.header("content-location"), answer.header("location"), "{}", own.text);
    let deploy =
        edge.with_token(token).post(&format!("{}?dry=1&x=%2F", workspace.deployments()), &json!({"ref": "main"}));
    assert_eq!(deploy.status, 200, "{}", deploy.text);
    let echo = deploy.json();
    assert_eq!((&echo["method"], &echo["path"]), (&json!("POST"), &json!(workspace.deployments())));
    assert_eq!(echo["query"], "dry=1&x=%2F");
    assert!(echo["headers"]["deplo-assertion"].is_string(), "{echo}");

    let received = world.origin.received();
    let received = received.iter().rfind(|request| request.target.starts_with(&workspace.deployments())).unwrap();
    assert_eq!(received.body, br#"{"ref":"main"}"#);
    assert!(!received.headers.contains_key("authorization"));
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
    ws: String,
    project: Option<String>,
    scope: String,
    iat: u64,
    exp: u64,
}

/// Checked by another implementation of JWT, with the key as the README derives it.
pub fn the_assertion_is_a_jwt_for_this_origin(world: &World) {
    let workspace = world.workspace();
    let (id, token) = workspace.token(&world.edge(), &["read", "deploy"], Some(&workspace.project));
    let echo = world.edge().with_token(&token).send("GET", &workspace.deployments()).json();
    let assertion = echo["headers"]["deplo-assertion"].as_str().unwrap();

    let keys: Keyring = world.secrets.assertion_key.parse().unwrap();
    let key = keys.current().mac(&[world.origin.url().as_bytes()]);
    let mut validation = Validation::new(Algorithm::HS256);
    validation.set_audience(&[world.origin.url()]);
    validation.set_issuer(&["https://deplo.sh/edge"]);
    let claims = decode::<Claims>(assertion, &DecodingKey::from_secret(&key), &validation).unwrap().claims;
    assert_eq!((claims.sub, claims.ws), (id, workspace.id.clone()));
    assert_eq!((claims.project, claims.scope.as_str()), (Some(workspace.project.clone()), "deploy read"));
    assert!((5..=7).contains(&(claims.exp - claims.iat)));

    let other = DecodingKey::from_secret(&keys.current().mac(&[b"https://other.example.com"]));
    assert!(decode::<Claims>(assertion, &other, &validation).is_err(), "another origin's key must not fit");
}
