//! The dashboard's files, out of this program: `dashboard/`. A debug build reads them from there at each request.

use crate::app::App;
use crate::error::Error;
use crate::page_guard::GUARDS;
use axum::Router;
use axum::http::Uri;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use rust_embed::Embed;
use shared::path::PlainPath;
use shared::refusal::Refusal;

#[derive(Embed)]
#[folder = "dashboard/"]
struct Files;

/// Everything comes from here, nothing inline is run, no text becomes markup or code (Trusted Types), and nobody frames
/// it: tokens are shown on these pages.
const CONTENT_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
                              connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
                              require-trusted-types-for 'script'; trusted-types 'none'";

/// Where the page's other files are.
const ASSETS: &str = "/assets/";

/// The page and what it loads.
pub(crate) fn pages() -> Router<App> {
    Router::new().route("/", get(async || file("index.html"))).route(&format!("{ASSETS}{{*path}}"), get(asset))
}

/// Of a plain path alone: no escapes, no dot segments.
async fn asset(uri: Uri) -> Result<Response, Error> {
    let path = PlainPath::parse(uri.path()).map_err(|_| Refusal::AmbiguousPath)?;
    file(path.as_str().strip_prefix(ASSETS).unwrap_or_default())
}

fn file(name: &str) -> Result<Response, Error> {
    let found = Files::get(name).zip(media_type(name));
    let (file, media_type) = found.ok_or(Refusal::NoSuchRoute)?;
    let own = [(CONTENT_TYPE, media_type), (CONTENT_SECURITY_POLICY, CONTENT_POLICY)];
    Ok((GUARDS, own, file.data).into_response())
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
