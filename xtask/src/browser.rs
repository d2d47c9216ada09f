//! Playwright with this machine's Chromium, on the whole system.

use crate::dev::stop_flag;
use crate::run::{command, root, say};
use crate::{chromium, test};
use anyhow::{Result, bail, ensure};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tests::Stage;

/// Where `cargo xtask screenshots` writes.
const SCREENSHOTS: &str = "target/screenshots";

/// The system and the browser, for as long as scripts use them.
pub(crate) struct Browser {
    chromium: std::path::PathBuf,
    stage: Stage,
    stop: Arc<AtomicBool>,
}

impl Browser {
    /// Starts the system, all of which must be built.
    pub(crate) fn start() -> Result<Self> {
        // Ctrl-C ends Playwright, and then us, in good order: the system's programs are no children of the terminal.
        let stop = stop_flag()?;
        let chromium = chromium::path()?;
        say(&format!("starting the system for the browser ({})", chromium.display()));
        let stage = Stage::start()?;
        ensure!(!stop.load(Ordering::Relaxed), "stopped");
        Ok(Self { chromium, stage, stop })
    }

    /// Playwright with one of the projects of tests/browser/playwright.config.js.
    pub(crate) fn playwright(&self, project: &str) -> Command {
        let node = root().join("node_modules/.bin/node");
        let mut command = command(&node.to_string_lossy(), &["node_modules/@playwright/test/cli.js", "test"]);
        command.args(["--config", "tests/browser/playwright.config.js", "--project", project]);
        command.env("CHROMIUM", &self.chromium).envs(self.stage.addresses());
        command
    }

    /// Whether Ctrl-C was pressed.
    pub(crate) fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// Makes a picture of every page and dialog, and lists them.
pub(crate) fn take_screenshots() -> Result<()> {
    test::prepare_system()?;
    let directory = root().join(SCREENSHOTS);
    if directory.exists() {
        fs::remove_dir_all(&directory)?;
    }
    let browser = Browser::start()?;
    if !browser.playwright("screenshots").status()?.success() {
        bail!("not every screenshot was made");
    }
    list(&directory)
}

fn list(directory: &Path) -> Result<()> {
    let mut names: Vec<_> = fs::read_dir(directory)?.flatten().map(|entry| entry.file_name()).collect();
    names.sort();
    for name in &names {
        println!("{SCREENSHOTS}/{}", name.display());
    }
    say(&format!("{} screenshots; copy the best over those that README.md shows", names.len()));
    Ok(())
}
