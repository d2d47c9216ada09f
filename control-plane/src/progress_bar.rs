//! How far a long command has come: a bar on a terminal, nothing elsewhere.

use crate::republish::Progress;
use indicatif::{ProgressBar, ProgressStyle};

/// A bar of one workspace's republish.
pub(crate) struct Bar(ProgressBar);

impl Bar {
    /// A bar with this name.
    pub(crate) fn new(name: &str) -> Self {
        let style = ProgressStyle::with_template("{prefix} {msg} {wide_bar} {human_pos}/{human_len} {eta}");
        let bar = ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Self(bar.with_prefix(String::from(name)))
    }

    /// Shows how far it is.
    pub(crate) fn show(&self, progress: &Progress) {
        let (what, done, of) = match progress {
            Progress::Ledger { done, of } => ("ledger", done, of),
            Progress::Kv { done, of } => ("KV", done, of),
            Progress::InForce { .. } => return,
        };
        self.0.set_message(what);
        self.0.set_length(*of as u64);
        self.0.set_position(*done as u64);
    }

    /// Prints something beside the bar.
    pub(crate) fn aside(&self, print: impl FnOnce()) {
        self.0.suspend(print);
    }

    /// Takes the bar away.
    pub(crate) fn end(&self) {
        self.0.finish_and_clear();
    }
}
