//! Everything that can be set, by environment or option, with its default and the reason for it.

use crate::log::LogFormat;
use crate::store::Engine;
use axum::http::HeaderName;
use clap::Args;
use shared::keyring::{Keyring, advice};
use shared::token::TokenPrefix;
use std::env;
use std::net::{AddrParseError, SocketAddr};
use std::str::FromStr;

/// Settings as they are given.
#[derive(Args, Clone)]
pub struct RawSettings {
    /// Database: `sqlite://<file>` or `postgres://<user>@<host>/<name>`. The default is a file in the working
    /// directory: one machine needs no more.
    #[arg(long, env, hide_env_values = true, default_value = "sqlite://deplo.db", global = true)]
    pub database_url: String,
    /// Where `serve` listens. The default is loopback: put a TLS proxy in front of it.
    #[arg(long, env, default_value = "127.0.0.1:8080", global = true)]
    pub listen_addr: SocketAddr,
    /// Where `serve` answers `GET /metrics`; empty: nowhere. The default is loopback, since it asks for no credentials,
    /// and the port that OpenTelemetry's exporters use: Prometheus' 9090 and its node exporter's 9100 are often taken.
    #[arg(long, env, default_value = "127.0.0.1:9464", global = true)]
    pub metrics_addr: MetricsAddr,
    /// The edge worker's address, where changes are published. No default: without it nothing would be revoked.
    #[arg(long, env, default_value = "", global = true, hide_default_value = true)]
    pub edge_url: String,
    /// What every token starts with. The default tells people and secret scanners what they have found.
    #[arg(long, env, default_value = "sk_live_", global = true)]
    pub token_prefix: String,
    /// The header in which a proxy tells a client's address, for limits and the audit log; of a list the last entry counts.
    /// Default: none, the peer's address, since anybody can send a header that no proxy overwrites. Behind the edge:
    /// `cf-connecting-ip`.
    #[arg(long, env, global = true)]
    pub client_address_header: Option<HeaderName>,
    /// What is logged, as `tracing` filters it. The default shows what an operator should know.
    #[arg(long, env = "RUST_LOG", default_value = "info", global = true)]
    pub log: String,
    /// How it is logged. The default is for people; `json` is one object a line, for a log collector.
    #[arg(long, env, default_value = "text", global = true)]
    pub log_format: LogFormat,
}

/// Where metrics are served, if anywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MetricsAddr(pub Option<SocketAddr>);

impl FromStr for MetricsAddr {
    type Err = AddrParseError;

    fn from_str(text: &str) -> Result<Self, AddrParseError> {
        if text.is_empty() { Ok(Self(None)) } else { text.parse().map(|address| Self(Some(address))) }
    }
}

/// Secrets are no options: whoever lists the processes of a machine sees their arguments.
pub const SECRETS_HELP: &str =
    "Secrets, by environment alone, each `id:hex[,id:hex…]` of 32 bytes; the first signs, all verify:
  TOKEN_PEPPER  Tokens are hashed under it; the same as the edge's. No default: a known pepper is none.
  PUBLISH_KEY   Signs calls of the edge; the same as the edge's. No default: anybody could publish.";

/// Settings that were checked.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The edge worker's address, without a slash at the end.
    pub edge_url: String,
    /// What every token starts with.
    pub token_prefix: TokenPrefix,
    /// Keys under which tokens are hashed.
    pub peppers: Keyring,
    /// Keys that sign calls to the edge.
    pub publish_keys: Keyring,
    /// The header in which a proxy tells a client's address.
    pub client_address_header: Option<HeaderName>,
}

impl RawSettings {
    /// Checks what every command that touches tokens needs.
    ///
    /// # Errors
    /// One sentence: which setting, what is wrong, what to do.
    pub fn check(&self) -> Result<Settings, String> {
        Ok(Settings {
            edge_url: check_url(&self.edge_url)?,
            token_prefix: TokenPrefix::new(&self.token_prefix)
                .map_err(|why| format!("TOKEN_PREFIX cannot be used: {why}."))?,
            peppers: keyring("TOKEN_PEPPER")?,
            publish_keys: keyring("PUBLISH_KEY")?,
            client_address_header: self.client_address_header.clone(),
        })
    }

    /// The database's URL, if it names one that this program can use.
    ///
    /// # Errors
    /// One sentence: what is wrong and what to do.
    pub fn check_database_url(&self) -> Result<&str, String> {
        if Engine::of_url(&self.database_url).is_some() {
            return Ok(&self.database_url);
        }
        // The URL may hold a password: only its scheme is repeated.
        let scheme = self.database_url.split_once(':').map_or("", |(scheme, _)| scheme);
        Err(format!(
            "DATABASE_URL cannot be used: it must start with `sqlite://` or `postgres://`, not with `{scheme}:`."
        ))
    }
}

/// A database's URL without what may be a password, for messages.
#[must_use]
pub fn without_password(url: &str) -> String {
    let (scheme, _) = url.split_once(':').unwrap_or_default();
    match reqwest::Url::parse(url) {
        Ok(mut parsed) => {
            let _ = parsed.set_password(None);
            parsed.set_query(None);
            parsed.into()
        }
        // It may not parse because of the password.
        Err(_) => format!("{scheme}:…"),
    }
}

fn keyring(name: &str) -> Result<Keyring, String> {
    env::var(name).unwrap_or_default().parse().map_err(|why| advice(name, why))
}

fn check_url(text: &str) -> Result<String, String> {
    match reqwest::Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.path() == "/" && url.query().is_none() => {
            Ok(text.trim_end_matches('/').into())
        }
        _ => Err("EDGE_URL cannot be used: set it to the edge worker's address, for example https://api.example.com \
                  (http://127.0.0.1:8787 with `wrangler dev`)."
            .into()),
    }
}
