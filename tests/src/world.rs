//! The whole system in a directory of its own.

use crate::client::{Answer, Client};
use crate::process::Log;
use crate::{ControlPlane, EchoOrigin, Edge, EdgeConfig, Secrets, port};
use anyhow::Result;
use serde_json::json;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use tempfile::TempDir;
use toml::Table;

/// Control plane, edge and platform, all of them real but the platform, which echoes.
pub struct World {
    /// The platform's place.
    pub origin: EchoOrigin,
    /// The edge.
    pub edge: Edge,
    /// The control plane.
    pub control_plane: ControlPlane,
    /// What all parts share.
    pub secrets: Secrets,
    log: Log,
    workspaces: AtomicU32,
    // Last, so that the parts are gone before their files.
    directory: TempDir,
}

/// A fresh workspace with one project and an admin token.
pub struct Workspace {
    /// Its id.
    pub id: String,
    /// Its project.
    pub project: String,
    /// A token that may do everything.
    pub admin: String,
}

impl World {
    /// Starts everything.
    ///
    /// # Panics
    /// If a part does not come up.
    #[must_use]
    pub fn start() -> Self {
        Self::start_with(|_| ()).expect("the world starts")
    }

    /// Starts everything with an edge whose configuration is altered.
    ///
    /// # Errors
    /// If a part does not come up.
    pub fn start_with(alter: fn(&mut Table)) -> Result<Self> {
        let directory = TempDir::new()?;
        let database_url = format!("sqlite://{}", directory.path().join("deplo.db").display());
        Self::start_in(directory, &database_url, alter)
    }

    /// Starts everything with the truth in a database elsewhere.
    ///
    /// # Errors
    /// If a part does not come up.
    pub fn start_on(database_url: &str) -> Result<Self> {
        Self::start_in(TempDir::new()?, database_url, |_| ())
    }

    fn start_in(directory: TempDir, database_url: &str, alter: fn(&mut Table)) -> Result<Self> {
        let (log, secrets, origin) = (Log::default(), Secrets::random()?, EchoOrigin::start(0)?);
        let (edge_port, own_port) = (port::free()?, port::free()?);
        let edge_url = format!("http://127.0.0.1:{edge_port}");
        let mut control_plane = ControlPlane::new(own_port, database_url, &edge_url, &secrets, &log);
        control_plane.start()?;
        let config = EdgeConfig {
            directory: directory.path().join("edge"),
            port: edge_port,
            origin_url: origin.url(),
            control_plane_url: control_plane.url(),
            secrets: secrets.clone(),
            alter,
        };
        let edge = Edge::start(config, &log)?;
        Ok(Self { origin, edge, control_plane, secrets, log, workspaces: AtomicU32::new(0), directory })
    }

    /// A caller of the edge.
    #[must_use]
    pub fn edge(&self) -> Client {
        Client::new(&self.edge.url())
    }

    /// A caller of the control plane's own address.
    #[must_use]
    pub fn direct(&self) -> Client {
        Client::new(&self.control_plane.url())
    }

    /// What the parts have written so far.
    #[must_use]
    pub const fn log(&self) -> &Log {
        &self.log
    }

    /// Where the parts keep what they keep.
    #[must_use]
    pub fn directory(&self) -> PathBuf {
        self.directory.path().into()
    }

    /// Makes a workspace that no other test uses.
    ///
    /// # Panics
    /// If it cannot be made.
    #[must_use]
    pub fn workspace(&self) -> Workspace {
        Workspace::create(&self.control_plane, self.next_number(), "pro")
    }

    /// The number of a workspace that no other test uses.
    pub(crate) fn next_number(&self) -> u32 {
        self.workspaces.fetch_add(1, Ordering::Relaxed)
    }
}

impl Workspace {
    /// Makes the workspace of this number.
    ///
    /// # Panics
    /// If it cannot be made.
    #[must_use]
    pub fn create(control_plane: &ControlPlane, number: u32, plan: &str) -> Self {
        Self::create_named(control_plane, number, plan, "Test")
    }

    /// Makes the workspace of this number with a name for people.
    ///
    /// # Panics
    /// If it cannot be made.
    #[must_use]
    pub fn create_named(control_plane: &ControlPlane, number: u32, plan: &str, name: &str) -> Self {
        let (id, project) = (format!("ws_test{number}"), format!("proj_test{number}"));
        let create = ["workspace", "create", "--id", &id, "--name", name, "--plan", plan, "--project", &project];
        control_plane.print(&create).expect("a workspace");
        let token = ["token", "create", "--workspace", &id, "--name", "Admin", "--scopes", "admin"];
        let output = control_plane.run(&token).expect("a token");
        let admin = String::from_utf8_lossy(&output.stdout).trim().into();
        Self { id, project, admin }
    }

    /// The path of something in this workspace.
    #[must_use]
    pub fn path(&self, rest: &str) -> String {
        format!("/workspaces/{}{rest}", self.id)
    }

    /// The path of its project's deployments.
    #[must_use]
    pub fn deployments(&self) -> String {
        self.path(&format!("/projects/{}/deployments", self.project))
    }

    /// Makes a token with these scopes through `client`'s server; returns its id and text.
    ///
    /// # Panics
    /// If it is not made.
    #[must_use]
    pub fn token(&self, client: &Client, scopes: &[&str], project: Option<&str>) -> (String, String) {
        let body = json!({"name": "Test", "scopes": scopes, "projectId": project});
        let answer = client.with_token(&self.admin).post(&self.path("/access-tokens"), &body);
        assert_eq!(answer.status, 201, "{}", answer.text);
        let view = answer.json();
        let text = |name: &str| view[name].as_str().unwrap_or_default().to_owned();
        (text("id"), text("token"))
    }

    /// Gives a token other scopes.
    ///
    /// # Panics
    /// If it does not get them.
    pub fn rescope(&self, client: &Client, id: &str, scopes: &[&str]) {
        let path = self.path(&format!("/access-tokens/{id}"));
        let admin = client.with_token(&self.admin);
        let answer = Answer::of(admin.request("PATCH", &path).json(&json!({"scopes": scopes})));
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
}
