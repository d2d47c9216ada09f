//! A token that was created works at the edge, and the platform learns who called.

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use serde::Deserialize;
use serde_json::json;
use shared::keyring::Keyring;
use tests::{Client, World};

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

pub fn the_assertion_is_a_jwt_for_this_origin(world: &World) {
    let workspace = world.workspace();
    let (id, token) = workspace.token(&world.edge(), &["read", "deploy"], Some(&workspace.project));
    let assertion = assertion(&world.edge().with_token(&token), &workspace.deployments());
    let said = claims(world, &assertion, &world.origin.url()).unwrap();
    assert_eq!((said.sub, said.ws), (id, workspace.id.clone()));
    assert_eq!((said.project, said.scope.as_str()), (Some(workspace.project.clone()), "deploy read"));
    assert!((5..=7).contains(&(said.exp - said.iat)));
    assert!(claims(world, &assertion, "https://other.example.com").is_err(), "another origin's key must not fit");
}

/// An edge that knows them keeps what it has signed, and signs anew once it is no longer true.
pub fn each_token_is_asserted_as_what_it_is(world: &World) {
    let workspace = world.workspace();
    let tokens = [(); 2].map(|()| workspace.token(&world.edge(), &["read", "deploy"], None));
    let all_are = |scope: &str| {
        for (id, token) in tokens.iter().cycle().take(6) {
            let assertion = assertion(&world.edge().with_token(token), &workspace.deployments());
            let claims = claims(world, &assertion, &world.origin.url()).unwrap();
            assert_eq!((&claims.sub, claims.scope.as_str()), (id, scope));
        }
    };
    all_are("deploy read");
    for (id, _) in &tokens {
        workspace.rescope(&world.edge(), id, &["read"]);
    }
    all_are("read");
}

/// What the platform is told of a caller.
fn assertion(caller: &Client, path: &str) -> String {
    caller.send("GET", path).json()["headers"]["deplo-assertion"].as_str().unwrap().into()
}

/// Read by another implementation of JWT, with the key as the README derives it for an origin.
fn claims(world: &World, assertion: &str, origin: &str) -> jsonwebtoken::errors::Result<Claims> {
    let keys: Keyring = world.secrets.assertion_key.parse().unwrap();
    let key = keys.current().mac(&[origin.as_bytes()]);
    let mut validation = Validation::new(Algorithm::HS256);
    validation.set_audience(&[world.origin.url()]);
    validation.set_issuer(&["https://deplo.sh/edge"]);
    Ok(decode(assertion, &DecodingKey::from_secret(&key), &validation)?.claims)
}
