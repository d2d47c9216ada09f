//! Each key is replaced while everything is in use, by the steps that README.md tells operators, and nobody notices.
//!
//! What restarts here is what a deployment replaces without a gap: see [`deployment`].

mod deployment;
mod traffic;

use deployment::Deployment;
use shared::ledger::{Format, UsedTokens};
use std::time::Duration;
use tests::{Edges, EdgesConfig, Secrets, send_signed, send_usage, wait_until};
use traffic::Traffic;

/// A ledger tells of a use after half a minute.
const SEEN_WITHIN: Duration = Duration::from_secs(120);

/// `PUBLISH_KEY`: each side signs with it and checks what the other signed, so each learns before the other signs.
///
/// The edge learns, the control plane learns and switches, the edge switches and forgets, the control plane forgets.
pub fn the_key_of_signed_calls() {
    let (mut edges, new) = start();
    let (old, log, control_plane_url) = (edges.secrets.clone(), edges.log.clone(), edges.control_plane.url());
    let deployment = Deployment::of(&mut edges);
    Traffic::during(&deployment, |traffic| {
        let with = |publish_key: &str| Secrets { publish_key: publish_key.into(), ..old.clone() };
        let (k1, k2) = (&old.publish_key, &new.publish_key);
        let goes_on = |edge_secrets: &Secrets| {
            traffic.goes_on();
            // As the ledgers do, without waiting for it.
            let report = UsedTokens { format: Format, used: Vec::new() };
            assert_eq!(send_usage(&control_plane_url, &report, edge_secrets).status(), 204);
        };
        let (both, switched, new) = (with(&format!("{k1},{k2}")), with(&format!("{k2},{k1}")), with(k2));
        deployment.deploy_edge(&both);
        goes_on(&both);
        deployment.restart_control_plane(&switched);
        goes_on(&both);
        deployment.deploy_edge(&new);
        goes_on(&new);
        deployment.restart_control_plane(&new);
        goes_on(&new);

        let refused = |log: &str| log.contains("signed call of") || log.contains("the control plane answered 401");
        assert!(!refused(&log.text()), "{}", log.text());
        for url in deployment.edge_urls() {
            assert_eq!(send_signed(url, "/_edge/ledgers/ws_test0/status", &(), &old).status(), 401);
        }
        log.expect("signed call of /_edge/ledgers/ws_test0/status refused: no PUBLISH_KEY of this id");
        let report = UsedTokens { format: Format, used: Vec::new() };
        assert_eq!(send_usage(&control_plane_url, &report, &old).status(), 401);
        let used = traffic.token("deploy");
        traffic.works_everywhere(&used);
        assert!(wait_until(SEEN_WITHIN, || traffic.was_used(&used)), "the ledgers' reports do not arrive");
    });
}

/// `TOKEN_PEPPER`: the edge learns, the control plane switches, and both forget the old one, which stays while a living
/// token has it.
pub fn the_pepper_of_tokens() {
    let (mut edges, new) = start();
    let old = edges.secrets.clone();
    let deployment = Deployment::of(&mut edges);
    Traffic::during(&deployment, |traffic| {
        let with = |token_pepper: &str| Secrets { token_pepper: token_pepper.into(), ..old.clone() };
        let (k1, k2) = (&old.token_pepper, &new.token_pepper);
        let overlooked = traffic.token("deploy");
        deployment.deploy_edge(&with(&format!("{k1},{k2}")));
        traffic.goes_on();
        deployment.restart_control_plane(&with(&format!("{k1},{k2}")));
        traffic.goes_on();
        deployment.restart_control_plane(&with(&format!("{k2},{k1}")));
        traffic.goes_on();
        let made_after = traffic.token("deploy");
        traffic.works_everywhere(&overlooked);
        traffic.replace_oldest_and_admin();
        traffic.goes_on();
        deployment.restart_control_plane(&with(k2));
        traffic.goes_on();
        deployment.deploy_edge(&with(k2));
        traffic.goes_on();

        traffic.works_everywhere(&made_after);
        traffic.is_refused_everywhere(&overlooked);
    });
}

/// `ASSERTION_KEY`: the platform learns, the edge switches, the platform forgets.
pub fn the_key_of_assertions() {
    let (mut edges, new) = start();
    let old = edges.secrets.clone();
    let deployment = Deployment::of(&mut edges);
    Traffic::during(&deployment, |traffic| {
        let (k1, k2) = (&old.assertion_key, &new.assertion_key);
        traffic.set_platform_keys(&format!("{k1},{k2}"));
        traffic.goes_on();
        deployment.deploy_edge(&Secrets { assertion_key: k2.clone(), ..old.clone() });
        traffic.goes_on();
        traffic.set_platform_keys(k2);
        traffic.goes_on();
    });
}

/// Two edges, and the keys that take the place of theirs.
fn start() -> (Edges, Secrets) {
    let config = EdgesConfig { count: 2, lease_ms: 300, seed: 1, lies: &[] };
    let Secrets { token_pepper, publish_key, assertion_key } = Secrets::random().expect("secrets");
    let [token_pepper, publish_key, assertion_key] =
        [token_pepper, publish_key, assertion_key].map(|key| key.replace("k1:", "k2:"));
    (Edges::start(&config).expect("the edges start"), Secrets { token_pepper, publish_key, assertion_key })
}
