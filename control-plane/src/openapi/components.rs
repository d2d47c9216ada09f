//! What operations refer to: headers, path parameters, schemas of errors, and how a caller proves who it is.

use super::errors::COMMON;
use super::schema;
use shared::id::{ProjectId, TokenId, WorkspaceId};
use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{Components, Object, ObjectBuilder, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Ref, RefOr, Required};

/// Name of the security scheme.
pub(super) const ACCESS_TOKEN: &str = "accessToken";

pub(super) fn add(components: &mut Components) {
    components.schemas.insert("Scope".into(), schema::scope().into());
    components.schemas.insert("Problem".into(), schema::problem().into());
    components.schemas.insert("FieldError".into(), schema::field_error().into());
    components.headers.extend(headers().map(|(name, header)| (name.into(), header.into())));
    components.parameters.extend(path_parameters().map(|parameter| (parameter.name.clone(), parameter.into())));
    components.responses.extend(COMMON.map(|error| (error.name.into(), error.response().into())));
    components.add_security_scheme(ACCESS_TOKEN, access_token());
}

/// A reference to a header.
pub(super) fn header(name: &str) -> RefOr<Header> {
    RefOr::Ref(Ref::new(format!("#/components/headers/{name}")))
}

/// A reference to a parameter of the path.
pub(super) fn path_parameter(name: &str) -> RefOr<Parameter> {
    RefOr::Ref(Ref::new(format!("#/components/parameters/{name}")))
}

fn headers() -> [(&'static str, Header); 8] {
    let text = || ObjectBuilder::new().schema_type(Type::String);
    let request_id = text().pattern(Some("^[A-Za-z0-9_-]{1,64}$")).build();
    let (workspace, token) = (WorkspaceId::PREFIX, TokenId::PREFIX);
    let path = format!("^/workspaces/{workspace}[A-Za-z0-9]+/access-tokens/{token}[A-Za-z0-9]+$");
    let entity_tag = text().pattern(Some("^\"[0-9a-f]+\"$")).build();
    let seconds = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1)).build();
    let challenge = text().pattern(Some("^Bearer realm=\"deplo\"")).examples(["Bearer realm=\"deplo\""]).build();
    [
        ("RequestId", present("Names the request in the logs.", request_id)),
        ("CacheControl", present("Nothing here is for a cache.", text().enum_values(Some(["no-store"])).build())),
        ("Location", present("The path of what was made.", text().pattern(Some("^/workspaces/")).build())),
        ("ContentLocation", present("The path of what is shown.", text().pattern(Some(path)).build())),
        ("ETag", present("Names the state that is shown, for `If-Match`.", entity_tag)),
        ("RetryAfter", present("After how many seconds to try again.", seconds)),
        ("Challenge", present("What is wrong with the credentials (RFC 6750).", challenge.clone())),
        ("ChallengeOfCredentials", sometimes("If the credentials are what is wrong (RFC 6750).", challenge)),
    ]
}

fn sometimes(words: &str, schema: Object) -> Header {
    HeaderBuilder::new().description(Some(words)).schema(Some(schema)).build()
}

/// A header that every such answer has. `utoipa` has no field for that, but lets others be added.
fn present(words: &str, schema: Object) -> Header {
    let mut header = sometimes(words, schema);
    header.extensions = Some(Extensions::from_iter([("required", true)]));
    header
}

fn path_parameters() -> [Parameter; 3] {
    let parameter = |name: &str, words: &str, schema: Object| {
        let parameter = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Path).required(Required::True);
        parameter.description(Some(words)).schema(Some(schema)).build()
    };
    [
        parameter("workspaceId", "The caller's workspace; any other is refused.", schema::id(WorkspaceId::PREFIX)),
        parameter("projectId", "A project of the workspace.", schema::id(ProjectId::PREFIX)),
        parameter("tokenId", "The public id of a token, not its text.", schema::id(TokenId::PREFIX)),
    ]
}

fn access_token() -> SecurityScheme {
    let words = "An access token, `sk_live_…`, as `Authorization: Bearer <token>`. Each operation names the scope that \
                 the token needs; `admin` may do everything.";
    SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(words)).build())
}
