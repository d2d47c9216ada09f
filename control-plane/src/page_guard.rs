//! Headers of everything that a browser shows as a page of ours, or loads for one. Each page adds its own
//! `Content-Security-Policy`.

use axum::http::HeaderValue;
use axum::http::header::{HeaderName, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};

/// Nothing is taken for what it is not said to be, nobody is told which page a link was on, the window is no other
/// site's opener, and no other site loads it.
pub(crate) const GUARDS: [(HeaderName, HeaderValue); 4] = [
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
];
