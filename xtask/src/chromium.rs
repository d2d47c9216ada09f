//! The browser of the tests: this machine's Chromium, else Debian's, which is installed where that can be done.

use crate::run::{run_quietly, say, succeeds};
use anyhow::{Context, Result, bail};
use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What it may be called on the path.
const PROGRAMS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// Where it is on a Mac, which has it on no path.
const APPLICATIONS: [&str; 2] = [
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/// Debian's, with its sandbox, and with small fonts for Latin, Chinese and emoji. Some 90 MB to download.
const PACKAGES: [&str; 5] =
    ["chromium", "chromium-sandbox", "fonts-liberation", "fonts-noto-color-emoji", "fonts-wqy-microhei"];

/// The program: `CHROMIUM`, else this machine's, else Debian's, which is installed first.
pub(crate) fn path() -> Result<PathBuf> {
    if let Some(path) = env::var_os("CHROMIUM").map(PathBuf::from) {
        return if path.is_file() { Ok(path) } else { bail!("CHROMIUM names {}, which is no file", path.display()) };
    }
    if let Some(path) = installed() {
        return Ok(path);
    }
    let Some(apt_get) = apt_get() else {
        bail!("Chromium is missing; install it or Chrome with your system's packages, or set CHROMIUM to its path");
    };
    say(&format!("installing {} with apt-get (about a minute, once)", PACKAGES.join(", ")));
    run_quietly(&mut apt_get("update"))?;
    run_quietly(apt_get("install").args(["--yes", "--no-install-recommends"]).args(PACKAGES))?;
    installed().context("apt-get has installed Chromium, and it is not on the path")
}

fn installed() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let directories: Vec<_> = env::split_paths(&path).collect();
    let on_path = PROGRAMS.iter().flat_map(|name| directories.iter().map(move |directory| directory.join(name)));
    on_path.chain(APPLICATIONS.map(PathBuf::from)).find(|program| program.is_file())
}

/// Makes commands of apt-get, where it is there and we may use it without being asked for a password.
fn apt_get() -> Option<impl Fn(&str) -> Command> {
    let is_root = nix::unistd::geteuid().is_root();
    let may = Path::new("/usr/bin/apt-get").is_file() && (is_root || succeeds("sudo", &["-n", "true"]));
    may.then_some(move |verb: &str| {
        let words = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet=2", verb];
        let mut command = Command::new(if is_root { "env" } else { "sudo" });
        command.args(if is_root { &words[1..] } else { &words[..] }).stdin(Stdio::null());
        command
    })
}
