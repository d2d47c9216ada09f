//! Times as people write and read them.

use crate::text::{may_be_secret, shortened};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SpanRelativeTo, Timestamp};
use std::str::FromStr;
use std::time::Duration;

/// A length of time as people write it: `90s`, `12h`, `1h 30m`, `2d`. A day has 24 hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span(Duration);

impl Span {
    pub(crate) const fn get(self) -> Duration {
        self.0
    }

    /// Seconds, rounded up: what is more than nothing stays more than nothing.
    pub(crate) fn whole_seconds(self) -> u64 {
        self.0.as_secs() + u64::from(self.0.subsec_nanos() > 0)
    }
}

impl FromStr for Span {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let span = text.parse::<jiff::Span>().ok();
        let length = span.and_then(|span| span.to_duration(SpanRelativeTo::days_are_24_hours()).ok());
        let length = length.and_then(|length| Duration::try_from(length).ok());
        length.map(Self).ok_or("expected a length of time such as 90s, 12h or 2d")
    }
}

/// When a token is to expire: as it is sent, and what it means.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Expiry {
    pub(crate) sent: String,
    pub(crate) at: Timestamp,
}

impl Expiry {
    /// Reads a date, RFC 3339 or a time from `now`.
    ///
    /// # Errors
    /// If it is neither, or not in the future.
    pub(crate) fn parse(text: &str, now: Timestamp) -> Result<Self, String> {
        let expiry = read(text.trim(), now)?;
        if expiry.at <= now {
            return Err(format!(
                "{text:?} is {}, which is not in the future; it is {} now",
                in_utc(expiry.at),
                in_utc(now)
            ));
        }
        Ok(expiry)
    }
}

fn read(text: &str, now: Timestamp) -> Result<Expiry, String> {
    let too_far = || format!("{text:?} is too far in the future; leave --expires out for a token that never expires");
    if let Some(day) = date(text) {
        let end = TimeZone::UTC.to_timestamp(day.at(23, 59, 59, 999_000_000)).map_err(|_| too_far())?;
        return Ok(Expiry { sent: text.into(), at: end });
    }
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(Expiry { sent: at.to_string(), at });
    }
    // Somebody may have pasted a token.
    let shown = if may_be_secret(text) { &shortened(text) } else { text };
    let neither =
        format!("{shown:?}: expected a date such as 2026-12-31, RFC 3339 such as 2026-12-31T12:00:00Z, or 30d or 12h");
    let span = text.parse::<jiff::Span>().map_err(|_| neither)?;
    let at = now.to_zoned_datetime(TimeZone::UTC).checked_add(span).map_err(|_| too_far())?.timestamp();
    let at = Timestamp::from_second(at.as_second()).unwrap_or(at);
    Ok(Expiry { sent: at.to_string(), at })
}

/// `2026-12-31` and nothing else that `jiff` reads as a date.
fn date(text: &str) -> Option<Date> {
    text.parse().ok().filter(|_| text.len() == "2026-12-31".len())
}

