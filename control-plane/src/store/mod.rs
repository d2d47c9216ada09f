//! The database, SQLite or Postgres: one module per table, one text of every statement.
//!
//! Statements are portable between the two: numbered placeholders, only text and bigint. What
//! differs stands in [`engine`] alone. A module's functions take a connection, so that the same
//! one serves a reader and a changing transaction ([`Locked`]).

pub mod audit_events;
pub mod changes;
mod engine;
pub mod idempotency_keys;
mod locked;
pub mod projects;
pub mod republishes;
pub mod sessions;
pub mod tokens;
pub mod workspaces;
mod writing;

pub use audit_events::{Actor, AuditEventRow};
pub(crate) use engine::Engine;
pub use locked::Locked;
pub use projects::ProjectRow;
pub use sessions::SessionRow;
pub use tokens::TokenRow;
pub use workspaces::WorkspaceRow;

use sqlx::any::{AnyPoolOptions, install_default_drivers};
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyPool, Connection as _};
use std::time::Duration;
use writing::{Line, Writing};

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// How long a request waits for a connection.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// Connections in the pool: readers are quick, and writers of a workspace wait for each other anyway.
const CONNECTIONS_MAX: u32 = 16;

/// A row that cannot be what this program wrote.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub struct Corrupt(pub String);

/// The database.
#[derive(Debug, Clone)]
pub struct Store {
    pool: AnyPool,
    engine: Engine,
    writers: Line,
}

/// A connection for reading.
pub type Connection = PoolConnection<Any>;

/// What changes the database, all of it or nothing.
type Transaction = Writing<sqlx::Transaction<'static, Any>>;

impl Store {
    /// Opens the database at a `sqlite:` or `postgres:` URL; a file of SQLite is made if it is not there.
    ///
    /// # Errors
    /// If it cannot be opened.
    pub async fn open(url: &str) -> Result<Self, sqlx::Error> {
        install_default_drivers();
        let engine = Engine::of_url(url).ok_or_else(|| sqlx::Error::Configuration("unknown database".into()))?;
        let pool = AnyPoolOptions::new()
            .max_connections(CONNECTIONS_MAX)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .after_connect(move |connection, _| {
                Box::pin(async move { sqlx::raw_sql(engine.session()).execute(connection).await.map(drop) })
            })
            // When a commit fails, as on a full disk, SQLite ends the transaction by itself. sqlx goes on counting it,
            // and would begin no other one on this connection.
            .before_acquire(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }))
            .connect_with(engine.options(url)?)
            .await?;
        Ok(Self { pool, engine, writers: Line::of(engine) })
    }

    /// Brings the tables up to date. Doing it again changes nothing.
    ///
    /// # Errors
    /// If the database was migrated by a newer release, or fails.
    pub async fn migrate(&self) -> Result<(), MigrateError> {
        MIGRATIONS.run(&self.pool).await
    }

    /// How many migrations of this release the database lacks.
    ///
    /// # Errors
    /// If the database is out of reach.
    pub async fn unapplied_migrations(&self) -> Result<usize, sqlx::Error> {
        let mut connection = self.connection().await?;
        let applied: Result<i64, _> =
            sqlx::query_scalar("SELECT COUNT(*) FROM _sqlx_migrations").fetch_one(&mut *connection).await;
        let applied = match applied {
            // The table is made by the first migration.
            Err(sqlx::Error::Database(_)) => 0,
            applied => usize::try_from(applied?).unwrap_or_default(),
        };
        Ok(MIGRATIONS.iter().count().saturating_sub(applied))
    }

    /// A connection for reading.
    ///
    /// # Errors
    /// If the database is out of reach.
    pub async fn connection(&self) -> Result<Connection, sqlx::Error> {
        self.pool.acquire().await
    }

    /// How many connections are idle, and how many in use.
    pub(crate) fn connections(&self) -> (u32, u32) {
        let idle = u32::try_from(self.pool.num_idle()).unwrap_or(u32::MAX);
        (idle, self.pool.size().saturating_sub(idle))
    }

    /// A connection for a single statement that changes something.
    pub(crate) async fn writing(&self) -> Result<Writing<Connection>, sqlx::Error> {
        let turn = self.writers.turn().await?;
        Ok(Writing::new(self.pool.acquire().await?, turn))
    }

    /// Begins a changing transaction.
    async fn begin(&self) -> Result<Transaction, sqlx::Error> {
        let turn = self.writers.turn().await?;
        Ok(Writing::new(self.pool.begin_with(self.engine.begin()).await?, turn))
    }
}
