//! Builds the edge worker: `build/entry.js`, `build/index.js` and `build/index_bg.wasm`.

use crate::run::{root, run_quietly, say_building};
use crate::tools::{self, WASM_BINDGEN, WORKER_BUILD};
use anyhow::Result;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

/// What the worker is made of.
const SOURCES: [&str; 6] = ["edge", "shared", "policy.toml", "Cargo.toml", "Cargo.lock", "rust-toolchain.toml"];

/// Builds the worker, unless it is newer than everything that it is made of.
pub(crate) fn run() -> Result<()> {
    tools::check_prerequisites()?;
    tools::ensure_targets()?;
    tools::ensure_node_modules()?;
    let (worker_build, wasm_bindgen) = (WORKER_BUILD.path()?, WASM_BINDGEN.path()?);
    let built = modified(&root().join("build/entry.js"));
    let newest = SOURCES.iter().filter_map(|source| newest(&root().join(source))).max();
    if built.is_some() && built > newest {
        return Ok(());
    }
    say_building("the edge worker", "build/index.js", "about a minute");
    let modules = root().join("node_modules/.bin");
    // With all three set, worker-build downloads nothing.
    run_quietly(
        Command::new(worker_build)
            .args(["--profile", "edge", "--out-dir", "../build"])
            .current_dir(root().join("edge"))
            .env("WASM_BINDGEN_BIN", wasm_bindgen)
            .env("WASM_OPT_BIN", modules.join("wasm-opt"))
            .env("ESBUILD_BIN", modules.join("esbuild")),
    )?;
    strip_names(&modules)?;
    // Copied last and as a new file, so that it is newer than everything else.
    fs::write(root().join("build/entry.js"), fs::read(root().join("edge/src/entry.js"))?)?;
    Ok(())
}

/// Takes the functions' names out of the built module, a sixth of its size. With them it stays in target/, for
/// `cargo xtask size`.
fn strip_names(modules: &Path) -> Result<()> {
    let (built, named) = (root().join("build/index_bg.wasm"), root().join("target/edge.wasm"));
    fs::rename(&built, &named)?;
    // What worker-build allows itself: the platform need not read newer encodings.
    let features = ["mutable-globals", "sign-ext", "nontrapping-float-to-int", "bulk-memory", "multivalue"];
    let features = features.into_iter().chain(["reference-types", "exception-handling"]);
    let mut wasm_opt = Command::new(modules.join("wasm-opt"));
    wasm_opt.arg("--strip-debug").args(features.map(|name| format!("--enable-{name}")));
    run_quietly(wasm_opt.arg(named).arg("-o").arg(built)).map(drop)
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
