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
        if rest.is_empty() || rest.split('/').all(is_plain_segment) { Ok(Self(path)) } else { Err(AmbiguousPath) }
    }

    /// The path, leading slash included.
    #[must_use]
    pub const fn as_str(self) -> &'a str {
        self.0
    }

    /// The segments between the slashes; none for `/`.
    pub fn segments(self) -> impl Iterator<Item = &'a str> + Clone {
        self.0.split('/').skip(1).filter(|segment| !segment.is_empty())
    }
}

impl fmt::Display for PlainPath<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

fn is_plain_segment(segment: &str) -> bool {
    let plain = segment.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'~' | b'-'));
    plain && !matches!(segment, "" | "." | "..")
}
