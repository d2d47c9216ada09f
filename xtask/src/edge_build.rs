//! Builds the edge worker: `build/entry.js`, `build/index.js` and `build/index_bg.wasm`.

use crate::run::{root, run_quietly, say_building};
use crate::tools::{self, WASM_BINDGEN, WORKER_BUILD};
use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

/// Names the file of the policy that a program is built with; shared/build.rs reads it.
pub(crate) const POLICY: &str = "DEPLO_POLICY";

/// What the worker is made of.
const SOURCES: [&str; 8] = [
    "edge",
    "shared",
    "policy.toml",
    "Cargo.toml",
    "Cargo.lock",
    "rust-toolchain.toml",
    "package-lock.json",
    "xtask/src/edge_build.rs",
];

/// Builds the worker, unless it is newer than everything that it is made of.
pub(crate) fn run() -> Result<()> {
    prepare()?;
    let built = modified(&root().join("build/entry.js"));
    let newest = SOURCES.iter().filter_map(|source| newest(&root().join(source))).max();
    if built.is_some() && built > newest {
        return Ok(());
    }
    say_building("the edge worker", "build/entry.js", "about a minute");
    build_prepared(&root().join("build"), &root().join("policy.toml"))
}

/// Builds the worker into a directory, with the rules of a policy.
pub(crate) fn build(directory: &Path, policy: &Path) -> Result<()> {
    prepare()?;
    build_prepared(directory, policy)
}

/// What is missing is said first, and what can be installed is.
fn prepare() -> Result<()> {
    tools::check_prerequisites()?;
    tools::ensure_targets()?;
    tools::ensure_node_modules()
}

fn build_prepared(directory: &Path, policy: &Path) -> Result<()> {
    let modules = root().join("node_modules/.bin");
    // With all three programs set, worker-build downloads nothing.
    run_quietly(
        Command::new(WORKER_BUILD.path()?)
            .args(["--profile", "edge", "--out-dir"])
            .arg(directory)
            .current_dir(root().join("edge"))
            .env("WASM_BINDGEN_BIN", WASM_BINDGEN.path()?)
            .env("WASM_OPT_BIN", modules.join("wasm-opt"))
            .env("ESBUILD_BIN", modules.join("esbuild"))
            .env("CARGO_ENCODED_RUSTFLAGS", without_own_paths()?)
            .env(POLICY, policy),
    )?;
    shrink(&directory.join("index_bg.wasm"), &modules)?;
    // Copied last and as a new file, so that it is newer than everything else.
    fs::write(directory.join("entry.js"), fs::read(root().join("edge/src/entry.js"))?)?;
    Ok(())
}

/// A flag by which the module says where in a library it panicked, but not where libraries are on this machine: that is
/// nobody else's business, and other machines could not build the same module. Flags that cargo was given otherwise do not
/// apply to the worker.
fn without_own_paths() -> Result<String> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(std::env::home_dir()?.join(".cargo")));
    let home = home.context("cargo's home is unknown: set CARGO_HOME")?;
    Ok(format!("--remap-path-prefix={}=cargo", home.display()))
}

/// What the crates `worker` and `wasm-streams` export for JavaScript that nothing here makes use of: with what it alone calls
/// it is a thirtieth of the module.
const UNUSED_EXPORTS: [&str; 4] = ["*containerstartupoptions_*", "*minifyconfig_*", "*r2range_*", "*intounderlying*"];

/// Takes out of a module what nobody uses, and its functions' names, which are a sixth of its size. With both that of `build`
/// stays in target/, for whoever asks what takes room (`twiggy top target/build.wasm`).
fn shrink(module: &Path, modules: &Path) -> Result<()> {
    // Cargo's own may be elsewhere.
    let target = root().join("target");
    fs::create_dir_all(&target)?;
    let directory = module.parent().and_then(Path::file_name).context("a module is in a folder")?;
    let whole = target.join(directory).with_extension("wasm");
    fs::rename(module, &whole)?;
    // What worker-build allows itself: the platform need not read newer encodings.
    let features = ["mutable-globals", "sign-ext", "nontrapping-float-to-int", "bulk-memory", "multivalue"];
    let features = features.into_iter().chain(["reference-types", "exception-handling"]);
    let mut wasm_opt = Command::new(modules.join("wasm-opt"));
    wasm_opt.args(features.map(|name| format!("--enable-{name}")));
    wasm_opt.args(UNUSED_EXPORTS.map(|name| format!("--remove-exports={name}")));
    run_quietly(
        wasm_opt.args(["--remove-unused-module-elements", "-O", "--strip-debug"]).arg(whole).arg("-o").arg(module),
    )
    .map(drop)
}

/// When the newest file of a folder, or a file, was changed.
fn newest(path: &Path) -> Option<SystemTime> {
    if !path.is_dir() {
        return modified(path);
    }
    let entries = fs::read_dir(path).ok()?;
    entries.flatten().filter(|entry| entry.file_name() != "target").filter_map(|entry| newest(&entry.path())).max()
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).ok()?.modified().ok()
}
