//! A server that is measured.

use crate::Options;
use crate::api::{Api, Token};
use crate::cluster::Cluster;
use crate::common::program;
use crate::machine::{self, MEASURED, OTHERS};
use crate::node::Node;
use crate::support::program::Program;
use crate::support::{Server, TestDatabase};
use crate::times::Times;
use control_plane::plan::Plan;
use std::any::Any;
use std::cell::RefCell;
use std::net::SocketAddr;

/// A server, and what its callers know.
pub(crate) struct Subject {
    pub(crate) name: &'static str,
    pub(crate) api: Api,
    pub(crate) address: SocketAddr,
    /// Tokens that it has created and that are valid.
    pub(crate) tokens: RefCell<Vec<Token>>,
    pid: u32,
    cluster: Option<Cluster>,
    /// What runs until this is dropped.
    _running: Box<dyn Any>,
}

impl Subject {
    /// The control plane on a file of SQLite.
    pub(crate) async fn on_sqlite() -> Self {
        Self::control_plane("ours, SQLite", TestDatabase::in_file(), None).await
    }

    /// The control plane on Postgres.
    pub(crate) async fn on_postgres(url: &str) -> Self {
        let database = TestDatabase::in_cluster(url.into()).await;
        let cluster = Cluster::of(&mut database.connect().await).await;
        cluster.stay_on(MEASURED);
        Self::control_plane("ours, Postgres", database, Some(cluster)).await
    }

    async fn control_plane(name: &'static str, database: TestDatabase, cluster: Option<Cluster>) -> Self {
        let server = Server::start_on(database, Plan::Team).await;
        machine::stay_on(MEASURED).unwrap();
        let program = Program::start_by(&server, program::command()).await;
        machine::stay_on(OTHERS).unwrap();
        let address = program.url.trim_start_matches("http://").parse().unwrap();
        let (api, pid) = (Api::ControlPlane { admin: server.admin.clone() }, program.id());
        let tokens = RefCell::default();
        Self { name, api, address, tokens, pid, cluster, _running: Box::new((program, server)) }
    }

    /// better-auth, with this setting of `synchronous`.
    pub(crate) async fn peer(options: &Options, synchronous: &'static str) -> Self {
        let name = match synchronous {
            "FULL" => "better-auth, FULL",
            _ => "better-auth, NORMAL",
        };
        machine::stay_on(MEASURED).unwrap();
        let (node, listening) = Node::start(options, synchronous).await;
        machine::stay_on(OTHERS).unwrap();
        let (api, address) = (Api::BetterAuth { cookie: listening.cookie }, ([127, 0, 0, 1], listening.port).into());
        let (pid, tokens) = (node.id(), RefCell::default());
        Self { name, api, address, tokens, pid, cluster: None, _running: Box::new(node) }
    }

    /// CPU time so far.
    pub(crate) fn times(&self) -> Times {
        Times { server: machine::cpu_time(self.pid).unwrap(), database: self.cluster.as_ref().map(Cluster::cpu_times) }
    }
}
