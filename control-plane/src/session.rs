//! The dashboard's sessions. A token signs in once; then a cookie stands for it, so that no page keeps the token.
//!
//! A session is no authority of its own: each request is decided by what its token is at that moment, so it ends with
//! the token, at once. Pages of other origins cannot use it:
//! - the cookie is `SameSite=Strict`, and `__Host-` keeps neighbouring hosts from planting one
//!   (draft-ietf-httpbis-rfc6265bis section 4.1.3);
//! - browsers say where a request comes from (`Sec-Fetch-Site`, W3C Fetch Metadata), which also tells the pages of
//!   another port or a neighbouring host, for which the cookie is of the same site;
//! - whatever changes anything carries a CSRF token that only pages of this origin can read (OWASP, "Cross-Site Request
//!   Forgery Prevention": HMAC based tokens).

use crate::error::Error;
use crate::random;
use crate::store::{Connection, SessionRow, TokenRow, sessions, tokens};
use axum::http::header::{AUTHORIZATION, COOKIE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use base16ct::lower;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use shared::decide::decide;
use shared::policy::Need;
use shared::question::{Reach, Requirement};
use shared::refusal::Refusal;
use shared::timestamp::Timestamp;

/// How long a session lasts at most, in milliseconds: a working day. Whoever comes back the next day signs in again.
pub(crate) const LENGTH_MS: u64 = 12 * 60 * 60 * 1_000;

/// Name of the cookie.
const NAME: &str = "__Host-deplo-session";

/// To whom the cookie is sent. Browsers take `Secure` over plain HTTP from this machine itself.
const ATTRIBUTES: &str = "Path=/; Secure; HttpOnly; SameSite=Strict";

const CSRF_TOKEN: HeaderName = HeaderName::from_static("x-csrf-token");
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// What is asked of a token that signs in: that it lives.
const ANY_TOKEN: Requirement<'static> = Requirement { need: Need::AnyToken, workspace: None, reach: Reach::Covered };

/// What the cookie of a session holds, in hexadecimal. It has no `Debug` and no `Display`.
pub(crate) struct SessionSecret([u8; 32]);

impl SessionSecret {
    /// The secret of no session.
    const NOBODYS: Self = Self([0; 32]);

    /// The secret of a new session.
    pub(crate) fn draw() -> Self {
        let mut bytes = [0; 32];
        random::fill(&mut bytes);
        Self(bytes)
    }

    /// What a request presents, if it has the cookie. One that cannot be read, or is there twice, is of no session.
    ///
    /// # Errors
    /// If it has a bearer token as well: whose request would it be?
    pub(crate) fn presented(headers: &HeaderMap) -> Result<Option<Self>, Refusal> {
        let lines = headers.get_all(COOKIE).iter().map(HeaderValue::as_bytes);
        let mut values = lines.flat_map(values_of);
        let Some(value) = values.next() else { return Ok(None) };
        if headers.contains_key(AUTHORIZATION) {
            return Err(Refusal::TwoCredentials);
        }
        let mut bytes = [0; 32];
        let is_read = lower::decode(value, &mut bytes).is_ok_and(|decoded| decoded.len() == 32);
        Ok(Some(if is_read && values.next().is_none() { Self(bytes) } else { Self::NOBODYS }))
    }

    /// By this the database knows it.
    pub(crate) fn digest(&self) -> String {
        lower::encode_string(&Sha256::digest(self.0))
    }

    /// What requests that change anything have to carry beside the cookie.
    pub(crate) fn csrf_token(&self) -> String {
        lower::encode_string(&self.mac().finalize().into_bytes())
    }

    /// The cookie that holds it for so many seconds.
    pub(crate) fn cookie(&self, max_age_s: u64) -> String {
        format!("{NAME}={}; Max-Age={max_age_s}; {ATTRIBUTES}", lower::encode_string(&self.0))
    }

    /// Refuses what another page than the dashboard may have sent.
    ///
    /// # Errors
    /// 403, if one may have.
    pub(crate) fn check_intended(&self, method: &Method, headers: &HeaderMap) -> Result<(), Refusal> {
        check_same_origin(method, headers)?;
        if method.is_safe() || headers.get(CSRF_TOKEN).is_some_and(|given| self.verifies(given)) {
            return Ok(());
        }
        Err(Refusal::CrossSite)
    }

    fn verifies(&self, given: &HeaderValue) -> bool {
        let mut bytes = [0; 32];
        lower::decode(given.as_bytes(), &mut bytes).is_ok_and(|bytes| self.mac().verify_slice(bytes).is_ok())
    }

    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    fn mac(&self) -> Hmac<Sha256> {
        Hmac::<Sha256>::new_from_slice(&self.0).expect("a key of any length").chain_update("csrf")
    }
}

/// The values of the session's cookie in a line of cookies (RFC 6265 section 4.2.1). Only what browsers put between
/// cookies is taken away: a name that merely looks like ours may be somebody else's, whom `__Host-` does not stop.
fn values_of(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    let cookies = line.split(|byte| *byte == b';').map(|cookie| cookie.strip_prefix(b" ").unwrap_or(cookie));
    cookies.filter_map(|cookie| cookie.strip_prefix(NAME.as_bytes())?.strip_prefix(b"="))
}

/// The cookie that takes a session's place when it has ended.
pub(crate) fn no_cookie() -> String {
    format!("{NAME}=; Max-Age=0; {ATTRIBUTES}")
}

/// Refuses what a page of another origin has sent, as browsers tell it. Programs tell nothing, and have no cookies
/// that anybody else could use.
///
/// # Errors
/// 403, if another origin has.
pub(crate) fn check_same_origin(method: &Method, headers: &HeaderMap) -> Result<(), Refusal> {
    match headers.get(SEC_FETCH_SITE).map(HeaderValue::as_bytes) {
        None | Some(b"same-origin") => Ok(()),
        // Typed into the address bar.
        Some(b"none") if method.is_safe() => Ok(()),
        Some(_) => Err(Refusal::CrossSite),
    }
}

/// The session of this secret, and its token.
///
/// # Errors
/// 401, if either is over.
pub(crate) async fn find(
    connection: &mut Connection,
    secret: &SessionSecret,
    now: Timestamp,
) -> Result<(SessionRow, TokenRow), Error> {
    let session = sessions::get(connection, &secret.digest(), now).await?.ok_or(Refusal::NoSession)?;
    let token = tokens::get(connection, &session.workspace_id, &session.token_id).await?.ok_or(Refusal::NoSession)?;
    check_lives(&token, now)?;
    Ok((session, token))
}

/// Refuses a token that is revoked or expired.
///
/// # Errors
/// 401, if it is.
pub(crate) fn check_lives(token: &TokenRow, now: Timestamp) -> Result<(), Error> {
    decide(&token.workspace_id()?, &token.record()?, &ANY_TOKEN, now)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{NAME, SessionSecret, check_same_origin};
    use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
    use shared::refusal::Refusal;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &str)| {
            (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())
        };
        pairs.iter().map(pair).collect()
    }

    /// The cookie of a new session, and its digest.
    fn cookie() -> (String, String) {
        let secret = SessionSecret::draw();
        (secret.cookie(1).split(';').next().unwrap().into(), secret.digest())
    }

    #[test]
    fn a_cookie_is_found_among_others() {
        let (own, digest) = cookie();
        for cookies in [own.clone(), format!("a=b; {own}"), format!("x{NAME}=1;{own}; c"), format!("a=\"é; ; {own}")] {
            let found = SessionSecret::presented(&headers(&[("cookie", &cookies)])).unwrap();
            assert_eq!(found.map(|found| found.digest()), Some(digest.clone()), "{cookies}");
        }
        for cookies in
            ["", "session=1", NAME, &own.to_ascii_lowercase(), &format!("\u{a0}{own}"), &format!("\u{2003}{own}")]
        {
            assert!(matches!(SessionSecret::presented(&headers(&[("cookie", cookies)])), Ok(None)), "{cookies}");
        }
    }

    #[test]
    fn a_request_has_one_kind_of_credentials() {
        let (own, _) = cookie();
        let refusal = |pairs: &[(&'static str, &str)]| SessionSecret::presented(&headers(pairs)).err();
        assert_eq!(refusal(&[("cookie", &own), ("authorization", "")]), Some(Refusal::TwoCredentials));
        assert_eq!(refusal(&[("cookie", "a=b"), ("authorization", "")]), None);
    }

    #[test]
    fn what_cannot_be_read_is_of_no_session() {
        let (own, _) = cookie();
        let value = own.strip_prefix(NAME).unwrap();
        let of = |headers: &HeaderMap| SessionSecret::presented(headers).unwrap().unwrap().digest();
        for cookies in [
            format!("{own}; {own}"),
            format!("{own}0"),
            format!("{own} "),
            format!("{NAME}="),
            format!("{NAME}={}", value.to_uppercase()),
        ] {
            assert_eq!(of(&headers(&[("cookie", &cookies)])), SessionSecret::NOBODYS.digest(), "{cookies}");
        }
        let mut two = headers(&[("cookie", &own)]);
        two.append("cookie", HeaderValue::from_str(&own).unwrap());
        assert_eq!(of(&two), SessionSecret::NOBODYS.digest(), "on two lines");
    }

    #[test]
    fn what_changes_something_carries_the_csrf_token_of_its_session() {
        let secret = SessionSecret::draw();
        let is_intended = |method: Method, csrf_token: &str| {
            secret.check_intended(&method, &headers(&[("x-csrf-token", csrf_token)])).is_ok()
        };
        let own = secret.csrf_token();
        let short = own.strip_suffix(|_: char| true).unwrap();
        for method in [Method::POST, Method::PATCH, Method::DELETE] {
            assert!(is_intended(method.clone(), &own), "{method}");
            for wrong in ["", short, &own.to_uppercase(), &SessionSecret::draw().csrf_token()] {
                assert!(!is_intended(method.clone(), wrong), "{method} {wrong}");
            }
            assert!(secret.check_intended(&method, &HeaderMap::new()).is_err(), "{method}");
        }
        assert!(secret.check_intended(&Method::GET, &HeaderMap::new()).is_ok());
    }

    #[test]
    fn browsers_tell_which_origin_a_request_is_of() {
        for (site, reads, changes) in [
            ("same-origin", true, true),
            ("none", true, false),
            ("same-site", false, false),
            ("cross-site", false, false),
            ("", false, false),
        ] {
            let headers = headers(&[("sec-fetch-site", site)]);
            assert_eq!(check_same_origin(&Method::GET, &headers).is_ok(), reads, "{site}");
            assert_eq!(check_same_origin(&Method::POST, &headers).is_ok(), changes, "{site}");
        }
    }
}
