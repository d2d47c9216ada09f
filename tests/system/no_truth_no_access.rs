//! When the truth cannot be known the answer is 503, and what is malformed asks nobody.

use shared::token::{NewToken, TokenPrefix};
use tests::World;
use toml::{Table, Value};

/// Fakes an outage of KV: the binding is one of another kind, whose every call fails.
pub fn without_kv() {
    let world = World::start_with(|config| {
        config.remove("kv_namespaces");
        let binding = [("binding", "TOKENS"), ("service", "deplo-edge")].map(|(key, value)| (key.into(), value.into()));
        config.insert("services".into(), Value::Array(vec![Value::Table(Table::from_iter(binding))]));
    });
    refuses_without_truth(&world.expect("the world starts"), "KV failed");
}

/// Fakes an outage of the ledger: the binding names a worker that does not exist.
pub fn without_a_ledger() {
    let world = World::start_with(|config| {
        config.remove("migrations");
        let bindings = config["durable_objects"]["bindings"].as_array_mut().expect("bindings");
        bindings[0].as_table_mut().expect("a binding").insert("script_name".into(), "nobody".into());
    });
    refuses_without_truth(&world.expect("the world starts"), "the ledger of ws_any answered 503");
}

fn refuses_without_truth(world: &World, reason: &str) {
    let token = NewToken::generate(&TokenPrefix::default(), |bytes| bytes.fill(7));
    let token = token.as_token().expose();
    let path = "/workspaces/ws_any/projects/proj_any/deployments";
    let cannot_tell = world.edge().with_token(token).send("GET", path);
    assert_eq!(cannot_tell.outcome(), "503 authority-unavailable");
    world.log().expect(reason);
    world.log().expect(&format!("request {}: cannot tell", cannot_tell.header("x-request-id")));
    assert_eq!(cannot_tell.header("retry-after"), "1");
    assert_eq!(cannot_tell.header("cache-control"), "no-store");

    // The same edge refuses what is malformed as always: it asks neither KV nor ledger.
    let mut mistyped = token.to_owned();
    mistyped.pop();
    mistyped.push('z');
    assert_eq!(world.edge().with_token(&mistyped).send("GET", path).outcome(), "401 invalid-token");
    assert_eq!(world.edge().send("GET", path).outcome(), "401 missing-credentials");
    assert_eq!(world.edge().with_token(token).send("PUT", path).outcome(), "403 no-such-route");
}
