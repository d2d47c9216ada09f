//! A child process with everything it starts, ended by its process group.

use crate::patience::wait_until;
use anyhow::{Context, Result, bail};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use std::env;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// A program of ours beside the one that runs: cargo builds all of them into one directory.
pub(crate) fn built(program: &str, package: &str) -> Result<PathBuf> {
    let own = env::current_exe()?;
    let found = own.ancestors().skip(1).take(2).map(|directory| directory.join(program)).find(|path| path.exists());
    found.with_context(|| format!("{program} is not built; `cargo build -p {package}` builds it"))
}

/// How long a group may take to end by itself before it is killed.
const GRACE: Duration = Duration::from_secs(5);

/// A running program. Dropping it ends it and everything that it started.
pub struct Process {
    name: String,
    child: Child,
    log: Log,
}

/// What processes have written so far, both streams of each.
#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<Written>>);

#[derive(Default)]
struct Written {
    text: String,
    file: Option<File>,
}

impl Log {
    /// A log that is also written to a file, which is emptied first.
    ///
    /// # Errors
    /// If the file cannot be made.
    pub fn in_file(path: &Path) -> Result<Self> {
        let file = File::create(path).with_context(|| format!("{} cannot be written", path.display()))?;
        Ok(Self(Arc::new(Mutex::new(Written { text: String::new(), file: Some(file) }))))
    }

    /// Everything so far.
    #[must_use]
    pub fn text(&self) -> String {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).text.clone()
    }

    /// Waits until this was written, which may be a moment after what caused it.
    ///
    /// # Panics
    /// If it is not written within ten seconds.
    pub fn expect(&self, words: &str) {
        let is_there = wait_until(Duration::from_secs(10), || self.text().contains(words));
        assert!(is_there, "the log lacks {words:?}:\n{}", self.text());
    }

    fn add(&self, line: &[u8]) {
        let mut written = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        written.text.push_str(&String::from_utf8_lossy(line));
        // The file is for people; a full disk must not end what is logged.
        let _ = written.file.as_mut().map(|file| file.write_all(line));
    }

    fn follow(&self, stream: impl Read + Send + 'static) {
        let log = self.clone();
        thread::spawn(move || {
            let mut lines = BufReader::new(stream);
            let mut line = Vec::new();
            while lines.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
                log.add(&line);
                line.clear();
            }
        });
    }
}

impl Process {
    /// Starts a program in a process group of its own; what it writes goes to `log`.
    ///
    /// # Errors
    /// If it cannot be started.
    pub fn start(name: &str, mut command: Command, log: &Log) -> Result<Self> {
        command.process_group(0).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().with_context(|| format!("{name} cannot be started: {command:?}"))?;
        child.stdout.take().into_iter().for_each(|stream| log.follow(stream));
        child.stderr.take().into_iter().for_each(|stream| log.follow(stream));
        Ok(Self { name: name.into(), child, log: log.clone() })
    }

    /// Waits until `is_ready`, as long as the process lives.
    ///
    /// # Errors
    /// If it ends, or is not ready within `limit`; with the end of what it wrote.
    pub fn wait_until(&mut self, limit: Duration, is_ready: impl Fn() -> bool) -> Result<()> {
        let mut ended = None;
        let settled = wait_until(limit, || {
            ended = self.ended();
            ended.is_some() || is_ready()
        });
        match ended {
            Some(ended) => bail!("{ended}"),
            None if settled => Ok(()),
            None => bail!("{} was not ready within {} s:\n{}", self.name, limit.as_secs(), self.last_lines()),
        }
    }

    /// A sentence if the process has ended, with the end of what it wrote.
    pub fn ended(&mut self) -> Option<String> {
        let status = self.child.try_wait().ok().flatten()?;
        Some(format!("{} has ended ({status}):\n{}", self.name, self.last_lines()))
    }

    /// Number of the process that was started.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Memory that the group's processes of this name hold now, in bytes.
    #[must_use]
    pub fn memory_of(&self, program: &str) -> u64 {
        let group = self.child.id().to_string();
        let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
        processes.filter_map(|entry| resident_bytes(&entry.path(), program, &group)).sum()
    }

    fn last_lines(&self) -> String {
        let text = self.log.text();
        let lines: Vec<_> = text.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }

    /// Stops the group where it stands: whoever asks it something gets no answer.
    pub fn pause(&self) {
        self.signal(Signal::SIGSTOP);
    }

    /// Lets the group go on.
    pub fn resume(&self) {
        self.signal(Signal::SIGCONT);
    }

    /// Ends the group at once, as a crash would.
    pub fn kill(&mut self) {
        self.signal(Signal::SIGKILL);
        let _ = self.child.wait();
    }

    fn signal(&self, signal: Signal) {
        // A pid fits; an error means that the group has ended already.
        let _ = killpg(Pid::from_raw(self.child.id().cast_signed()), signal);
    }
}

/// Of a process with this name and process group; see proc(5).
fn resident_bytes(process: &Path, program: &str, group: &str) -> Option<u64> {
    let stat = fs::read_to_string(process.join("stat")).ok()?;
    let (name, rest) = stat.split_once('(')?.1.rsplit_once(')')?;
    if name != program || rest.split_whitespace().nth(2)? != group {
        return None;
    }
    let status = fs::read_to_string(process.join("status")).ok()?;
    let kib = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?.trim().strip_suffix("kB")?;
    kib.trim().parse::<u64>().ok().map(|kib| kib * 1024)
}

impl Drop for Process {
    fn drop(&mut self) {
        self.signal(Signal::SIGTERM);
        // A paused one would not hear it.
        self.resume();
        wait_until(GRACE, || !matches!(self.child.try_wait(), Ok(None)));
        // Whatever of the group is left: a child may have ended before its own children.
        self.kill();
    }
}
