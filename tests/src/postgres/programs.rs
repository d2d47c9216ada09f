//! Postgres' own programs: where they are, and as whom they run.

use super::succeed;
use anyhow::{Context, Result, ensure};
use nix::unistd::{User, geteuid};
use std::env;
use std::fs;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What a cluster needs.
const NEEDED: [&str; 3] = ["initdb", "pg_ctl", "postgres"];

/// Where Debian and Homebrew keep one directory per major version, and what they put before its number.
const PLACES: [(&str, &str); 3] =
    [("/usr/lib/postgresql", ""), ("/opt/homebrew/opt", "postgresql@"), ("/usr/local/opt", "postgresql@")];

/// Accounts that take root's place, since Postgres refuses to run as root.
const ACCOUNTS: [&str; 2] = ["postgres", "nobody"];

/// The directory of this machine's Postgres programs, if there is one: what the environment variable `POSTGRES_BIN`
/// says, else one of `PATH`, else the newest where Debian and Homebrew put them.
#[must_use]
pub fn find_postgres() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let chosen = env::var_os("POSTGRES_BIN").map(PathBuf::from);
    chosen.or_else(|| env::split_paths(&path).chain(packaged()).find(|bin| is_complete(bin)))
}

/// Newest first.
fn packaged() -> Vec<PathBuf> {
    let mut found: Vec<_> = PLACES.into_iter().flat_map(|(parent, prefix)| versions(parent, prefix)).collect();
    found.sort_unstable_by(|left, right| right.cmp(left));
    found.into_iter().map(|(_, bin)| bin).collect()
}

fn versions(parent: &str, prefix: &str) -> Vec<(u32, PathBuf)> {
    let entries = fs::read_dir(parent).into_iter().flatten().flatten();
    let version = |name: &str| name.strip_prefix(prefix)?.parse().ok();
    entries.filter_map(|entry| Some((version(entry.file_name().to_str()?)?, entry.path().join("bin")))).collect()
}

fn is_complete(bin: &Path) -> bool {
    NEEDED.iter().all(|name| bin.join(name).is_file())
}

/// The programs, and the account that they run as if it is another one.
pub(super) struct Programs {
    bin: PathBuf,
    account: Option<User>,
}

impl Programs {
    /// Programs that may be run, and whose account owns `directory`. Root's own tools, which that account cannot
    /// reach, are copied there.
    pub(super) fn usable(bin: &Path, directory: &Path) -> Result<Self> {
        ensure!(is_complete(bin), "{} lacks one of {}; see POSTGRES_BIN", bin.display(), NEEDED.join(", "));
        let mut programs = Self { bin: bin.into(), account: account()? };
        if let Some(owner) = &programs.account {
            chown(directory, Some(owner.uid.as_raw()), Some(owner.gid.as_raw()))?;
            if !programs.may_run() {
                programs.bin = copy(bin, directory, owner)?;
            }
        }
        Ok(programs)
    }

    /// Where a program is.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.bin.join(name)
    }

    /// A program, run as the account.
    pub(super) fn command(&self, name: &str) -> Command {
        self.as_account(Command::new(self.path(name)))
    }

    /// Anything, run as the account: in a directory that it may enter, and in no language but English.
    pub(super) fn as_account(&self, mut command: Command) -> Command {
        command.current_dir("/").env_clear().envs(env::var_os("PATH").map(|path| ("PATH", path))).env("LC_ALL", "C");
        if let Some(User { uid, gid, .. }) = &self.account {
            command.uid(uid.as_raw()).gid(gid.as_raw());
        }
        command.stdin(Stdio::null());
        command
    }

    fn may_run(&self) -> bool {
        self.command("initdb").arg("--version").output().is_ok_and(|output| output.status.success())
    }
}

fn account() -> Result<Option<User>> {
    if !geteuid().is_root() {
        return Ok(None);
    }
    let found = ACCOUNTS.into_iter().find_map(|name| User::from_name(name).ok().flatten());
    found.map(Some).context("Postgres does not run as root, and this machine has no account `postgres` or `nobody`")
}

/// Copies the whole installation, since the programs find their libraries beside them, and gives it to the account.
fn copy(bin: &Path, directory: &Path, owner: &User) -> Result<PathBuf> {
    let (from, to) = (bin.parent().context("Postgres' programs are in no installation")?, directory.join("programs"));
    succeed(Command::new("cp").arg("-R").arg(from).arg(&to))?;
    succeed(Command::new("chown").arg("-R").arg(format!("{}:{}", owner.uid, owner.gid)).arg(&to))?;
    Ok(to.join("bin"))
}
