//! Everything that a stranger can send gets the contract's error and changes nothing.

use serde_json::{Value, json};
use tests::{Answer, Client, Workspace, World, send_raw, send_signed};

pub fn with_authorization(world: &World) {
    let workspace = world.workspace();
    let path = workspace.path("/members");
    let good = format!("Bearer {}", workspace.admin);
    let long = format!("Bearer sk_live_{}", "a".repeat(8 * 1024));
    let mistyped = good.replace("sk_live_", "sk_test_");
    let cases: [(&[&str], &str); 11] = [
        (&[], "401 missing-credentials"),
        (&[&good], "200"),
        (&[&good, &good], "400 invalid-request"),
        (&["Basic dXNlcjpwYXNz"], "400 invalid-request"),
        (&["Bearer"], "400 invalid-request"),
        (&["Bearer "], "400 invalid-request"),
        (&["Bearer a b"], "400 invalid-request"),
        (&["Bearer {token}"], "400 invalid-request"),
        (&["Bearer abc"], "401 invalid-token"),
        (&[&long], "401 invalid-token"),
        (&[&mistyped], "401 invalid-token"),
    ];
    for client in both(world) {
        for (headers, expected) in cases {
            let platform_route = client.is_edge || expected != "200";
            let request = client.caller.request("GET", &path);
            let request = headers.iter().fold(request, |request, value| request.header("authorization", *value));
            let outcome = Answer::of(request).outcome();
            // The platform's routes are not the control plane's: a good token is told so.
            assert_eq!(outcome, if platform_route { expected } else { "403 no-such-route" }, "{headers:?}");
        }
        let bytes = [
            b"GET ".as_slice(),
            path.as_bytes(),
            b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer \xff\xfe\xc3\r\n\r\n",
        ]
        .concat();
        let answer = send_raw(&client.url, &bytes);
        assert!(answer.starts_with("HTTP/1.1 400") && answer.contains("invalid_request"), "{answer}");
    }
}

pub fn with_methods(world: &World) {
    let workspace = world.workspace();
    let (_, token) = workspace.token(&world.edge(), &["admin"], None);
    for client in both(world) {
        let caller = client.caller.with_token(&token);
        for method in ["PROPFIND", "OPTIONS", "PUT", "PATCH", "TRACE", "get", "FOO"] {
            for path in [workspace.deployments(), workspace.path("/access-tokens")] {
                let answer = raw(&client.url, &format!("{method} {path}"), &token);
                let refused = answer.starts_with("HTTP/1.1 403") && answer.contains("no-such-route");
                // The local proxy refuses TRACE, and methods that it does not know, by itself.
                assert!(refused || !answer.starts_with("HTTP/1.1 2"), "{method}: {answer}");
            }
        }
        let answer = caller.send("PROPFIND", &workspace.path("/access-tokens"));
        assert_eq!(answer.outcome(), "403 no-such-route", "PROPFIND must not pass as GET");
    }
    reached_the_platform_only(world, &workspace, &[]);
}

pub fn with_paths(world: &World) {
    let workspace = world.workspace();
    let base = workspace.deployments();
    let ambiguous = [
        format!("{base}//"),
        format!("/{base}"),
        format!("{base}/"),
        format!("{base}/%64ep1"),
        format!("{base}/a%2Fb"),
        format!("{base}/a%00"),
        format!("{base}/a;b"),
        format!("{base}/a%5Cb"),
        format!("{base}/a:b"),
        format!("{base}/é"),
    ];
    for client in both(world) {
        for path in &ambiguous {
            let answer = raw(&client.url, &format!("GET {path}"), &workspace.admin);
            assert!(answer.starts_with("HTTP/1.1 400"), "{path}: {answer}");
        }
    }
    // Dot segments and backslashes are resolved by the platform in front of the worker, or
    // refused: never is one route decided on and another one forwarded.
    for path in [
        format!("{base}/../../../members"),
        format!("{base}/%2e%2e/%2e%2e/%2e%2e/members"),
        format!("{base}\\..\\x"),
        format!("{base}/a\0b"),
    ] {
        let (_, reader) = workspace.token(&world.edge(), &["read"], None);
        let answer = raw(&world.edge.url(), &format!("GET {path}"), &reader);
        assert!(!answer.starts_with("HTTP/1.1 2"), "{path}: {answer}");
    }
    reached_the_platform_only(world, &workspace, &[]);
}

pub fn with_headers_of_the_edge(world: &World) {
    let workspace = world.workspace();
    let (_, token) = workspace.token(&world.edge(), &["read"], None);
    let forged = [
        "deplo-assertion",
        "Deplo-Anything",
        "deplo_assertion",
        "x-http-method-override",
        "x-http-method",
        "x-method-override",
        "x-original-url",
        "x-rewrite-url",
        "x_http_method_override",
        "X_Original_URL",
    ];
    let request = world.edge().with_token(&token).request("GET", &workspace.deployments());
    let request = forged.iter().fold(request, |request, name| request.header(*name, "forged"));
    assert_eq!(Answer::of(request).status, 200);
    let received = world.origin.received();
    let received = received.iter().rfind(|request| request.target == workspace.deployments()).unwrap();
    let values: Vec<_> = received.headers.values().filter(|value| *value == "forged").collect();
    assert!(values.is_empty(), "{:?}", received.headers);
    assert_eq!(received.headers.get_all("deplo-assertion").iter().count(), 1);

    let upgrade = world.edge().with_token(&token).request("GET", &format!("{}?upgrade", workspace.deployments()));
    let upgrade = Answer::of(upgrade.header("connection", "upgrade").header("upgrade", "websocket"));
    assert_eq!(upgrade.outcome(), "400 invalid-request");
    assert!(upgrade.text.contains("upgrades are not supported"), "{}", upgrade.text);
    let arrived = world.origin.received().iter().any(|request| request.target.contains("?upgrade"));
    assert!(!arrived, "at the platform");
}

