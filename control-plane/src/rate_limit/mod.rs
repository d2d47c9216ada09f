//! How fast callers may make tokens, sign in, and fail to authenticate. Nothing limits revocations, and nothing else that
//! a caller with a valid token does.
//!
//! Each process counts by itself: several allow several times as much, which still bounds what they are for.

mod policy;

pub(crate) use policy::{Standing, headers};

use crate::app::App;
use crate::client::Client;
use crate::error::Error;
use crate::metrics::Metrics;
use axum::extract::{Request, State};
use axum::http::header::SET_COOKIE;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};
use policy::{CREATES, FAILURES, Policy, SIGN_INS, WORKSPACE_CREATES};
use shared::problem::Problem;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::Arc;

/// Whether anybody is limited. It is no setting: a control plane without limits is for measurements alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limiting {
    /// By every policy.
    On,
    /// By none, and counted all the same.
    Off,
}

/// The limits of a process.
pub struct RateLimits {
    metrics: Arc<Metrics>,
    creates: Limit<String>,
    workspace_creates: Limit<String>,
    sign_ins: Limit<String>,
    failures: Limit<IpAddr>,
}

impl RateLimits {
    /// Limits that nobody has used yet.
    #[must_use]
    pub fn new(limiting: Limiting, metrics: Arc<Metrics>) -> Self {
        let policy = |policy: Policy| if limiting == Limiting::On { policy } else { policy.endless() };
        Self {
            metrics,
            creates: Limit::new(policy(CREATES), DefaultClock::default()),
            workspace_creates: Limit::new(policy(WORKSPACE_CREATES), DefaultClock::default()),
            sign_ins: Limit::new(policy(SIGN_INS), DefaultClock::default()),
            failures: Limit::new(policy(FAILURES), DefaultClock::default()),
        }
    }

    /// Counts a token that is to be made, by a create or by a rotation: first of the caller, so that a caller who makes
    /// too many takes nothing from the rest of its workspace.
    ///
    /// # Errors
    /// If there were too many; says when to try again.
    pub(crate) fn check_create(&self, token_id: &str, workspace_id: &str) -> Result<[Standing; 2], Error> {
        let own = self.creates.check(&token_id.into()).map_err(|exceeded| self.refuse(exceeded))?;
        let whole = self.workspace_creates.check(&workspace_id.into()).map_err(|exceeded| self.refuse(exceeded))?;
        Ok([own, whole])
    }

    /// Counts a session that a token makes.
    ///
    /// # Errors
    /// If there were too many; says when to try again.
    pub(crate) fn check_sign_in(&self, token_id: &str) -> Result<(), Error> {
        self.sign_ins.check(&token_id.into()).map(drop).map_err(|exceeded| self.refuse(exceeded))
    }

    fn check_failure(&self, address: IpAddr) -> Result<(), Error> {
        self.failures.check(&network(address)).map(drop).map_err(|exceeded| self.refuse(exceeded))
    }

    fn refuse(&self, exceeded: Standing) -> Error {
        self.metrics.count_rate_limited(exceeded.policy.name);
        Error::RateLimited(Box::new(exceeded))
    }

    /// Forgets whoever is not limited any more: memory is bounded by the callers of a minute or so.
    pub fn forget(&self) {
        self.creates.forget();
        self.workspace_creates.forget();
        self.sign_ins.forget();
        self.failures.forget();
    }
}

/// Lets every request through, and answers 429 instead of 401 to an address that was told 401 too often.
///
/// So a valid token is never refused, whoever else shares its address (a proxy, an office), and a token can always be
/// revoked. Tokens have 155 bits and cannot be guessed: what is bounded is noise, in the log and at the monitors.
pub(crate) async fn bound_failures(State(app): State<App>, client: Client, request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let failed = response.extensions().get::<Problem>().is_some_and(|problem| problem.status() == 401);
    // The answer that takes the cookie of a session away has to arrive: by it a page knows that it shows too much.
    let failed = failed && !response.headers().contains_key(SET_COOKIE);
    match client.address.filter(|_| failed).map(|address| app.limits.check_failure(address)) {
        Some(Err(refused)) => refused.into_response(),
        _ => response,
    }
}

