//! That something is under way: a moving line on a terminal, nothing elsewhere.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::time::Duration;

const TICK: Duration = Duration::from_millis(80);

/// A line that moves until it is dropped.
pub(crate) struct Spinner(ProgressBar);

impl Spinner {
    /// A spinner with these words; `is_visible` false: one that nobody sees. On anything but a terminal nobody does.
    pub(crate) fn start(words: &str, is_visible: bool) -> Self {
        let target = if is_visible { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let style = ProgressStyle::with_template("{spinner} {msg} {elapsed}")
            .unwrap_or_else(|_| ProgressStyle::default_spinner());
        let bar = ProgressBar::with_draw_target(None, target).with_style(style).with_message(words.to_owned());
        bar.enable_steady_tick(TICK);
        Self(bar)
    }

    /// Changes the words.
    pub(crate) fn say(&self, words: &str) {
        self.0.set_message(words.to_owned());
    }
}

impl Drop for Spinner {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
