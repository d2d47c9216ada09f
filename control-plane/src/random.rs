//! The one place that draws randomness, and the public ids made of it.

use shared::timestamp::Timestamp;
use ulid::Ulid;

/// Fills a buffer with the system's randomness.
///
/// Without randomness there are no secrets: the program ends rather than make a weak one.
#[expect(clippy::disallowed_methods, reason = "this is the one place")]
pub(crate) fn fill(buffer: &mut [u8]) {
    if let Err(why) = getrandom::fill(buffer) {
        tracing::error!("the system gives no randomness: {why}");
        std::process::abort();
    }
}

/// A number between 0 and 1, for jitter.
pub(crate) fn fraction() -> f64 {
    let mut bytes = [0; 4];
    fill(&mut bytes);
    f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX)
}

/// An id that sorts by its time: the prefix and a lowercase ULID.
pub(crate) fn id(prefix: &str, now: Timestamp) -> String {
    let mut bytes = [0; 16];
    fill(&mut bytes);
    let ulid = Ulid::from_parts(now.0, u128::from_le_bytes(bytes));
    format!("{prefix}{}", ulid.array_to_str(&mut [0; 26]).to_ascii_lowercase())
}

/// A name that nobody else has, for a request.
pub(crate) fn name() -> String {
    let mut bytes = [0; 16];
    fill(&mut bytes);
    format!("{:032x}", u128::from_le_bytes(bytes))
}
