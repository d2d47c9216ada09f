//! Every number of the protocol, with its unit and the reason for it.

use core::num::NonZeroUsize;

/// Longest lease that the ledger may grant, in milliseconds. Bounds how long an
/// acknowledgement can take when the ledger lengthens leases under load.
pub const LEASE_MS_MAX: u64 = 30_000;

/// Lease when `LEASE_MS` is not set, in milliseconds. What a revocation waits for, at most, against how often an
/// isolate asks: once in three quarters of it. Zero: every request asks the ledger.
pub const LEASE_MS_DEFAULT: u64 = 1_000;

/// How long after the last grant the ledger still counts its longest lease, in milliseconds.
/// Twice the longest lease, so that no lease outlives the memory of it.
pub const IDLE_MS: u64 = 60_000;

/// How far the clocks of two machines may differ, in milliseconds. Only a new ledger
/// instance relies on it, when it decides that a stored window is long over.
pub const CLOCK_AGREEMENT_MS: u64 = 30_000;

/// How far an isolate's clock may go back before every lease is void, in milliseconds: a quarter of
/// the smallest margin, which is what one clock may contribute.
pub const CLOCK_STEP_MS: u64 = 25;

/// Renewals per second above which a ledger lengthens its leases. A third of what one object can
/// answer, so that publishes always find room.
pub const RENEWALS_PER_S: u64 = 300;

/// Over how long, at least, a ledger counts renewals before it changes the length of its leases, in milliseconds.
pub const LOAD_INTERVAL_MS: u64 = 1_000;

/// Asks of one isolate and workspace that may be under way because requests wait for them. A second one lets
/// those be answered that came after the first was sent.
pub const ASKS_MAX: usize = 2;

/// After how long an ask counts as lost, in milliseconds: two attempts, each with its time-out.
pub const ASK_LOST_MS: u64 = 2 * LEDGER_TIMEOUT_MS;

/// For how long an ask is waited for before another asks for the same beside it, in milliseconds.
pub const ASK_SLOW_MS: u64 = 500;

/// After how long a waiting request counts as cancelled, in milliseconds. Far more than any waits.
pub const WAIT_LOST_MS: u64 = 2 * ASK_LOST_MS;

/// Requests of an isolate that wait at once: about 2 MB. Beyond it the oldest waits for nothing.
pub const WAITS_MAX: NonZeroUsize = nonzero(10_000);

/// How late a timer may fire, in milliseconds. A clock that then shows an earlier moment than before by more than
/// this has gone back.
pub const TIMER_LATE_MS: u64 = 1_000;

/// How long a request that waits for others' answer waits before it looks again, in milliseconds.
pub const LOOK_AGAIN_MS: u64 = 5;

/// How long an isolate leaves an overloaded ledger alone, in milliseconds, give or take a half.
pub const OVERLOAD_PAUSE_MS: u64 = 1_000;

/// Longest body of the origin, in bytes, that is handed on in one piece after the decision. What is longer, or of
/// unknown length, is watched while it flows.
pub const SHORT_BODY_MAX: u32 = 64 * 1024;

/// Shortest pause between two decisions about a body that flows, in milliseconds; so often even without leases.
pub const WATCH_MS_MIN: u64 = 250;

/// Most digests that one renewal may want; the rest go with the next.
pub const WANT_MAX: usize = 100;

/// Most used tokens that one renewal may report; the rest go with the next.
pub const REPORT_MAX: usize = 200;

/// How long after reporting a token an isolate does not report it again, in milliseconds.
pub const USAGE_INTERVAL_MS: u64 = 60_000;

/// How long a use may wait for a renewal to go with, in milliseconds, before it is reported by itself.
pub const USAGE_WAIT_MS: u64 = 20_000;

/// How long a ledger collects uses before it hands them to the control plane, in milliseconds.
pub const USAGE_ALARM_MS: u64 = 30_000;

/// Tokens whose use a ledger instance remembers to have kept: about 1 MB. One that was forgotten for others costs another
/// write.
pub const USES_MAX: NonZeroUsize = nonzero(10_000);

/// Most tokens in one report of a ledger to the control plane; the rest go with the next.
pub const USED_MAX: usize = 500;

