//! A database of its own for each server: a file of SQLite, or one in the cluster that
//! `TEST_POSTGRES_URL` names (`cargo xtask test` starts one and runs every test on both).

use sqlx::{AnyConnection, Connection, Executor};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Where a server keeps its data.
pub struct TestDatabase {
    url: String,
    /// Holds SQLite's file.
    directory: TempDir,
    postgres: Option<String>,
}

impl TestDatabase {
    pub async fn create() -> Self {
        match std::env::var("TEST_POSTGRES_URL") {
            Ok(cluster) => Self::in_cluster(cluster).await,
            Err(_) => Self::in_file(),
        }
    }

    /// One of SQLite.
    pub fn in_file() -> Self {
        let directory = TempDir::new().unwrap();
        let url = format!("sqlite://{}", directory.path().join("deplo.db").display());
        Self { url, directory, postgres: None }
    }

    /// One in a cluster of Postgres.
    pub async fn in_cluster(cluster: String) -> Self {
        let directory = TempDir::new().unwrap();
        // The directory's random name is one that no other database has.
        let random = directory.path().file_name().unwrap().to_string_lossy().trim_start_matches('.').to_lowercase();
        let name = format!("test_{random}_{}", std::process::id());
        connect(&cluster).await.execute(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).await.unwrap();
        let url = format!("{}/{name}", cluster.rsplit_once('/').unwrap().0);
        Self { url, directory, postgres: Some(cluster) }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// Whether it is one of Postgres.
    pub const fn is_postgres(&self) -> bool {
        self.postgres.is_some()
    }

    /// A connection beside the program's.
    pub async fn connect(&self) -> AnyConnection {
        connect(&self.url).await
    }

    /// Keeps everybody else from changing anything, for as long as the connection is kept.
    pub async fn lock(&self) -> AnyConnection {
        let mut connection = self.connect().await;
        let sql = match self.is_postgres() {
            true => "BEGIN; LOCK TABLE workspaces, tokens, changes IN EXCLUSIVE MODE",
            false => "BEGIN IMMEDIATE",
        };
        sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
        connection
    }

    /// The files in which the data may be, the write-ahead log's included.
    pub async fn files(&self) -> Vec<PathBuf> {
        if !self.is_postgres() {
            return files_below(self.directory.path());
        }
        let mut connection = self.connect().await;
        connection.execute("CHECKPOINT").await.unwrap();
        let sql = "SELECT current_setting('data_directory') || '/' || directory FROM (
            SELECT 'pg_wal' UNION SELECT 'base/' || oid FROM pg_database WHERE datname = current_database()) d (directory)";
        let directories: Vec<String> = sqlx::query_scalar(sql).fetch_all(&mut connection).await.unwrap();
        directories.iter().flat_map(|directory| files_below(Path::new(directory))).collect()
    }
}

async fn connect(url: &str) -> AnyConnection {
    sqlx::any::install_default_drivers();
    AnyConnection::connect(url).await.unwrap()
}

fn files_below(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}
