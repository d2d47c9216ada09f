//! The database: one module per table, one text of every statement.
//!
//! Statements are portable between SQLite and Postgres: numbered placeholders, only text
//! and bigint. A module's functions take a connection, so that the same one serves a
//! reader and a changing transaction ([`Locked`]).

pub mod changes;
mod connections;
mod locked;
pub mod projects;
pub mod tokens;
pub mod workspaces;

pub use locked::Locked;
pub use projects::ProjectRow;
pub use tokens::TokenRow;
pub use workspaces::WorkspaceRow;

use sqlx::any::{AnyConnectOptions, AnyPoolOptions, install_default_drivers};
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyPool};
use std::str::FromStr;
use std::time::Duration;

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// What every connection to SQLite starts with. `FULL` in WAL mode: what was acknowledged
/// survives a power cut. A writer waits up to five seconds for another one.
const SQLITE_PRAGMAS: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
     PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = ON;";

/// How long a request waits for a connection.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// Connections in the pool: readers are quick, and SQLite has one writer at a time.
const CONNECTIONS_MAX: u32 = 16;

/// A row that cannot be what this program wrote.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub struct Corrupt(pub String);

/// The database.
#[derive(Debug, Clone)]
pub struct Store {
    pool: AnyPool,
}

/// A connection for reading.
pub type Connection = PoolConnection<Any>;

impl Store {
    /// Opens the database at a `sqlite:` URL and makes the file if it is not there.
    ///
    /// # Errors
    /// If it cannot be opened.
    pub async fn open(url: &str) -> Result<Self, sqlx::Error> {
        install_default_drivers();
        let separator = if url.contains('?') { '&' } else { '?' };
        let url = if url.contains("mode=") { url.into() } else { format!("{url}{separator}mode=rwc") };
        let pool = AnyPoolOptions::new()
            .max_connections(CONNECTIONS_MAX)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .after_connect(|connection, _| {
                Box::pin(async move { sqlx::raw_sql(SQLITE_PRAGMAS).execute(connection).await.map(drop) })
            })
            .connect_with(AnyConnectOptions::from_str(&url)?)
            .await?;
        Ok(Self { pool })
    }

    /// Brings the tables up to date. Doing it again changes nothing.
    ///
    /// # Errors
    /// If the database was migrated by a newer release, or fails.
    pub async fn migrate(&self) -> Result<(), MigrateError> {
        MIGRATIONS.run(&self.pool).await
    }

    /// A connection for reading.
    ///
    /// # Errors
    /// If the database is out of reach.
    pub async fn connection(&self) -> Result<Connection, sqlx::Error> {
        self.pool.acquire().await
    }
}
