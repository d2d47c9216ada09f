//! The command line's exit codes, each on the real system.

use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use std::net::TcpListener;
use tests::{Deplo, World, serve_forever};

/// Who answers, how, and the exit code and words that come of it.
type Case = (&'static str, fn() -> Response, i32, &'static str);

const LIST: [&str; 2] = ["tokens", "list"];

fn deplo(world: &World, token: &str) -> Deplo {
    Deplo::new(&world.edge.url()).with_token(token)
}

/// 0, 2, 4, 5, 6 and 8: what the caller can mend.
pub fn by_what_was_asked_for(world: &World) {
    let workspace = world.workspace();
    let admin = deplo(world, &workspace.admin);
    let (id, weak) = workspace.token(&world.edge(), &["deploy"], None);
    let create = |name: &str| ["tokens", "create", name, "--scopes", "read"].map(String::from);
    let run =
        |deplo: &Deplo, arguments: &[String]| deplo.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>());

    let _ = admin.run(&LIST).ended(0);
    for (arguments, words) in [
        (&["tokens", "create", "x"][..], "--scopes"),
        (&["tokens", "create", "x", "--scopes", "dploy"], "'deploy'"),
        (&["tokens", "create", "x", "--scopes", "read", "--expires", "tomorrow"], "expected a date"),
        (&["tokens", "create", " ", "--scopes", "read"], "at least one character"),
        (&["tokens", "revoke", "nonsense", "--yes"], "tok_"),
        (&["tokens", "rotate", "proj_x"], "tok_"),
        (&["tokens", "list", "--limit", "0"], "--limit"),
        (&["tokens", "list", "--workspace", "acme"], "ws_"),
        (&["tokens", "list", "--api-url", "nonsense"], "https://api.example.com"),
        (&["nonsense"], "nonsense"),
    ] {
        let ran = admin.run(arguments).ended(2);
        assert!(ran.err.contains(words) && ran.out.is_empty(), "{arguments:?}: {ran:?}");
    }

    let nobody = Deplo::new(&world.edge.url()).run(&LIST).ended(4);
    assert!(nobody.err.contains("deplo login"), "{}", nobody.err);
    let revoked = workspace.token(&world.edge(), &["admin"], None);
    let _ = admin.run(&["tokens", "revoke", &revoked.0, "--yes"]).ended(0);
    for (token, words) in
        [("nonsense", "not an access token"), (revoked.1.as_str(), "was revoked"), ("two words", "one word")]
    {
        let ran = deplo(world, token).run(&LIST).ended(4);
        assert!(ran.err.contains(words), "{}", ran.err);
    }

    let forbidden = run(&deplo(world, &weak), &create("x")).ended(5);
    assert!(forbidden.err.contains("needs the scope `admin`; the token has `deploy`"), "{}", forbidden.err);
    let foreign = admin.run(&["tokens", "list", "--workspace", "ws_other"]).ended(5);
    assert!(foreign.err.contains("does not cover this workspace"), "{}", foreign.err);

    let _ = admin.run(&["tokens", "revoke", "tok_missing", "--yes"]).ended(6);
    let _ = admin.run(&["tokens", "rotate", "tok_missing"]).ended(6);
    let partly = admin.run(&["tokens", "revoke", &id, "tok_missing", "--yes"]).ended(8);
    assert!(
        partly.err.contains(&format!("{id} refused everywhere")) && partly.err.contains("tok_missing is not there")
    );
    let _ = admin.run(&["tokens", "rotate", &id]).ended(1);
}

/// 5, and what to do about it.
pub fn by_a_plan_that_is_full(world: &World) {
    let workspace = world.workspace();
    world.control_plane.print(&["workspace", "set-plan", &workspace.id, "free"]).unwrap();
    let admin = deplo(world, &workspace.admin);
    let create = ["tokens", "create", "x", "--scopes", "read"];
    for _ in 1..5 {
        let _ = admin.run(&create).ended(0);
    }
    let full = admin.run(&create).ended(5);
    assert!(full.err.contains("5 of the plan's 5 tokens are in use") && full.out.is_empty(), "{full:?}");
}

