//! Random secrets, for one run or kept in a file.

use anyhow::{Context, Result};
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// The three secrets, each `id:hex`.
#[derive(Clone)]
pub struct Secrets {
    /// Hashes tokens.
    pub token_pepper: String,
    /// Signs the control plane's calls of the edge.
    pub publish_key: String,
    /// Signs assertions for the platform.
    pub assertion_key: String,
}

impl Secrets {
    /// Fresh ones.
    ///
    /// # Errors
    /// If the system gives no randomness.
    pub fn random() -> Result<Self> {
        Ok(Self { token_pepper: key()?, publish_key: key()?, assertion_key: key()? })
    }

    /// Those of a file, which is made with fresh ones (mode 0600) if it is not there.
    ///
    /// # Errors
    /// If it cannot be read or written.
    pub fn kept_in(path: &Path) -> Result<Self> {
        if !path.exists() {
            write_private(path, &Self::random()?.to_env())?;
        }
        let text = fs::read_to_string(path)?;
        let get = |name: &str| {
            let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
            value.map(String::from).with_context(|| format!("{} lacks {name}; remove it", path.display()))
        };
        Ok(Self {
            token_pepper: get("TOKEN_PEPPER")?,
            publish_key: get("PUBLISH_KEY")?,
            assertion_key: get("ASSERTION_KEY")?,
        })
    }

    /// Lines of `NAME=value`.
    #[must_use]
    pub fn to_env(&self) -> String {
        let Self { token_pepper, publish_key, assertion_key } = self;
        format!("TOKEN_PEPPER={token_pepper}\nPUBLISH_KEY={publish_key}\nASSERTION_KEY={assertion_key}\n")
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place of this crate that draws randomness")]
fn key() -> Result<String> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).context("the system gives no randomness")?;
    Ok(format!("k1:{}", bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>()))
}

/// Writes a file that only its owner may read.
///
/// # Errors
/// If it cannot be written.
pub fn write_private(path: &Path, text: &str) -> Result<()> {
    let mut options = OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes()).with_context(|| format!("{} cannot be written", path.display()))
}