pub fn with_bodies(world: &World) {
    let workspace = world.workspace();
    let admin = world.edge().with_token(&workspace.admin);
    let path = workspace.path("/access-tokens");
    let before = comparable_tokens(&admin, &path);
    let name = "a".repeat(101);
    let cases = [
        (json!({"name": "x", "scopes": ["deploy"], "admin": true}), ""),
        (json!({"name": 1, "scopes": ["deploy"]}), "/name"),
        (json!({"name": " ", "scopes": ["deploy"]}), "/name"),
        (json!({"name": name, "scopes": ["deploy"]}), "/name"),
        (json!({"name": "a\u{7}", "scopes": ["deploy"]}), "/name"),
        (json!({"name": "x"}), "/scopes"),
        (json!({"scopes": ["deploy"]}), "/name"),
        (json!({"name": "x", "scopes": []}), "/scopes"),
        (json!({"name": "x", "scopes": ["write"]}), "/scopes"),
        (json!({"name": "x", "scopes": "deploy"}), "/scopes"),
        (json!({"name": "x", "scopes": ["deploy"], "expiresAt": "2020-01-01"}), "/expiresAt"),
        (json!({"name": "x", "scopes": ["deploy"], "expiresAt": "soon"}), "/expiresAt"),
        (json!({"name": "x", "scopes": ["deploy"], "projectId": "proj_nobody"}), "/projectId"),
        (json!([]), ""),
    ];
    for (body, pointer) in cases {
        let answer = admin.post(&path, &body);
        assert_eq!(answer.outcome(), "422 validation-failed", "{body}");
        let pointers = answer.json()["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|error| error["pointer"].clone())
            .collect::<Vec<_>>();
        assert!(pointer.is_empty() || pointers == [pointer], "{body}: {}", answer.text);
    }
    let send =
        |kind: &str, body: String| Answer::of(admin.request("POST", &path).header("content-type", kind).body(body));
    assert_eq!(send("application/json", "{".into()).outcome(), "422 validation-failed");
    assert_eq!(send("text/plain", "{}".into()).outcome(), "415 unsupported-media-type");
    assert_eq!(send("application/json", format!("\"{}\"", "a".repeat(65 * 1024))).outcome(), "413 payload-too-large");
    assert_eq!(comparable_tokens(&admin, &path), before, "nothing was changed");
    for query in ["limit=0", "limit=x", "status=dead", "cursor=%00", "colour=red"] {
        assert_eq!(admin.send("GET", &format!("{path}?{query}")).outcome(), "422 validation-failed", "{query}");
    }
}

/// Every token, without when it was last used: listing them is a use.
fn comparable_tokens(admin: &Client, path: &str) -> Value {
    let mut page = admin.send("GET", &format!("{path}?status=all")).json();
    for token in page["data"].as_array_mut().unwrap() {
        token["lastUsedAt"].take();
    }
    page
}

pub fn with_unsigned_calls(world: &World) {
    let path = "/_edge/ledgers/ws_stranger/snapshot";
    let body = json!({"format": 1});
    let unsigned = Answer::of(world.edge().request("POST", path).json(&body));
    assert_eq!(unsigned.outcome(), "401 invalid-signature");
    let forged = format!("t=1,kid=k1,v1={}", "0".repeat(64));
    let forged = Answer::of(world.edge().request("POST", path).header("deplo-signature", forged).json(&body));
    assert_eq!(forged.outcome(), "401 invalid-signature");
}

/// Plays a control plane of a release that sends messages of another format.
pub fn with_signed_calls_of_another_release(world: &World) {
    for (path, body) in [
        ("/_edge/kv", json!({"format": 2, "puts": [], "deletes": []})),
        ("/_edge/ledgers/ws_stranger/snapshot", json!({"format": 2})),
    ] {
        let refused = send_signed(&world.edge.url(), path, &body, &world.secrets);
        assert_eq!(refused.status(), 400, "{path}");
        let problem = refused.text().unwrap();
        assert!(problem.contains("deploy edge and control plane of the same release"), "{path}: {problem}");
    }
}

struct Server {
    caller: Client,
    url: String,
    is_edge: bool,
}

/// Edge and control plane refuse in the same order and in the same words.
fn both(world: &World) -> [Server; 2] {
    [
        Server { caller: world.edge(), url: world.edge.url(), is_edge: true },
        Server { caller: world.direct(), url: world.control_plane.url(), is_edge: false },
    ]
}

/// Sends a request line as it is, with a token.
fn raw(url: &str, line: &str, token: &str) -> String {
    let head = format!(
        "{line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {token}\r\nContent-Length: 0\r\n\r\n"
    );
    send_raw(url, head.as_bytes())
}

/// Nothing of this workspace arrived at the platform but these requests.
fn reached_the_platform_only(world: &World, workspace: &Workspace, expected: &[&str]) {
    let prefix = workspace.path("/");
    let arrived = world.origin.received();
    let arrived: Vec<_> = arrived.iter().filter(|request| request.target.starts_with(&prefix)).collect();
    let lines: Vec<_> = arrived.iter().map(|request| format!("{} {}", request.method, request.target)).collect();
    assert_eq!(lines, expected);
}