/// `2026-12-31 23:59:59 UTC`
pub(crate) fn in_utc(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// The moment in UTC, how far away it is, and what clocks on the wall will show, if that is something else.
pub(crate) fn in_full(at: Timestamp, now: Timestamp, here: &TimeZone) -> String {
    let local = at.to_zoned_datetime(here.clone());
    let is_utc = local.offset().is_zero();
    let local = local.strftime("; %Y-%m-%d %H:%M:%S %Z here").to_string();
    format!("{} ({}{})", in_utc(at), relative(at, now), if is_utc { "" } else { &local })
}

/// `3 minutes ago`, `in 30 days`
pub(crate) fn relative(at: Timestamp, now: Timestamp) -> String {
    let (number, unit, _) = distance(at, now);
    let unit = if number == 1 { unit.trim_end_matches('s') } else { unit };
    directed(format!("{number} {unit}"), at, now)
}

/// `3m ago`, `in 30d`
pub(crate) fn relative_short(at: Timestamp, now: Timestamp) -> String {
    let (number, _, unit) = distance(at, now);
    directed(format!("{number}{unit}"), at, now)
}

/// What `tell` makes of the moment, or `never`: never used, never expires.
pub(crate) fn or_never(at: Option<Timestamp>, tell: impl FnOnce(Timestamp) -> String) -> String {
    at.map_or_else(|| "never".into(), tell)
}

fn directed(distance: String, at: Timestamp, now: Timestamp) -> String {
    if at <= now { format!("{distance} ago") } else { format!("in {distance}") }
}

/// In the largest unit of which there are at least two, rounded.
fn distance(at: Timestamp, now: Timestamp) -> (u64, &'static str, &'static str) {
    let seconds = at.duration_since(now).unsigned_abs().as_secs();
    let units = [
        (365 * 24 * 60 * 60, "years", "y"),
        (24 * 60 * 60, "days", "d"),
        (60 * 60, "hours", "h"),
        (60, "minutes", "m"),
    ];
    let largest = units.into_iter().find(|(length, ..)| seconds >= 2 * length);
    largest.map_or((seconds, "seconds", "s"), |(length, long, short)| ((seconds + length / 2) / length, long, short))
}

/// `12:03:04.512Z` if that was today in UTC, else with the date.
pub(crate) fn since(at: Timestamp, now: Timestamp) -> String {
    let day = |at: Timestamp| at.strftime("%F").to_string();
    let format = if day(at) == day(now) { "%H:%M:%S%.3fZ" } else { "%FT%H:%M:%S%.3fZ" };
    at.strftime(format).to_string()
}

#[cfg(test)]
mod tests {
    use super::{Expiry, Span, in_full, relative, relative_short, since};
    use jiff::Timestamp;
    use jiff::tz::{Offset, TimeZone};
    use std::time::Duration;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn now() -> Timestamp {
        at("2026-11-25T12:00:00.5Z")
    }

    #[test]
    fn an_expiry_is_a_date_a_moment_or_a_time_from_now() {
        for (text, sent, meant) in [
            ("2026-12-31", "2026-12-31", "2026-12-31T23:59:59.999Z"),
            (" 2026-11-25 ", "2026-11-25", "2026-11-25T23:59:59.999Z"),
            ("2026-12-31T12:00:00+02:00", "2026-12-31T10:00:00Z", "2026-12-31T10:00:00Z"),
            ("30d", "2026-12-25T12:00:00Z", "2026-12-25T12:00:00Z"),
            ("12h", "2026-11-26T00:00:00Z", "2026-11-26T00:00:00Z"),
            ("1mo", "2026-12-25T12:00:00Z", "2026-12-25T12:00:00Z"),
            ("1h 30m", "2026-11-25T13:30:00Z", "2026-11-25T13:30:00Z"),
        ] {
            assert_eq!(Expiry::parse(text, now()), Ok(Expiry { sent: sent.into(), at: at(meant) }), "{text}");
        }
    }

    #[test]
    fn the_past_and_nonsense_are_refused() {
        for (text, words) in [
            ("2026-11-24", "2026-11-24 23:59:59 UTC, which is not in the future; it is 2026-11-25 12:00:00 UTC now"),
            ("-1d", "not in the future"),
            ("0s", "not in the future"),
            ("2020-01-01T00:00:00Z", "not in the future"),
            ("9999-12-31", "too far in the future"),
            ("9000y", "too far in the future"),
            ("tomorrow", "expected a date"),
            ("30", "expected a date"),
            ("", "expected a date"),
            ("2026-13-01", "expected a date"),
            ("2026-12-31T12:00:00", "expected a date"),
        ] {
            let why = Expiry::parse(text, now()).unwrap_err();
            assert!(why.contains(words), "{text}: {why}");
        }
    }

    #[test]
    fn a_span_is_what_people_write() {
        for (text, seconds) in
            [("0s", 0), ("90s", 90), ("1h", 3_600), ("1h30m", 5_400), ("2d", 172_800), ("1w", 604_800)]
        {
            assert_eq!(text.parse(), Ok(Span(Duration::from_secs(seconds))), "{text}");
        }
        assert_eq!("900ms".parse().map(Span::whole_seconds), Ok(1));
        for bad in ["", "1", "-1h", "1mo", "an hour"] {
            assert!(bad.parse::<Span>().is_err(), "{bad}");
        }
    }

    #[test]
    fn distances_are_short_and_say_which_way() {
        for (text, long, short) in [
            ("2026-11-25T11:57:00.5Z", "3 minutes ago", "3m ago"),
            ("2026-11-25T10:01:00.5Z", "119 minutes ago", "119m ago"),
            ("2026-12-25T12:00:00Z", "in 30 days", "in 30d"),
            ("2036-12-25T12:00:00.5Z", "in 10 years", "in 10y"),
            ("2026-11-25T12:00:00.1Z", "0 seconds ago", "0s ago"),
            ("2026-11-25T11:59:59.1Z", "1 second ago", "1s ago"),
        ] {
            assert_eq!((relative(at(text), now()).as_str(), relative_short(at(text), now()).as_str()), (long, short));
        }
    }

    #[test]
    fn a_moment_is_told_in_utc_and_as_it_is_here() {
        let moment = at("2026-12-31T23:59:59.999Z");
        assert_eq!(in_full(moment, now(), &TimeZone::UTC), "2026-12-31 23:59:59 UTC (in 36 days)");
        let here = TimeZone::fixed(Offset::constant(1));
        assert_eq!(in_full(moment, now(), &here), "2026-12-31 23:59:59 UTC (in 36 days; 2027-01-01 00:59:59 +01 here)");
    }

    #[test]
    fn a_receipt_of_today_needs_no_date() {
        assert_eq!(since(at("2026-11-25T12:03:04.512Z"), now()), "12:03:04.512Z");
        assert_eq!(since(at("2026-11-24T12:03:04.5Z"), now()), "2026-11-24T12:03:04.500Z");
    }
}
