//! A control plane with its database, and somebody who calls it.

use crate::common::program;
use crate::measure;
use crate::operation::Operation;
use crate::support::program::Program;
use crate::support::seed::seed;
use crate::support::{Server, TestDatabase};
use control_plane::plan::Plan;
use control_plane::store::Connection;
use serde_json::Value;
use sqlx::Executor;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;
use tokio::process::Command;

/// Tokens by which requests are authenticated, in turn.
const DEPLOYERS: usize = 200;

/// Tokens elsewhere, for each in the workspace one, and at most so many.
const ELSEWHERE_MAX: u32 = 100_000;

/// A control plane whose workspace has so many tokens.
pub(crate) struct Subject {
    pub(crate) size: u32,
    server: Server,
    program: Program,
    deployers: OnceLock<Vec<String>>,
    created: Mutex<Vec<(String, String)>>,
    number: AtomicU64,
}

impl Subject {
    /// Makes the tokens, and starts the program.
    pub(crate) async fn start(size: u32) -> Arc<Self> {
        eprintln!("seeding {size} tokens");
        let server = Server::start(Plan::Team).await;
        // Before tables are large, and while nobody looks.
        server.stop_publishing();
        seed_and_settle(server.database(), size).await;
        let program = Program::start_by(&server, program::command()).await;
        let (deployers, created, number) = (OnceLock::new(), Mutex::default(), AtomicU64::new(1));
        let subject = Arc::new(Self { size, server, program, deployers, created, number });
        measure::repeat(&subject, Operation::Create, DEPLOYERS).await;
        let made = subject.created.lock().unwrap().drain(..).map(|(_, token)| token).collect();
        subject.deployers.set(made).unwrap();
        subject
    }

    pub(crate) fn is_postgres(&self) -> bool {
        self.server.database().is_postgres()
    }

    /// May do everything.
    pub(crate) fn admin(&self) -> &str {
        &self.server.admin
    }

    /// The next token that may only deploy.
    pub(crate) fn deployer(&self) -> &str {
        let deployers = self.deployers.get().unwrap();
        &deployers[self.next_number() as usize % deployers.len()]
    }

    pub(crate) fn next_number(&self) -> u64 {
        self.number.fetch_add(1, Ordering::Relaxed)
    }

    /// The seeded token in the middle.
    pub(crate) fn middle(&self) -> String {
        format!("tok_00{}", 100_000_000 + self.size / 2)
    }

    pub(crate) fn add_created(&self, id: String, token: String) {
        self.created.lock().unwrap().push((id, token));
    }

    pub(crate) fn take_created(&self) -> Option<String> {
        self.created.lock().unwrap().pop().map(|(id, _)| id)
    }

    /// Sends a request, and reads the answer, which must have this status.
    pub(crate) async fn send(&self, method: &str, path: &str, token: &str, body: Option<&Value>, status: u16) -> Value {
        let mut request = self.program.request(method, path, token).timeout(Duration::from_secs(60));
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        let answer = request.send().await.unwrap();
        let got = answer.status();
        let bytes = answer.bytes().await.unwrap();
        assert_eq!(got, status, "{method} {path}: {}", String::from_utf8_lossy(&bytes));
        serde_json::from_slice(&bytes).unwrap()
    }

    /// Memory of the program, in MiB.
    pub(crate) async fn memory_mib(&self) -> f64 {
        let pid = self.program.id().to_string();
        let answer = Command::new("ps").args(["-o", "rss=", "-p", &pid]).output().await.unwrap();
        String::from_utf8_lossy(&answer.stdout).trim().parse::<f64>().unwrap() / 1024.0
    }
}

/// Leaves the database as it would be long after those tokens were made.
async fn seed_and_settle(database: &TestDatabase, size: u32) {
    let mut connection = database.connect().await;
    if !database.is_postgres() {
        connection.execute("PRAGMA cache_size = -1000000").await.unwrap();
    }
    seed(&mut connection, size, size.min(ELSEWHERE_MAX)).await;
    let settle = match database.is_postgres() {
        true => &["VACUUM ANALYZE", "CHECKPOINT"][..],
        false => &["PRAGMA wal_checkpoint(TRUNCATE)"],
    };
    for statement in settle {
        connection.execute(*statement).await.unwrap();
    }
}

/// One of those who call at the same time, with a connection to the database of its own.
pub(crate) struct Worker {
    pub(crate) subject: Arc<Subject>,
    pub(crate) connection: Connection,
}

impl Worker {
    pub(crate) async fn new(subject: &Arc<Subject>) -> Self {
        let connection = subject.server.app.store.connection().await.unwrap();
        Self { subject: Arc::clone(subject), connection }
    }
}
