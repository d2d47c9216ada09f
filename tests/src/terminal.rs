//! A terminal with a program in it: what is typed arrives as keys, what is written becomes a screen.

use crate::patience::wait_until;
use nix::sys::termios::{LocalFlags, tcgetattr};
use pty_process::Size;
use pty_process::blocking::{self, Pty};
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use vt100::{Parser, Screen};

/// Rows of every terminal.
const ROWS: u16 = 24;

/// How long words, or the end, are waited for.
const LIMIT: Duration = Duration::from_secs(20);

/// A running program, and the terminal that is its input and output. Dropping it ends the program.
pub struct Terminal {
    child: Child,
    pty: Arc<Pty>,
    shown: Arc<Mutex<Shown>>,
    follower: Option<JoinHandle<()>>,
}

/// What the program has written so far.
struct Shown {
    parser: Parser,
    written: Vec<u8>,
    /// Every screen that there was, so that none is missed that stood for a moment only.
    screens: Vec<String>,
}

impl Terminal {
    /// Starts a program in a terminal of 24 rows.
    ///
    /// # Panics
    /// If it cannot be started.
    #[must_use]
    pub fn start(mut command: Command, columns: u16) -> Self {
        // As terminals do; without it programs take theirs for one that knows nothing.
        command.env("TERM", "xterm-256color");
        let (pty, end) = blocking::open().expect("a pseudo-terminal");
        pty.resize(Size::new(ROWS, columns)).expect("a terminal of this size");
        let child = blocking::Command::from(command).spawn(end).expect("a program in a terminal");
        let (pty, shown) = (Arc::new(pty), Arc::new(Mutex::new(Shown::new(columns))));
        let follower = thread::spawn({
            let (pty, shown) = (Arc::clone(&pty), Arc::clone(&shown));
            move || follow(&pty, &shown)
        });
        Self { child, pty, shown, follower: Some(follower) }
    }

    /// Types keys: `\r` is the enter key, `\x03` is Ctrl-C.
    ///
    /// # Panics
    /// If the terminal is gone.
    pub fn press(&self, keys: &str) {
        self.pty.as_ref().write_all(keys.as_bytes()).expect("keys are typed");
    }

    /// Waits until the words are on the screen, or have been.
    ///
    /// # Panics
    /// If they do not appear within twenty seconds.
    pub fn expect(&self, words: &str) {
        let is_there = wait_until(LIMIT, || self.has_shown(words));
        assert!(is_there, "the terminal never showed {words:?}:\n{}\n{:?}", self.text(), self.written());
    }

    /// Whether the words have been on the screen.
    #[must_use]
    pub fn has_shown(&self, words: &str) -> bool {
        self.shown().screens.iter().any(|screen| screen.contains(words))
    }

    /// Waits for the program's end and returns its exit code, as a shell reports it: 128 and its number for a signal.
    /// All that the program wrote is shown then.
    ///
    /// # Panics
    /// If it does not end within twenty seconds.
    pub fn end(&mut self) -> i32 {
        let mut status = None;
        wait_until(LIMIT, || {
            status = self.child.try_wait().expect("a child");
            status.is_some()
        });
        let status = status.unwrap_or_else(|| panic!("the program does not end:\n{}", self.text()));
        self.follower.take().into_iter().for_each(|follower| follower.join().expect("what it wrote is read"));
        status.code().or_else(|| Some(128 + status.signal()?)).expect("an exit code or a signal")
    }

    /// What is on the screen now.
    #[must_use]
    pub fn screen(&self) -> Screen {
        self.shown().parser.screen().clone()
    }

    /// The screen's text.
    #[must_use]
    pub fn text(&self) -> String {
        self.screen().contents()
    }

    /// Everything that was ever written, with all that steers the terminal.
    #[must_use]
    pub fn written(&self) -> String {
        String::from_utf8_lossy(&self.shown().written).into_owned()
    }

    /// Whether the next program finds the terminal as a shell leaves it: with a cursor, lines that are echoed, and Ctrl-C.
    ///
    /// # Panics
    /// If the terminal is gone.
    #[must_use]
    pub fn is_tidy(&self) -> bool {
        let modes = tcgetattr(self.pty.as_ref()).expect("modes of the terminal").local_flags;
        let (screen, as_usual) = (self.screen(), LocalFlags::ECHO | LocalFlags::ICANON | LocalFlags::ISIG);
        !screen.hide_cursor() && !screen.bracketed_paste() && modes.contains(as_usual)
    }

    fn shown(&self) -> MutexGuard<'_, Shown> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shown {
    fn new(columns: u16) -> Self {
        let [rows, columns] = [ROWS, columns].map(|size| NonZeroU16::new(size).expect("a terminal with room"));
        Self { parser: Parser::new(rows, columns, 0), written: Vec::new(), screens: Vec::new() }
    }

    fn add(&mut self, bytes: &[u8]) {
        self.written.extend(bytes);
        self.parser.process(bytes);
        self.screens.push(self.parser.screen().contents());
    }
}

/// Reads until the program has ended, which is an error of a pseudo-terminal on Linux and its end elsewhere.
fn follow(pty: &Pty, shown: &Mutex<Shown>) {
    let (mut pty, mut bytes) = (pty, [0; 4096]);
    while let Ok(length @ 1..) = pty.read(&mut bytes) {
        shown.lock().unwrap_or_else(PoisonError::into_inner).add(&bytes[..length]);
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // Errors mean that it has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
