//! Several edges, each with its own isolate, over one KV and the ledgers of one process: what a deployed
//! worker is. Every part is a process that can be ended by itself.

use crate::process::Log;
use crate::workerd::{Workerd, WorkerdConfig};
use crate::{Client, ControlPlane, EchoOrigin, Secrets, StaleKv, port};
use anyhow::Result;
use tempfile::TempDir;

/// How the edges are set up.
pub struct EdgesConfig {
    /// How many.
    pub count: usize,
    /// How long an isolate may remember, in milliseconds.
    pub lease_ms: u64,
    /// Decides what becomes of each write in each view of KV.
    pub seed: u64,
    /// What a view of KV says instead of the truth.
    pub lies: &'static [&'static str],
}

/// Edges, ledgers, KV, control plane and platform; the latter echoes, KV is stale on purpose.
pub struct Edges {
    /// The edges.
    pub edges: Vec<Workerd>,
    /// The process of the ledgers.
    pub ledgers: Workerd,
    /// KV; view n is what edge n reads.
    pub kv: StaleKv,
    /// The control plane, which publishes through the first edge.
    pub control_plane: ControlPlane,
    /// What all parts share.
    pub secrets: Secrets,
    /// The platform's place.
    pub origin: EchoOrigin,
    /// What the parts have written so far.
    pub log: Log,
    // Last, so that the parts are gone before their files.
    _directory: TempDir,
}

impl Edges {
    /// Starts everything.
    ///
    /// # Errors
    /// If a part does not come up.
    pub fn start(config: &EdgesConfig) -> Result<Self> {
        let (directory, log, secrets) = (TempDir::new()?, Log::default(), Secrets::random()?);
        let (origin, kv) = (EchoOrigin::start(0)?, StaleKv::start(config.count, config.seed, config.lies)?);
        let (own_port, ledgers_port) = (port::free()?, port::free()?);
        let workerd = |name: String, debug_port, view| {
            let config = WorkerdConfig {
                directory: directory.path().join(&name),
                name,
                debug_port,
                ledgers_port,
                kv: kv.address(view),
                origin_url: origin.url(),
                control_plane_url: format!("http://127.0.0.1:{own_port}"),
                lease_ms: config.lease_ms,
                secrets: secrets.clone(),
            };
            Workerd::start(config, &log)
        };
        let ledgers = workerd("ledgers".into(), ledgers_port, 0)?;
        let edges = (0..config.count).map(|n| workerd(format!("edge-{n}"), port::free()?, n));
        let edges = edges.collect::<Result<Vec<_>>>()?;
        let database = format!("sqlite://{}", directory.path().join("deplo.db").display());
        let mut control_plane = ControlPlane::new(own_port, &database, &edges[0].url(), &secrets, &log);
        control_plane.start()?;
        Ok(Self { edges, ledgers, kv, control_plane, secrets, origin, log, _directory: directory })
    }

    /// A caller of each edge.
    #[must_use]
    pub fn clients(&self) -> Vec<Client> {
        self.edges.iter().map(|edge| Client::new(&edge.url())).collect()
    }

    /// A caller of each edge through the cache in front of it.
    #[must_use]
    pub fn remembering_clients(&self) -> Vec<Client> {
        self.edges.iter().map(|edge| Client::new(&edge.remembering_url())).collect()
    }
}
