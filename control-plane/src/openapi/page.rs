//! `/docs`: the document as a page (Swagger UI, served out of this program).

use crate::app::App;
use crate::error::Error;
use crate::page_guard::GUARDS;
use axum::Router;
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::map_response;
use axum::response::{IntoResponse, Response};
use shared::refusal::Refusal;
use utoipa_swagger_ui::{Config, SwaggerUi};

/// Everything comes from here, nothing inline is run, and nobody frames it: a token may be typed into the page.
/// Swagger UI draws its icons as `data:` images.
const CONTENT_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The page and what it loads.
pub(crate) fn page() -> Router<App> {
    let config = Config::new(["/openapi.json"]).use_base_layout().validator_url("none").display_operation_id(true);
    Router::from(SwaggerUi::new("/docs").config(config)).layer(map_response(guard))
}

async fn guard(mut response: Response) -> Response {
    if response.status() == StatusCode::NOT_FOUND {
        return Error::from(Refusal::NoSuchRoute).into_response();
    }
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT_POLICY));
    headers.extend(GUARDS);
    response
}
