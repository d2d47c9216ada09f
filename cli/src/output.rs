//! Where what is written goes: data to standard output, words to standard error.

use crate::args::Global;
use crate::error::Error;
use crate::exit::Exit;
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

    /// Writes data: `json` if that is wanted, else `text`, which may be empty.
    pub(crate) fn data(&self, json: &impl Serialize, text: impl FnOnce() -> String) -> Result<(), Error> {
        let text = match self.json {
            true => {
                serde_json::to_string_pretty(json).map_err(|why| Error::failed(format!("cannot write JSON: {why}")))?
            }
            false => text(),
        };
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
pub(crate) fn write(text: &str) -> Result<(), Error> {
    let mut out = anstream::stdout().lock();
    let written = writeln!(out, "{text}").and_then(|()| out.flush());
    written.map_err(|why| match why.kind() {
        // As `| head` does: whoever reads has enough.
        ErrorKind::BrokenPipe => Error::new(Exit::Done, String::new()),
        _ => Error::failed(format!("cannot write to standard output: {why}")),
    })
}

fn unanswered(why: InquireError) -> Error {
    match why {
        InquireError::OperationCanceled | InquireError::OperationInterrupted => Error::interrupted(),
        why => Error::failed(format!("cannot ask: {why}")),
    }
}
