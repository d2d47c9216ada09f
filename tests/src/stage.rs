//! The whole system with a switchboard, for tests that run in another process: those in a browser.

use crate::server::serve;
use crate::signed::send_usage;
use crate::{Workspace, World};
use anyhow::Result;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use shared::id::TokenId;
use shared::ledger::{Format, UsedToken, UsedTokens};
use std::sync::Arc;
use tokio::runtime::Runtime;
use tokio::task::spawn_blocking;

/// A world, and an HTTP server on loopback for what cannot be asked of its parts:
///
/// | call | what it does |
/// |---|---|
/// | `POST /workspaces` `{plan, name}` | makes a workspace; `{id, project, token}`, the token may do everything |
/// | `POST /uses` `{tokenId, agoMs}` | tells the control plane, as a ledger does, when a token was last used |
/// | `POST /edge/pause` | stops the edge where it stands, so that changes stay pending |
/// | `POST /edge/resume` | lets it go on |
pub struct Stage {
    url: String,
    // Before the world, of which its requests hold a part: whoever is last ends the world's programs.
    _runtime: Runtime,
    world: Arc<World>,
}

impl Stage {
    /// Starts everything.
    ///
    /// # Errors
    /// If a part does not come up.
    pub fn start() -> Result<Self> {
        let world = Arc::new(World::start_with(|_| ())?);
        let runtime = Runtime::new()?;
        let app = Router::new()
            .route("/workspaces", post(make_workspace))
            .route("/uses", post(tell_use))
            .route("/edge/pause", post(async |State(world): State<Arc<World>>| world.edge.pause()))
            .route("/edge/resume", post(async |State(world): State<Arc<World>>| world.edge.resume()))
            .with_state(Arc::clone(&world));
        let address = serve(&runtime, 0, app)?;
        Ok(Self { url: format!("http://{address}"), _runtime: runtime, world })
    }

    /// Environment variables that tell where everything is.
    #[must_use]
    pub fn addresses(&self) -> [(&'static str, String); 3] {
        [
            ("STAGE_URL", self.url.clone()),
            ("CONTROL_PLANE_URL", self.world.control_plane.url()),
            ("EDGE_URL", self.world.edge.url()),
        ]
    }
}

#[derive(Deserialize)]
struct Wanted {
    plan: String,
    name: String,
}

async fn make_workspace(State(world): State<Arc<World>>, Json(wanted): Json<Wanted>) -> Result<Json<Value>, Failure> {
    let make = move || {
        let number = world.next_number();
        Workspace::create_named(&world.control_plane, number, &wanted.plan, &wanted.name)
    };
    let Workspace { id, project, admin } = spawn_blocking(make).await.map_err(failure)?;
    Ok(Json(json!({"id": id, "project": project, "token": admin})))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Use {
    token_id: TokenId,
    ago_ms: u64,
}

async fn tell_use(State(world): State<Arc<World>>, Json(used): Json<Use>) -> Result<(), Failure> {
    let used = UsedToken { token_id: used.token_id, ago_ms: used.ago_ms };
    let report = UsedTokens { format: Format, used: vec![used] };
    let tell = move || {
        let answer = send_usage(&world.control_plane.url(), &report, &world.secrets);
        assert!(answer.status().is_success(), "{answer:?}");
    };
    spawn_blocking(tell).await.map_err(failure)
}

/// What went wrong, for whoever asked.
type Failure = (StatusCode, String);

fn failure(why: impl ToString) -> Failure {
    (StatusCode::INTERNAL_SERVER_ERROR, why.to_string())
}
