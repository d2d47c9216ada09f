//! What happened in a run, in words.

use std::fmt;

/// What happened, if anybody wants to know: a run that nobody looks at writes nothing down.
#[derive(Debug, Clone, Default)]
pub struct Trace(Option<Vec<(u64, String)>>);

impl Trace {
    /// A trace that is written.
    #[must_use]
    pub const fn on() -> Self {
        Self(Some(Vec::new()))
    }

    /// A trace that nobody wants.
    #[must_use]
    pub const fn off() -> Self {
        Self(None)
    }

    pub(crate) fn note(&mut self, at_ms: u64, what: impl FnOnce() -> String) {
        if let Some(lines) = &mut self.0 {
            lines.push((at_ms, what()));
        }
    }
}

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().flatten().try_for_each(|(at_ms, what)| writeln!(f, "{at_ms:>8} ms  {what}"))
    }
}