/// 9: committed and told as such, with the edge really gone; and 9 again when nobody answers.
pub fn by_an_edge_that_is_gone() {
    let mut world = World::start();
    let workspace = world.workspace();
    let (id, _) = workspace.token(&world.edge(), &["deploy"], None);
    world.edge.stop();
    let direct = Deplo::new(&world.control_plane.url()).with_token(&workspace.admin);
    let pending = direct.run(&["tokens", "revoke", &id, "--yes", "--wait", "1s"]).ended(9);
    assert!(
        pending.err.contains("not yet refused everywhere") && pending.err.contains("Run this again"),
        "{}",
        pending.err
    );
    let created = direct.run(&["tokens", "create", "x", "--scopes", "read"]).ended(9);
    assert!(created.out.starts_with("sk_live_") && created.err.contains("Pending"), "{}", created.err);
    let gone = deplo(&world, &workspace.admin).run(&LIST).ended(9);
    assert!(gone.err.contains("is out of reach"), "{}", gone.err);

    world.edge.restart().expect("the edge comes back");
    let revoked = direct.run(&["tokens", "revoke", &id, "--yes"]).ended(0);
    assert!(revoked.err.contains("refused everywhere since"), "{}", revoked.err);
}

/// 1, 7 and 9. What is in between may be anything: fake servers play a portal, a redirect, a proxy that fails, and an API
/// that wants to be left alone for longer than anybody waits.
pub fn by_strangers_in_between() {
    let cases: [Case; 5] = [
        ("a portal", || "<html>Please sign in".into_response(), 1, "cannot be read"),
        (
            "a redirect",
            || (StatusCode::FOUND, [("location", "https://other.example.com")]).into_response(),
            1,
            "https://other.example.com",
        ),
        ("a bad gateway", || StatusCode::BAD_GATEWAY.into_response(), 9, "HTTP 502"),
        ("a limit", limited, 7, "Try again in 60 s"),
        ("another server", || (StatusCode::NOT_FOUND, "no").into_response(), 1, "did not answer as the API does"),
    ];
    for (what, answer, code, words) in cases {
        let url = serve(answer);
        let ran = Deplo::new(&url).with_token("x").with("DEPLO_WORKSPACE", "ws_a").run(&LIST).ended(code);
        assert!(ran.err.contains(words), "{what}: {}", ran.err);
    }
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = Deplo::new(&format!("http://{}", silent.local_addr().unwrap())).with_token("x");
    let late = silent.run(&["tokens", "list", "--timeout", "300ms"]).ended(9);
    assert!(late.err.contains("did not answer in time"), "{}", late.err);
    let plain = serve(|| "".into_response()).replace("http:", "https:");
    let tls = Deplo::new(&plain).with_token("x").run(&LIST).ended(1);
    assert!(tls.err.contains("no secure connection"), "{}", tls.err);
    let proxied = Deplo::new("http://api.example.com").with_token("x").with("HTTP_PROXY", "http://user:pw@127.0.0.1:1");
    let proxied = proxied.run(&LIST).ended(9);
    assert!(proxied.err.contains("HTTP_PROXY is set") && !proxied.err.contains("pw"), "{}", proxied.err);
}

fn limited() -> Response {
    let headers = [("content-type", "application/problem+json"), ("retry-after", "60")];
    let problem =
        r#"{"type": "https://deplo.sh/problems/rate-limited", "title": "T", "status": 429, "detail": "Too many."}"#;
    (StatusCode::TOO_MANY_REQUESTS, headers, problem).into_response()
}

/// A server that answers everything like this, for as long as the tests run.
fn serve(answer: fn() -> Response) -> String {
    serve_forever(Router::new().fallback(move || async move { answer() })).unwrap()
}
