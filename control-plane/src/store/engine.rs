//! What differs between SQLite and Postgres.

use sqlx::any::AnyConnectOptions;
use std::str::FromStr;

/// What keeps the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    /// A file on this machine, with one writer at a time.
    Sqlite,
    /// A server, with as many control planes as one likes.
    Postgres,
}

impl Engine {
    /// What a database URL names; none if it is neither.
    pub(crate) fn of_url(url: &str) -> Option<Self> {
        match url.split_once(':')?.0 {
            "sqlite" => Some(Self::Sqlite),
            "postgres" | "postgresql" => Some(Self::Postgres),
            _ => None,
        }
    }

    /// How to connect. A file of SQLite is made if it is not there, unless the URL says otherwise.
    pub(super) fn options(self, url: &str) -> Result<AnyConnectOptions, sqlx::Error> {
        if self == Self::Postgres || url.contains("mode=") {
            return AnyConnectOptions::from_str(url);
        }
        let separator = if url.contains('?') { '&' } else { '?' };
        AnyConnectOptions::from_str(&format!("{url}{separator}mode=rwc"))
    }

    /// What every connection starts with.
    pub(super) const fn session(self) -> &'static str {
        match self {
            // `FULL` in WAL mode: what was acknowledged survives a power cut (sqlite.org/pragma.html). A writer
            // waits up to five seconds for another one.
            Self::Sqlite => {
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000; \
                 PRAGMA foreign_keys = ON;"
            }
            // The same wait for another writer. A server may be set to acknowledge commits before they are on disk,
            // and a process that hangs in a transaction would keep its workspace locked. A plan that is made for a
            // large workspace's id may walk through everybody's tokens by their ids; the one for any id never does, and
            // it is the one that `query_plans` looks at.
            Self::Postgres => {
                "SET client_min_messages = warning; SET lock_timeout = '5s'; SET idle_in_transaction_session_timeout = '60s'; \
                 SET plan_cache_mode = force_generic_plan; \
                 SELECT set_config('synchronous_commit', 'on', false) \
                 WHERE current_setting('synchronous_commit') = 'off';"
            }
        }
    }

    /// Begins a transaction that changes something. In SQLite the writer's place is taken at once: a reader that
    /// becomes a writer later would fail if another one wrote meanwhile.
    pub(super) const fn begin(self) -> &'static str {
        match self {
            Self::Sqlite => "BEGIN IMMEDIATE",
            Self::Postgres => "BEGIN",
        }
    }
}