/// What one customer of a provider has: an address, or in IPv6 the 64 bits that come before it.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)).into(),
    }
}

/// A policy, and who stands where by it.
struct Limit<K: Hash + Eq + Clone, C: Clock = DefaultClock> {
    policy: Policy,
    limiter: RateLimiter<K, DefaultKeyedStateStore<K>, C, StateInformationMiddleware>,
}

impl<K: Hash + Eq + Clone, C: Clock> Limit<K, C> {
    fn new(policy: Policy, clock: C) -> Self {
        let quota = Quota::with_period(policy.rate.period()).unwrap_or(Quota::per_second(NonZeroU32::MIN));
        let quota = quota.allow_burst(policy.burst);
        let limiter =
            RateLimiter::<_, _, _, StateInformationMiddleware>::new(quota, DefaultKeyedStateStore::default(), clock);
        Self { policy, limiter }
    }

    fn check(&self, key: &K) -> Result<Standing, Standing> {
        let policy = self.policy;
        match self.limiter.check_key(key) {
            Ok(state) => Ok(Standing { policy, remaining: state.remaining_burst_capacity(), retry_after_s: None }),
            Err(not_until) => {
                let wait = not_until.wait_time_from(self.limiter.clock().now());
                let retry_after_s = Some(u32::try_from(wait.as_secs() + 1).unwrap_or(u32::MAX));
                Err(Standing { policy, remaining: 0, retry_after_s })
            }
        }
    }

    fn forget(&self) {
        self.limiter.retain_recent();
        self.limiter.shrink_to_fit();
    }
}

#[cfg(test)]
mod tests {
    use super::{CREATES, Limit, Limiting, RateLimits, network};
    use governor::clock::FakeRelativeClock;
    use std::sync::Arc;
    use std::time::Duration;

    #[test]
    fn a_burst_is_allowed_and_then_it_takes_time_for_this_caller_alone() {
        let clock = FakeRelativeClock::default();
        let limit = Limit::new(CREATES, clock.clone());
        let remaining: Vec<_> = (0..CREATES.burst.get()).map(|_| limit.check(&"busy").unwrap().remaining).collect();
        assert_eq!((remaining.first(), remaining.last()), (Some(&499), Some(&0)));
        let refused = limit.check(&"busy").unwrap_err();
        assert_eq!((refused.remaining, refused.retry_after_s), (0, Some(1)));
        assert!(limit.check(&"quiet").is_ok());
        clock.advance(Duration::from_secs(1));
        assert_eq!((0..30).filter(|_| limit.check(&"busy").is_ok()).count(), 20);
    }

    #[test]
    fn without_limits_nobody_is_refused() {
        let limits = |limiting| RateLimits::new(limiting, Arc::default());
        let is_let_through = |limits: RateLimits| (0..2_000).all(|_| limits.check_create("busy", "ws").is_ok());
        assert!(!is_let_through(limits(Limiting::On)));
        assert!(is_let_through(limits(Limiting::Off)));
    }

    #[test]
    fn who_is_not_limited_any_more_is_forgotten() {
        let clock = FakeRelativeClock::default();
        let limit = Limit::new(CREATES, clock.clone());
        assert!((0..1_000).all(|caller| limit.check(&caller).is_ok()));
        clock.advance(Duration::from_secs(30));
        assert!((0..10).all(|_| limit.check(&0).is_ok()));
        limit.forget();
        assert_eq!(limit.limiter.len(), 1);
    }

    #[test]
    fn all_addresses_of_an_ipv6_network_are_one() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("2001:db8::1"), of("2001:db8::ffff:0:0:2"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
    }
}
