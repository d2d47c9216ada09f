//! What went wrong, in words for people and with a code for scripts.

use crate::exit::Exit;
use std::fmt::{self, Display};

/// Why a command did not do what it was asked for.
#[derive(Debug)]
pub(crate) struct Error {
    exit: Exit,
    what: String,
    /// More of it, or what to do: a line each.
    notes: Vec<String>,
}

impl Error {
    pub(crate) fn new(exit: Exit, what: impl Into<String>) -> Self {
        Self { exit, what: what.into(), notes: Vec::new() }
    }

    pub(crate) fn failed(what: impl Into<String>) -> Self {
        Self::new(Exit::Failed, what)
    }

    pub(crate) fn usage(what: impl Into<String>) -> Self {
        Self::new(Exit::Usage, what)
    }

    /// Ctrl-C, at a prompt or elsewhere.
    pub(crate) fn interrupted() -> Self {
        Self::new(Exit::Interrupted, "interrupted")
    }

    /// Adds a line, which says more or what to do.
    pub(crate) fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// What happened, without the lines that were added.
    pub(crate) fn what(&self) -> &str {
        &self.what
    }

    pub(crate) const fn exit(&self) -> Exit {
        self.exit
    }
}

impl Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        self.notes.iter().try_for_each(|note| write!(f, "\n  {note}"))
    }
}

impl std::error::Error for Error {}
