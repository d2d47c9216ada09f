//! The dashboard's files, out of this program: `dashboard/`. A debug build reads them from there at each request.

use crate::app::App;
use crate::error::Error;
use axum::Router;
use axum::extract::Path;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use rust_embed::Embed;
use shared::refusal::Refusal;

#[derive(Embed)]
#[folder = "dashboard/"]
struct Files;

/// Everything comes from here, nothing inline is run, no text becomes markup or code (Trusted Types), and nobody frames
/// it: tokens are shown on these pages.
const CONTENT_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
                              connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
                              require-trusted-types-for 'script'; trusted-types 'none'";

/// What every file is sent with. Its window is no other site's opener, and no other site may load it.
const GUARDS: [(HeaderName, HeaderValue); 5] = [
    (CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT_POLICY)),
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
];

/// The page and what it loads.
pub(crate) fn pages() -> Router<App> {
    Router::new().route("/", get(async || file("index.html"))).route("/assets/{*path}", get(asset))
}

async fn asset(Path(path): Path<String>) -> Result<Response, Error> {
    file(&path)
}

fn file(name: &str) -> Result<Response, Error> {
    let found = Files::get(name).zip(media_type(name));
    let (file, media_type) = found.ok_or(Refusal::NoSuchRoute)?;
    Ok((GUARDS, [(CONTENT_TYPE, media_type)], file.data).into_response())
}

fn media_type(name: &str) -> Option<&'static str> {
    let (_, extension) = name.rsplit_once('.')?;
    match extension {
        "html" => Some("text/html; charset=utf-8"),
        "css" => Some("text/css; charset=utf-8"),
        "js" => Some("text/javascript; charset=utf-8"),
        "svg" => Some("image/svg+xml"),
        _ => None,
    }
}
