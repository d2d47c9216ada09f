//! The numbers of each limit with their reason, and how they are told to a caller: `Retry-After` and the fields of
//! draft-ietf-httpapi-ratelimit-headers.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use shared::problem::Problem;
use std::num::NonZeroU32;
use std::time::Duration;

const RATELIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const RATELIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// Tokens that one token makes. 500 at once: a large organisation moves all it has to new tokens. 20 per second in the
/// long run: each is a change that a ledger takes and a write of KV, which is billed.
pub(super) const CREATES: Policy = Policy {
    name: "creates",
    burst: nonzero(500),
    rate: per_second(20),
    words: ("One access token may create or rotate", "tokens", "Nothing was made; try again shortly."),
};

/// Tokens that a workspace makes. Twice as many, so that one token alone cannot use up what the others need, while more
/// tokens do not make more of it.
pub(super) const WORKSPACE_CREATES: Policy = Policy {
    name: "workspace-creates",
    burst: nonzero(1_000),
    rate: per_second(40),
    words: ("One workspace may create or rotate", "tokens", "Nothing was made; try again shortly."),
};

/// Sessions that one token makes. 20 at once: a token that a team shares, on the morning after a restart of all its
/// browsers. 2 per minute in the long run: each is a row for half a day, and an event in the audit log for ever.
pub(super) const SIGN_INS: Policy = Policy {
    name: "sign-ins",
    burst: nonzero(20),
    rate: Rate { count: nonzero(2), unit: Unit::Minute },
    words: ("One access token may sign in", "times", "You are not signed in; try again shortly."),
};

/// Answers of 401 to one address. 100 at once: the servers of a company whose token has just died share one. 5 per
/// second in the long run: enough to see that something is wrong, and no flood of it.
pub(super) const FAILURES: Policy = Policy {
    name: "failed-authentications",
    burst: nonzero(100),
    rate: per_second(5),
    words: (
        "One address may send",
        "requests without a valid access token",
        "This one had none either; one that has is answered.",
    ),
};

/// How much is allowed in the long run.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rate {
    count: NonZeroU32,
    unit: Unit,
}

/// In how long a time.
#[derive(Debug, Clone, Copy)]
enum Unit {
    Second,
    Minute,
}

impl Unit {
    const fn seconds(self) -> u32 {
        match self {
            Self::Second => 1,
            Self::Minute => 60,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Second => "second",
            Self::Minute => "minute",
        }
    }
}

impl Rate {
    /// How long it takes until one more is allowed.
    pub(super) fn period(self) -> Duration {
        Duration::from_secs(self.unit.seconds().into()) / self.count.get()
    }
}

/// How much is allowed at once, and how much in the long run.
#[derive(Debug, Clone, Copy)]
pub(super) struct Policy {
    /// For the fields and for metrics.
    pub(super) name: &'static str,
    pub(super) burst: NonZeroU32,
    pub(super) rate: Rate,
    /// Who may do what, of what, and what a refusal means.
    words: (&'static str, &'static str, &'static str),
}

impl Policy {
    /// The same, of more than anybody can do.
    pub(super) const fn endless(self) -> Self {
        Self { burst: NonZeroU32::MAX, rate: per_second(1_000_000_000), ..self }
    }
}

/// Where a caller stands by a policy.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Standing {
    pub(super) policy: Policy,
    /// How many more are allowed at once.
    pub(super) remaining: u32,
    /// In seconds, if it was refused.
    pub(super) retry_after_s: Option<u32>,
}

impl Standing {
    /// What a caller who was refused is told.
    pub(crate) fn problem(&self) -> Problem {
        let Policy { burst, rate: Rate { count, unit }, words: (who, what, meaning), .. } = self.policy;
        let unit = unit.name();
        let detail = format!("{who} {burst} {what} at once, and {count} per {unit} after that. {meaning}");
        Problem::rate_limited(self.retry_after_s.unwrap_or_default(), &detail)
    }
}

/// The fields that tell where a caller stands, by each policy that was asked.
pub(crate) fn headers(standings: &[Standing]) -> HeaderMap {
    let policies =
        list(standings, |Standing { policy: Policy { name, burst, rate: Rate { count, unit }, .. }, .. }| {
            format!("\"{name}\";q={burst};w={}", (burst.get() * unit.seconds()).div_ceil(count.get()))
        });
    let standings = list(standings, |Standing { policy, remaining, retry_after_s }| {
        let reset = retry_after_s.map(|seconds| format!(";t={seconds}")).unwrap_or_default();
        format!("\"{}\";r={remaining}{reset}", policy.name)
    });
    let fields = [(RATELIMIT_POLICY, policies), (RATELIMIT, standings)];
    fields.into_iter().filter_map(|(name, value)| Some((name, HeaderValue::try_from(value).ok()?))).collect()
}

fn list(standings: &[Standing], item: impl Fn(&Standing) -> String) -> String {
    standings.iter().map(item).collect::<Vec<_>>().join(", ")
}

const fn per_second(count: u32) -> Rate {
    Rate { count: nonzero(count), unit: Unit::Second }
}

const fn nonzero(number: u32) -> NonZeroU32 {
    match NonZeroU32::new(number) {
        Some(number) => number,
        None => NonZeroU32::MIN,
    }
}
