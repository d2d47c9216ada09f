//! Which request paths are looked at at all.
//!
//! A path is decided on and forwarded as the same string, so it may hold nothing that
//! somebody behind us could read in another way: no escapes, no empty segment, no dot segment.

use core::fmt;

/// A path that everybody reads alike: `/`, or segments of `[A-Za-z0-9._~-]`, none of them
/// empty, `.` or `..`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlainPath<'a>(&'a str);

/// The path could be read in more than one way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AmbiguousPath;

impl<'a> PlainPath<'a> {
    /// Checks a request's path (without its query).
    ///
    /// # Errors
    /// [`AmbiguousPath`] for anything that is not a plain path.
    pub fn parse(path: &'a str) -> Result<Self, AmbiguousPath> {
        let rest = path.strip_prefix('/').ok_or(AmbiguousPath)?;
        let mut segments = rest.as_bytes().split(|byte| is_slash(*byte));
        if rest.is_empty() || segments.all(is_plain_segment) { Ok(Self(path)) } else { Err(AmbiguousPath) }
    }

    /// The path, leading slash included.
    #[must_use]
    pub const fn as_str(self) -> &'a str {
        self.0
    }

    /// The segments between the slashes; none for `/`.
    pub fn segments(self) -> impl Iterator<Item = &'a str> + Clone {
        let mut rest = self.0;
        // By bytes: `str::split` costs twice as much where the pieces are as short as here.
        core::iter::from_fn(move || {
            let after_slash = rest.strip_prefix('/').filter(|after_slash| !after_slash.is_empty())?;
            let end = after_slash.bytes().position(is_slash).unwrap_or(after_slash.len());
            let (segment, others) = after_slash.split_at_checked(end)?;
            rest = others;
            Some(segment)
        })
    }
}

impl fmt::Display for PlainPath<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

fn is_plain_segment(segment: &[u8]) -> bool {
    let plain = segment.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'~' | b'-'));
    plain && !matches!(segment, b"" | b"." | b"..")
}

const fn is_slash(byte: u8) -> bool {
    byte == b'/'
}
