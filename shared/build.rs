//! Compiles `policy.toml` into `policy_rules.rs`; a mistake in it fails the build.
//! `DEPLO_POLICY` names another file, for benchmarks and for tests of this very check.

#[path = "src/policy/source.rs"]
mod source;

use std::path::PathBuf;
use std::{env, fs};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("..");
    let path = env::var("DEPLO_POLICY").map_or_else(|_| root.join("policy.toml"), PathBuf::from);
    println!("cargo::rerun-if-env-changed=DEPLO_POLICY");
    println!("cargo::rerun-if-changed={}", path.display());
    let text = fs::read_to_string(&path).map_err(|why| format!("{}: {why}", path.display()))?;
    let compiled = source::compile(&text).map_err(|why| format!("{}: {why}", path.display()))?;
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("policy_rules.rs"), compiled)?;
    Ok(())
}
