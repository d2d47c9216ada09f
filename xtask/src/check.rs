//! `cargo xtask check`: everything that can be said about the code without running it.

use crate::edge_build;
use crate::run::{cargo, command, root, run as run_command, run_quietly, say};
use crate::tools::{self, CARGO_DENY};
use anyhow::{Context, Result, ensure};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::fs;
use std::io::Write;

type Step = (&'static str, fn() -> Result<()>);

const STEPS: [Step; 9] = [
    ("format", || run_command(&mut cargo(&["fmt", "--all", "--check"]))),
    ("policy", policy),
    ("lints", || run_command(&mut cargo(&["clippy", "--quiet", "--all-targets", "--", "-D", "warnings"]))),
    ("lints of the edge", || {
        run_command(&mut cargo(&[
            "clippy",
            "--quiet",
            "-p",
            "edge",
            "--target",
            "wasm32-unknown-unknown",
            "--",
            "-D",
            "warnings",
        ]))
    }),
    ("scripts", scripts),
    ("generated files", generated_files),
    ("no_std", || run_command(&mut cargo(&["build", "--quiet", "-p", "shared", "--target", "wasm32v1-none"]))),
    ("dependencies", dependencies),
    ("deployment", deployment),
];

/// Runs every step, and fails if one did, naming all that did.
pub(crate) fn run() -> Result<()> {
    tools::check_prerequisites()?;
    tools::ensure_targets()?;
    let mut failed = Vec::new();
    for (name, step) in STEPS {
        say(name);
        if let Err(why) = step() {
            eprintln!("{why:#}");
            failed.push(name);
        }
    }
    ensure!(failed.is_empty(), "these checks failed: {}", failed.join(", "));
    say("every check passed");
    Ok(())
}

/// Compiling `shared` checks and compiles policy.toml; its build script names what is wrong.
fn policy() -> Result<()> {
    run_command(&mut cargo(&["build", "--quiet", "-p", "shared"]))
}

/// The format of all scripts; of the dashboard and its tests also what is of the wrong type, since the dashboard's comments
/// say the types, and what esbuild notices when it reads them as if to bundle them, such as an import of what is not
/// exported.
fn scripts() -> Result<()> {
    tools::ensure_node_modules()?;
    let all =
        [DASHBOARD, BROWSER_TESTS, "edge/src", "tests/edges", "tests/poison", "bench/edge", "bench/peer", "micro"];
    node_tool("prettier", &[&["--check", "--log-level=warn"], &all[..]].concat())?;
    node_tool("tsc", &["--project", "tsconfig.json"])?;
    for (folder, platform) in [(DASHBOARD, "--platform=browser"), (BROWSER_TESTS, "--platform=node")] {
        let scripts = format!("{folder}/**/*.js");
        node_tool("esbuild", &[&ESBUILD_OPTIONS[..], &[platform, &scripts]].concat())?;
    }
    Ok(())
}

const DASHBOARD: &str = "control-plane/dashboard";
const BROWSER_TESTS: &str = "tests/browser";

/// What it writes is looked at by nobody.
const ESBUILD_OPTIONS: [&str; 5] =
    ["--bundle", "--format=esm", "--packages=external", "--log-level=warning", "--outdir=target/scripts"];

/// Runs a program from npm that says something only if there is something wrong.
fn node_tool(name: &str, arguments: &[&str]) -> Result<()> {
    let output = command(&root().join("node_modules/.bin").join(name).to_string_lossy(), arguments).output()?;
    let words = [output.stdout, output.stderr].concat();
    ensure!(output.status.success() && words.is_empty(), "{name} found mistakes:\n{}", String::from_utf8_lossy(&words));
    Ok(())
}

/// Tests compare what is checked in with what the code makes, and say how to write it anew.
fn generated_files() -> Result<()> {
    for (package, test) in [("control-plane", "api"), ("shared", "table")] {
        run_quietly(&mut cargo(&["test", "--quiet", "-p", package, "--test", test, "as_checked_in"]))?;
    }
    Ok(())
}

fn dependencies() -> Result<()> {
    let deny = CARGO_DENY.path()?;
    run_command(&mut command(
        &deny.to_string_lossy(),
        &["--log-level", "error", "check", "bans", "licenses", "sources"],
    ))
}

/// Builds the worker as `wrangler deploy` would send it, and prints its size and how long it takes to start. Both have
/// budgets.
fn deployment() -> Result<()> {
    edge_build::run()?;
    println!("wrangler deploy --dry-run: {}", wrangler(&["deploy", "--dry-run"], "Total Upload")?);
    keep_to_size()?;
    keep_to_startup()
}

/// Runs wrangler, and returns the line of its output that has this in it.
fn wrangler(arguments: &[&str], wanted: &str) -> Result<String> {
    let program = root().join("node_modules/.bin/node");
    let mut run = command(&program.to_string_lossy(), &["node_modules/wrangler/bin/wrangler.js"]);
    run.args(arguments);
    run.envs([("WRANGLER_SEND_METRICS", "false"), ("WRANGLER_HIDE_BANNER", "true"), ("CI", "1")]);
    let output = run_quietly(&mut run)?;
    let line = output.lines().find_map(|line| Some(&line[line.find(wanted)?..]));
    let line = line.with_context(|| format!("wrangler {} did not print {wanted:?}:\n{output}", arguments.join(" ")))?;
    Ok(line.trim().into())
}

/// Fails if the worker is busy for longer before its first request than edge/startup-budget.txt allows, in milliseconds. The
/// platform allows a second (<https://developers.cloudflare.com/workers/platform/limits/#worker-startup-time>); the budget
/// has room for a slow machine.
fn keep_to_startup() -> Result<()> {
    let profile = root().join("target/startup.cpuprofile");
    let active = wrangler(&["check", "startup", "--outfile", &profile.to_string_lossy()], "Active: ")?;
    let took = active.split(' ').nth(1).and_then(|number| number.parse::<f64>().ok());
    let took = took.with_context(|| format!("wrangler check startup printed {active:?}"))?;
    let budget: f64 = fs::read_to_string(root().join("edge/startup-budget.txt"))?.trim().parse()?;
    println!("wrangler check startup: {took} ms of CPU, of at most {budget}");
    ensure!(
        took <= budget,
        "the worker starts more slowly than edge/startup-budget.txt allows; see {}",
        profile.display()
    );
    Ok(())
}

/// Fails if the Wasm has become larger than edge/size-budget.txt allows, in bytes after gzip.
fn keep_to_size() -> Result<()> {
    let size = gzip_size(&fs::read(root().join("build/index_bg.wasm"))?)?;
    let budget: usize = fs::read_to_string(root().join("edge/size-budget.txt"))?.trim().parse()?;
    println!("Wasm alone: {size} bytes gzip, of at most {budget}");
    ensure!(
        size <= budget,
        "the worker has outgrown edge/size-budget.txt; `twiggy top target/build.wasm` says what takes room"
    );
    Ok(())
}

fn gzip_size(bytes: &[u8]) -> Result<usize> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?.len())
}
