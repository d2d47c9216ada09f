//! Where the API is.

use crate::error::Error;
use crate::output::warn;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::net::IpAddr;
use url::Url;

/// An address of the API, shown without a slash at its end.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct ApiUrl(Url);

impl ApiUrl {
    /// Reads what somebody typed, and warns of an address to which secrets travel as plain text.
    ///
    /// # Errors
    /// If it is no http or https address, or says more than one.
    pub(crate) fn read(text: &str) -> Result<Self, Error> {
        let url = Self::try_from(text.trim().to_owned()).map_err(Error::usage)?;
        if url.0.scheme() == "http" && !url.is_loopback() {
            warn(&format!("{url} is not encrypted: whoever is on the way can read the token. Use https."));
        }
        Ok(url)
    }

    /// The address of something below it. `path` begins with a slash.
    pub(crate) fn join(&self, path: &str) -> Url {
        let mut url = self.0.clone();
        url.set_path(&format!("{}{path}", self.0.path().trim_end_matches('/')));
        url
    }

    /// Whether it is on this machine.
    pub(crate) fn is_loopback(&self) -> bool {
        let host = self.0.host_str().unwrap_or_default();
        let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        host == "localhost" || host.ends_with(".localhost") || address.is_ok_and(|address| address.is_loopback())
    }
}

impl TryFrom<String> for ApiUrl {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        // Not quoted: it may hold a password, or be a token that was pasted.
        let expected = || "expected an address of the API such as https://api.example.com".to_owned();
        let mut url: Url = text.parse().map_err(|_| expected())?;
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&path);
        let has_user = !url.username().is_empty() || url.password().is_some();
        let is_plain = !has_user && url.query().is_none() && url.fragment().is_none();
        if matches!(url.scheme(), "http" | "https") && is_plain { Ok(Self(url)) } else { Err(expected()) }
    }
}

impl From<ApiUrl> for String {
    fn from(url: ApiUrl) -> Self {
        url.to_string()
    }
}

impl fmt::Display for ApiUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

#[cfg(test)]
mod tests {
    use super::ApiUrl;

    #[test]
    fn an_address_is_http_and_nothing_but_a_host_and_a_path() {
        for (text, shown) in [
            (" https://a.example.com/ ", "https://a.example.com"),
            ("https://a.example.com", "https://a.example.com"),
            ("https://a.example.com/v1//", "https://a.example.com/v1"),
            ("HTTP://LOCALHOST:80/v1/", "http://localhost/v1"),
        ] {
            let url = ApiUrl::read(text).unwrap();
            assert_eq!(url.to_string(), shown);
            assert_eq!(ApiUrl::try_from(shown.to_owned()), Ok(url), "what is stored is what was typed");
        }
        for bad in ["", "a.example.com", "ftp://a", "https://user:pw@a", "https://a/?x=1", "https://a/#b", "https://"] {
            assert!(ApiUrl::read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn paths_are_joined_with_one_slash() {
        for (base, joined) in
            [("http://a", "http://a/x"), ("http://a/v1/", "http://a/v1/x"), ("http://a/v1", "http://a/v1/x")]
        {
            assert_eq!(ApiUrl::try_from(base.to_owned()).unwrap().join("/x").as_str(), joined);
        }
    }

    #[test]
    fn only_this_machine_needs_no_encryption() {
        for (url, is) in [
            ("http://127.0.0.1:8787", true),
            ("http://[::1]:1", true),
            ("http://localhost", true),
            ("http://api.localhost", true),
            ("http://localhost.example.com", false),
            ("http://10.0.0.1", false),
        ] {
            assert_eq!(ApiUrl::try_from(url.to_owned()).unwrap().is_loopback(), is, "{url}");
        }
    }
}
