//! Edges, ledgers and control plane, each of which can be given other secrets while the others work.
//!
//! A deployment replaces them without a gap. Here each is a process that is gone for a moment, so whoever wants to use
//! it is kept away meanwhile: requests go to the other edge, and what only the ledgers or the control plane can do
//! waits. (What becomes of requests when they are gone is tested by others.)

use std::sync::{RwLock, RwLockReadGuard};
use tests::{Client, ControlPlane, Edges, Secrets, Workerd};

/// What runs.
pub struct Deployment<'a> {
    edges: Vec<RwLock<&'a mut Workerd>>,
    urls: Vec<String>,
    clients: Vec<Client>,
    ledgers: RwLock<&'a mut Workerd>,
    control_plane: RwLock<&'a mut ControlPlane>,
    /// The platform's address, for which assertions are made.
    pub origin_url: String,
    /// The key of assertions at the start.
    pub assertion_key: String,
}

impl<'a> Deployment<'a> {
    pub fn of(edges: &'a mut Edges) -> Self {
        Self {
            clients: edges.clients(),
            urls: edges.edges.iter().map(Workerd::url).collect(),
            origin_url: edges.origin.url(),
            assertion_key: edges.secrets.assertion_key.clone(),
            edges: edges.edges.iter_mut().map(RwLock::new).collect(),
            ledgers: RwLock::new(&mut edges.ledgers),
            control_plane: RwLock::new(&mut edges.control_plane),
        }
    }

    /// Addresses of the edges.
    pub fn edge_urls(&self) -> &[String] {
        &self.urls
    }

    /// Gives the worker other secrets: one edge after the other, and the ledgers, which are the same worker.
    pub fn deploy_edge(&self, secrets: &Secrets) {
        for edge in self.edges.iter().chain([&self.ledgers]) {
            edge.write().unwrap().restart_with(secrets).expect("it comes back");
        }
    }

    /// Gives the control plane other secrets.
    pub fn restart_control_plane(&self, secrets: &Secrets) {
        self.control_plane.write().unwrap().restart_with(secrets).expect("it comes back");
    }

    /// Runs a command of the control plane's program.
    pub fn with_control_plane<T>(&self, act: impl FnOnce(&ControlPlane) -> T) -> T {
        act(&self.control_plane.read().unwrap())
    }

    /// Calls an edge that is up, this one by preference.
    pub fn at_an_edge<T>(&self, preferred: usize, call: impl FnOnce(&Client) -> T) -> T {
        let _ledgers = self.ledgers.read().unwrap();
        let mut edges = self.edges.iter().zip(&self.clients).cycle().skip(preferred);
        let (_up, client) = edges.find_map(|(edge, client)| Some((edge.try_read().ok()?, client))).unwrap();
        call(client)
    }

    /// Calls every edge, once it is up.
    pub fn at_every_edge(&self, call: impl Fn(&Client)) {
        for (edge, client) in self.edges.iter().zip(&self.clients) {
            let (_ledgers, _edge) = (self.ledgers.read().unwrap(), edge.read().unwrap());
            call(client);
        }
    }

    /// Calls the control plane through the first edge, through which it publishes too.
    pub fn administer<T>(&self, call: impl FnOnce(&Client) -> T) -> T {
        let _parts = (self.ledgers.read().unwrap(), self.control_plane.read().unwrap(), self.first_edge());
        call(&self.clients[0])
    }

    fn first_edge(&self) -> RwLockReadGuard<'_, &'a mut Workerd> {
        self.edges[0].read().unwrap()
    }
}
