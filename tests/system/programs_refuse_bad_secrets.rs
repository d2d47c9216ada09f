//! A missing, short or example secret stops a program with a sentence that says which and how to make one.

use tests::{Client, ControlPlane, Edge, EdgeConfig, Log, Secrets, port};

pub fn the_control_plane_says_which_and_how() {
    let directory = tempfile::tempdir().expect("a directory");
    let database = format!("sqlite://{}", directory.path().join("deplo.db").display());
    let good = Secrets::random().expect("secrets");
    let ascending: String = (0..32).map(|byte| format!("{byte:02x}")).collect();
    let cases = [
        (String::new(), "it is empty"),
        (good.token_pepper.replace("k1:", ""), "lacks its id"),
        ("k1:abcd".into(), "not 64 hexadecimal digits"),
        (format!("k1:{}", "0".repeat(64)), "an example"),
        (format!("k1:{ascending}"), "an example"),
        (format!("{},{}", good.token_pepper, good.token_pepper), "an id stands twice"),
    ];
    for (value, why) in cases {
        let pepper = Secrets { token_pepper: value.clone(), ..good.clone() };
        let publish = Secrets { publish_key: value.clone(), ..good.clone() };
        for (secrets, name) in [(pepper, "TOKEN_PEPPER"), (publish, "PUBLISH_KEY")] {
            let edge_url = "http://127.0.0.1:1";
            let program =
                ControlPlane::new(port::free().expect("a port"), &database, edge_url, &secrets, &Log::default());
            let output = program.run(&["serve"]).expect("it starts");
            let words = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(2), "{words}");
            for part in [name, why, "openssl rand -hex 32"] {
                assert!(words.contains(part), "{name}={value}: {words}");
            }
            assert!(value.len() < 32 || !words.contains(&value[4..]), "the secret is not repeated: {words}");
        }
    }
}

/// A worker cannot refuse to start, so it refuses every request.
pub fn the_edge_answers_503_and_logs_which_and_how() {
    let good = Secrets::random().expect("secrets");
    let cases = [
        (Secrets { token_pepper: String::new(), ..good.clone() }, "TOKEN_PEPPER cannot be used: it is empty"),
        (Secrets { publish_key: "k1:abcd".into(), ..good.clone() }, "PUBLISH_KEY cannot be used: a key is not 64"),
        (
            Secrets { assertion_key: format!("k1:{}", "00".repeat(32)), ..good },
            "ASSERTION_KEY cannot be used: a key is an example",
        ),
    ];
    for (secrets, words) in cases {
        let (directory, log) = (tempfile::tempdir().expect("a directory"), Log::default());
        let config = EdgeConfig {
            directory: directory.path().into(),
            port: port::free().expect("a port"),
            origin_url: "http://127.0.0.1:1".into(),
            control_plane_url: "http://127.0.0.1:1".into(),
            secrets,
            alter: |_| (),
        };
        let edge = Edge::start(config, &log).expect("the edge starts");
        assert_eq!(Client::new(&edge.url()).send("GET", "/").outcome(), "503 authority-unavailable");
        log.expect(words);
        log.expect("openssl rand -hex 32");
    }
}
