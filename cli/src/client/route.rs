//! The operations of the API that this program uses.

use reqwest::Method;
use shared::id::WorkspaceId;

/// An operation, with what its path names.
pub(super) enum Route<'a> {
    Own,
    RevokeOwn,
    Tokens(&'a WorkspaceId),
    Token(&'a WorkspaceId, &'a str),
    Create(&'a WorkspaceId),
    Rotate(&'a WorkspaceId, &'a str),
    Revoke(&'a WorkspaceId),
    AuditEvents(&'a WorkspaceId),
}

impl Route<'_> {
    pub(super) const fn method(&self) -> Method {
        match self {
            Self::Own | Self::Tokens(_) | Self::Token(..) | Self::AuditEvents(_) => Method::GET,
            Self::Create(_) | Self::Rotate(..) | Self::Revoke(_) => Method::POST,
            Self::RevokeOwn => Method::DELETE,
        }
    }

    pub(super) fn path(&self) -> String {
        match self {
            Self::Own | Self::RevokeOwn => "/access-token".into(),
            Self::Tokens(workspace) | Self::Create(workspace) => format!("/workspaces/{workspace}/access-tokens"),
            Self::Token(workspace, id) => format!("/workspaces/{workspace}/access-tokens/{id}"),
            Self::Rotate(workspace, id) => format!("/workspaces/{workspace}/access-tokens/{id}/rotate"),
            Self::Revoke(workspace) => format!("/workspaces/{workspace}/access-tokens/revoke"),
            Self::AuditEvents(workspace) => format!("/workspaces/{workspace}/audit-events"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::model::{AccessToken, AccessTokenRequest, AuditEvent, Receipt, Revocations, Rotation};
    use super::Route;
    use jiff::Timestamp;
    use serde::Serialize;
    use serde_json::Value;
    use std::collections::BTreeSet;

    fn document() -> Value {
        serde_json::from_str(include_str!("../../../control-plane/openapi.json")).unwrap()
    }

    #[test]
    fn every_operation_is_in_the_openapi_document() {
        let (document, workspace) = (document(), "ws_a".parse().unwrap());
        for (route, operation) in [
            (Route::Own, "getOwnAccessToken"),
            (Route::RevokeOwn, "revokeOwnAccessToken"),
            (Route::Tokens(&workspace), "listAccessTokens"),
            (Route::Token(&workspace, "tok_a"), "getAccessToken"),
            (Route::Create(&workspace), "createAccessToken"),
            (Route::Rotate(&workspace, "tok_a"), "rotateAccessToken"),
            (Route::Revoke(&workspace), "revokeAccessTokens"),
            (Route::AuditEvents(&workspace), "listAuditEvents"),
        ] {
            let path = route.path().replace("ws_a", "{workspaceId}").replace("tok_a", "{tokenId}");
            let method = route.method().as_str().to_lowercase();
            assert_eq!(document["paths"][&path][&method]["operationId"], operation, "{method} {path}");
        }
    }

    #[test]
    fn every_field_is_in_the_openapi_document() {
        let document = document();
        let now = Timestamp::UNIX_EPOCH;
        let names = |value: Value| value.as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>();
        let check = |schema: &str, value: Value| {
            assert_eq!(
                names(value),
                names(document["components"]["schemas"][schema]["properties"].clone()),
                "{schema}"
            );
        };
        check(
            "AccessToken",
            json(&AccessToken {
                id: String::new(),
                name: String::new(),
                prefix: String::new(),
                scopes: Vec::new(),
                project_id: None,
                created_at: now,
                created_by: String::new(),
                expires_at: None,
                last_used_at: None,
                revoked_at: None,
                status: String::new(),
                superseded_by: None,
                grace_ends_at: None,
            }),
        );
        check(
            "AccessTokenRequest",
            json(&AccessTokenRequest { name: String::new(), scopes: Vec::new(), project_id: None, expires_at: None }),
        );
        check("Rotation", json(&Rotation { grace_seconds: 0 }));
        check("Revocations", json(&Revocations { ids: &[] }));
        check(
            "Receipt",
            json(&Receipt {
                id: String::new(),
                status: String::new(),
                revoked_at: None,
                effective_at: None,
                version: None,
            }),
        );
        check(
            "AuditEvent",
            json(&AuditEvent {
                number: 1,
                at: now,
                actor: String::new(),
                action: String::new(),
                token_id: None,
                project_id: None,
                address: None,
                user_agent: None,
                request_id: None,
                before: Value::Null,
                after: Value::Null,
            }),
        );
    }

    fn json(value: &impl Serialize) -> Value {
        serde_json::to_value(value).unwrap()
    }
}
