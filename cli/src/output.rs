//! Where what is written goes: data to standard output, words to standard error.

use crate::args::Global;
use crate::error::Error;
use crate::spinner::Spinner;
use anstream::{AutoStream, ColorChoice};
use inquire::InquireError;
use inquire::ui::RenderConfig;
use serde::Serialize;
use std::env;
use std::io::{self, ErrorKind, IsTerminal, Write};

/// How to talk to whoever called.
pub(crate) struct Output {
    json: bool,
    may_ask: bool,
    may_move: bool,
}

impl Output {
    pub(crate) fn new(global: &Global) -> Self {
        global.color.write_global();
        if AutoStream::choice(&io::stderr()) == ColorChoice::Never {
            inquire::set_global_render_config(RenderConfig::empty());
        }
        let is_ci = env::var("CI").is_ok_and(|value| !matches!(value.as_str(), "" | "0" | "false"));
        let has_terminal = io::stdin().is_terminal() && io::stderr().is_terminal();
        Self { json: global.json, may_ask: has_terminal && !is_ci && !global.no_input, may_move: !is_ci }
    }

    /// Whether somebody can be asked.
    pub(crate) const fn may_ask(&self) -> bool {
        self.may_ask
    }

    pub(crate) fn spinner(&self, words: &str) -> Spinner {
        Spinner::start(words, self.may_move)
    }

    /// Writes data: `json` if that is wanted, else `text`, which may be empty. A reader that has enough, as `head` has, is
    /// no error.
    pub(crate) fn data(&self, json: &impl Serialize, text: impl FnOnce() -> String) -> Result<(), Error> {
        match self.all_data(json, text) {
            Err(why) if why.kind() == ErrorKind::BrokenPipe => Ok(()),
            written => written.map_err(|why| Error::failed(format!("cannot write to standard output: {why}"))),
        }
    }

    /// As [`Self::data`], for what must be read to its end.
    pub(crate) fn all_data(&self, json: &impl Serialize, text: impl FnOnce() -> String) -> io::Result<()> {
        let text = if self.json { serde_json::to_string_pretty(json)? } else { text() };
        if text.is_empty() { Ok(()) } else { write(&text) }
    }

    /// Asks yes or no.
    pub(crate) fn confirm(&self, question: &str) -> Result<bool, Error> {
        inquire::Confirm::new(question).with_default(false).prompt().map_err(unanswered)
    }

    /// Asks for a secret, which is not shown.
    pub(crate) fn password(&self, question: &str) -> Result<String, Error> {
        inquire::Password::new(question).without_confirmation().prompt().map_err(unanswered)
    }

    /// Asks for a line of text.
    pub(crate) fn text(&self, question: &str, placeholder: &str) -> Result<String, Error> {
        inquire::Text::new(question).with_placeholder(placeholder).prompt().map_err(unanswered)
    }
}

/// Words for whoever looks on. There is nobody to tell if they cannot be written.
pub(crate) fn say(words: &str) {
    let _ = writeln!(anstream::stderr().lock(), "{words}");
}

/// A line of what was done.
pub(crate) fn say_done(words: &str) {
    let style = anstyle::AnsiColor::Green.on_default();
    say(&format!("{style}✔{style:#} {words}"));
}

/// A line of what is not quite as it should be.
pub(crate) fn warn(words: &str) {
    let style = anstyle::AnsiColor::Yellow.on_default();
    say(&format!("{style}!{style:#} {words}"));
}

/// Why the program ends.
pub(crate) fn say_error(error: &Error) {
    let style = anstyle::AnsiColor::Red.on_default().bold();
    say(&format!("{style}error:{style:#} {error}"));
}

/// Writes a line to standard output, at once.
fn write(text: &str) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    writeln!(out, "{text}")?;
    out.flush()
}

fn unanswered(why: InquireError) -> Error {
    match why {
        InquireError::OperationCanceled | InquireError::OperationInterrupted => Error::interrupted(),
        why => Error::failed(format!("cannot ask: {why}")),
    }
}
