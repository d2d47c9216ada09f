//! Where a request comes from, as far as that can be known.

use axum::extract::{ConnectInfo, FromRequestParts, Request};
use axum::http::header::USER_AGENT;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName};
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};

/// Longest user agent that is kept, in characters. Browsers send about a hundred.
const USER_AGENT_MAX: usize = 256;

/// Where a request comes from. Nothing of it is proven; it is for limits and for people who look into what happened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Client {
    /// The peer's address, or what the proxy in front says; none if the connection is not known.
    pub address: Option<IpAddr>,
    /// What the caller calls its program: at most 256 characters, without control characters.
    pub user_agent: Option<String>,
    /// The id of the request, which the answer and the log have too.
    pub request_id: String,
}

impl Client {
    /// The client of a request. `address_header` is set by a proxy, in front of which nobody can set it.
    #[must_use]
    pub fn of(request: &Request, address_header: Option<&HeaderName>, request_id: &str) -> Self {
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
        let address = address_header.and_then(|name| last_address(request.headers(), name)).or(peer);
        Self {
            address: address.map(|address| address.to_canonical()),
            user_agent: user_agent(request.headers()),
            request_id: request_id.into(),
        }
    }
}

/// The last address of a header, which the nearest proxy has added; the ones before it are hearsay.
fn last_address(headers: &HeaderMap, name: &HeaderName) -> Option<IpAddr> {
    let last = headers.get_all(name).iter().next_back()?.to_str().ok()?.rsplit(',').next()?.trim();
    last.parse().or_else(|_| last.parse::<SocketAddr>().map(|address| address.ip())).ok()
}

fn user_agent(headers: &HeaderMap) -> Option<String> {
    let text = String::from_utf8_lossy(headers.get(USER_AGENT)?.as_bytes());
    Some(text.chars().filter(|char| !char.is_control()).take(USER_AGENT_MAX).collect())
}

impl<S: Send + Sync> FromRequestParts<S> for Client {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::{Client, USER_AGENT_MAX};
    use axum::body::Body;
    use axum::extract::{ConnectInfo, Request};
    use axum::http::HeaderName;
    use std::net::SocketAddr;

    const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

    /// A request of `127.0.0.1` with these lines of `X-Forwarded-For`.
    fn request(forwarded_for: &[&str]) -> Request {
        let request =
            forwarded_for.iter().fold(Request::builder(), |request, line| request.header(FORWARDED_FOR, *line));
        let mut request = request.body(Body::empty()).unwrap();
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 4711))));
        request
    }

    #[test]
    fn the_address_is_the_peers_or_what_a_trusted_proxy_added_last() {
        for (header, lines, address) in [
            (None, &["192.0.2.1"][..], "127.0.0.1"),
            (Some(&FORWARDED_FOR), &["192.0.2.1"], "192.0.2.1"),
            (Some(&FORWARDED_FOR), &["192.0.2.1, 192.0.2.2"], "192.0.2.2"),
            (Some(&FORWARDED_FOR), &["192.0.2.1", "192.0.2.3"], "192.0.2.3"),
            (Some(&FORWARDED_FOR), &["192.0.2.4:99"], "192.0.2.4"),
            (Some(&FORWARDED_FOR), &["::ffff:192.0.2.5"], "192.0.2.5"),
            (Some(&FORWARDED_FOR), &["[2001:db8::1]:99"], "2001:db8::1"),
            (Some(&FORWARDED_FOR), &["192.0.2.1, unknown"], "127.0.0.1"),
            (Some(&FORWARDED_FOR), &[], "127.0.0.1"),
        ] {
            let client = Client::of(&request(lines), header, "");
            assert_eq!(client.address, Some(address.parse().unwrap()), "{header:?} {lines:?}");
        }
        assert_eq!(Client::of(&Request::default(), None, "").address, None, "no connection is known");
    }

    #[test]
    fn a_user_agent_is_cut_and_cleaned() {
        let of = |value: &[u8]| {
            let request = Request::builder().header("user-agent", value).body(Body::empty()).unwrap();
            Client::of(&request, None, "").user_agent.unwrap()
        };
        assert_eq!(of(b"curl/8\t(x)"), "curl/8(x)");
        assert_eq!(of("é".repeat(300).as_bytes()), "é".repeat(USER_AGENT_MAX));
        assert_eq!(of(b"\xff"), "\u{fffd}");
        assert_eq!(Client::of(&Request::default(), None, "").user_agent, None);
    }
}