/// Tokens that an isolate remembers. In Wasm one takes 230 bytes, and 310 with the longest ids: 31 MB at the very most, of
/// the isolate's 128 MB, which hold its JavaScript heap too. Wasm memory never shrinks.
pub const RECORDS_MAX: NonZeroUsize = nonzero(100_000);

/// Assertions that an isolate keeps for the next request of their tokens, in its JavaScript heap: about 400 bytes each, 700
/// at most. They last for a lease, so no more are of use than there are busy tokens within one.
pub const ASSERTIONS_MAX: NonZeroUsize = nonzero(10_000);

/// Digests of no tokens that an isolate remembers.
pub const UNKNOWN_MAX: NonZeroUsize = nonzero(10_000);

/// Workspaces that an isolate remembers something of.
pub const WORKSPACES_MAX: NonZeroUsize = nonzero(1_000);

/// Shortest ownership window of a ledger instance, in milliseconds. Two seconds keep the
/// window's write at about one per second and busy workspace.
pub const WINDOW_MS_MIN: u64 = 2_000;

/// Most changes in one publish. Keeps a call far below the platform's limits of
/// 1,000 KV operations per invocation and 128 MB per object.
pub const BATCH_MAX: usize = 200;

/// Most changed records in one renewal answer; above it the isolate is told to forget everything.
pub const CHANGED_MAX: usize = 200;

/// Records in one part of a snapshot. The ledger writes a part in one turn.
pub const SNAPSHOT_PART_MAX: usize = 500;

/// How old a signed call may be, in milliseconds: room for clocks that disagree, and little
/// for a recorded call. Repeating one changes nothing, since publishing is idempotent; a repeated reservation of an
/// epoch makes a republish that is under way fail, which is then run again.
pub const SIGNATURE_SKEW_MS: u64 = 300_000;

/// Longest body of a signed call in bytes: a full snapshot part with room to spare.
pub const SIGNED_BODY_MAX: usize = 1 << 20;

/// How long the edge waits for KV, in milliseconds, before it answers 503.
pub const KV_TIMEOUT_MS: u64 = 2_000;

/// How long the edge waits for the ledger, in milliseconds, before it answers 503.
pub const LEDGER_TIMEOUT_MS: u64 = 3_000;

/// `Retry-After` of a 503, in seconds. The causes pass quickly or not at all.
pub const RETRY_AFTER_S: u32 = 1;

/// Calls per second that one isolate may spend on asking a ledger about tokens that KV
/// does not know, and how many may come at once. A flood of made-up tokens costs the
/// ledger this trickle; a token that was created a moment ago needs one of them.
pub const UNKNOWN_BUDGET_PER_S: u64 = 25;

/// How far beyond a token's expiry its KV entry lives, in milliseconds. KV refuses an
/// expiration less than 60 s ahead, and an expired token should be told that it is expired.
pub const KV_EXPIRATION_EXTRA_MS: u64 = 24 * 60 * 60 * 1_000;

/// Latest expiration that KV takes, in seconds since 1970: workerd reads it as a signed 32-bit number (January 2038), and
/// refuses the whole write otherwise.
pub const KV_EXPIRATION_S_MAX: u64 = i32::MAX.unsigned_abs() as u64;

/// How long an assertion outlives the later of lease and request, in milliseconds: the
/// time an origin may take to read it.
pub const ASSERTION_EXTRA_MS: u64 = 5_000;

const fn nonzero(number: usize) -> NonZeroUsize {
    match NonZeroUsize::new(number) {
        Some(number) => number,
        None => NonZeroUsize::MIN,
    }
}

/// Time added to every wait, in milliseconds: one percent of the longest lease in use (clock
/// drift, four clocks at a quarter each) and 100 ms for a clock's steps and a paused isolate.
#[must_use]
pub const fn margin_ms(longest_lease_ms: u64) -> u64 {
    longest_lease_ms / 100 + 100
}

/// Length of an ownership window in milliseconds: twice the lease, so that a lease granted
/// in its first half fits, and never below [`WINDOW_MS_MIN`].
#[must_use]
pub const fn window_ms(lease_ms: u64) -> u64 {
    let twice = lease_ms * 2;
    if twice > WINDOW_MS_MIN { twice } else { WINDOW_MS_MIN }
}
