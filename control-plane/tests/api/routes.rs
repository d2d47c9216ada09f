//! Every rule of the policy has a handler, every handler a rule, and nothing else is a route.

use crate::support::{PROJECT, Server, WORKSPACE};
use control_plane::plan::Plan;
use shared::policy::{Origin, POLICY};

fn path(template: &str) -> String {
    template.replace("{workspaceId}", WORKSPACE).replace("{projectId}", PROJECT).replace(['{', '}'], "")
}

#[tokio::test]
async fn rules_and_handlers_are_the_same_list() {
    let server = Server::start(Plan::Pro).await;
    let mut templates: Vec<_> = POLICY.rules().iter().map(|rule| rule.template).collect();
    templates.sort_unstable();
    templates.dedup();
    for template in templates {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            let rule = POLICY.rules().into_iter().find(|rule| rule.template == template && rule.method == method);
            let is_ours = rule.is_some_and(|rule| rule.origin == Origin::ControlPlane);
            // Deleting the project would change what follows: a foreign id answers as well.
            let path = if method == "DELETE" { path(template).replace(PROJECT, "proj_none") } else { path(template) };
            let answer = server.send(method, &path, Some(&server.admin), None).await;
            let refused = answer.status == 403 && answer.slug() == "no-such-route";
            assert_eq!(refused, !is_ours, "{method} {template}: {} {}", answer.status, answer.text);
        }
    }
}

#[tokio::test]
async fn nothing_is_answered_without_credentials_but_health_and_documents() {
    let server = Server::start(Plan::Pro).await;
    for path in ["/workspaces", "/workspaces/ws_test/access-tokens", "/nowhere"] {
        let answer = server.send("GET", path, None, None).await;
        assert_eq!((answer.status, answer.slug().as_str()), (401, "missing-credentials"), "{path}");
        assert_eq!(answer.headers["www-authenticate"], "Bearer realm=\"deplo\"");
        assert_eq!(answer.headers["content-type"], "application/problem+json");
        assert_eq!(answer.json()["requestId"], answer.headers["x-request-id"].to_str().unwrap());
    }
    for path in ["/healthz", "/readyz", "/openapi.json", "/docs/", "/"] {
        assert_eq!(server.send("GET", path, None, None).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn our_own_routes_refuse_other_methods_like_any_route() {
    let server = Server::start(Plan::Pro).await;
    for (path, own) in [("/healthz", "GET"), ("/readyz", "GET"), ("/_edge/usage", "POST")] {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"] {
            let answer = server.send(method, path, None, None).await;
            if method != own {
                assert_eq!((answer.status, answer.slug().as_str()), (403, "no-such-route"), "{method} {path}");
                assert_eq!(answer.headers["content-type"], "application/problem+json");
            }
        }
    }
    for path in ["/healthz", "/readyz"] {
        let answer = server.send("HEAD", path, None, None).await;
        assert_eq!((answer.status, answer.text.as_str()), (200, ""), "HEAD {path}");
        assert_eq!(answer.headers["content-type"], "application/json");
    }
    let unsigned = server.send("POST", "/_edge/usage", None, None).await;
    assert_eq!((unsigned.status, unsigned.slug().as_str()), (401, "invalid-signature"));
}
