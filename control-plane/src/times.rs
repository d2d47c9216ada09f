//! Times as users write and read them: RFC 3339, UTC.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use shared::timestamp::Timestamp;

/// RFC 3339 with milliseconds, `2026-12-31T23:59:59.999Z`.
pub(crate) fn format(at: Timestamp) -> String {
    let at = i64::try_from(at.0).ok().and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok());
    at.map_or_else(|| "9999-12-31T23:59:59.999Z".into(), |at| format!("{at:.3}"))
}

/// RFC 3339, or a date, which means the last millisecond of that day in UTC.
pub(crate) fn parse(text: &str) -> Option<Timestamp> {
    let at = text.parse::<jiff::Timestamp>().ok().or_else(|| end_of_day(text))?;
    u64::try_from(at.as_millisecond()).ok().map(Timestamp)
}

fn end_of_day(text: &str) -> Option<jiff::Timestamp> {
    let date: Date = text.parse().ok().filter(|_| text.len() == "2026-12-31".len())?;
    TimeZone::UTC.to_timestamp(date.at(23, 59, 59, 999_000_000)).ok()
}

#[cfg(test)]
mod tests {
    use super::{format, parse};

    #[test]
    fn a_date_means_the_end_of_that_day() {
        assert_eq!(format(parse("2026-12-31").unwrap()), "2026-12-31T23:59:59.999Z");
    }

    #[test]
    fn rfc_3339_is_read_with_its_offset() {
        assert_eq!(format(parse("2026-12-31T12:00:00+02:00").unwrap()), "2026-12-31T10:00:00.000Z");
        for bad in ["", "tomorrow", "2026-13-01", "31.12.2026", "2026-12-31T12:00:00", "1800-01-01"] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
