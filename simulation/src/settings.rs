//! What is simulated.

use clap::{Args, ValueEnum};
use serde::Serialize;
use shared::limits::LEASE_MS_DEFAULT;

/// One simulated world.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    /// What is the same in all worlds of a run.
    #[serde(flatten)]
    pub world: Shape,
    /// The ledgers' `LEASE_MS`, in milliseconds.
    pub lease_ms: u64,
    /// Requests that arrive in a second, all over the world, once the warm-up is over.
    pub requests_per_s: f64,
    /// How long the traffic grows to that, by a thousand, in seconds. Nothing is counted.
    pub warm_up_s: f64,
    /// For how long it is counted then, in seconds.
    pub duration_s: f64,
}

/// What the world is made of.
#[derive(Debug, Clone, Args, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Shape {
    /// What chance is drawn from; the same seed gives the same numbers.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Locations of the edge; Cloudflare names 330 cities.
    #[arg(long, value_name = "N", default_value_t = 330)]
    pub locations: usize,
    /// Requests per second for which a location starts one more isolate.
    #[arg(long, value_name = "N", default_value_t = 1_000.0)]
    pub isolate_requests_per_s: f64,
    /// Isolates that a location starts at most.
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    pub isolates_max: usize,
    /// How long isolates live, in seconds; when counting begins they are between nothing and so old.
    #[arg(long, value_name = "S", default_value_t = 3_600.0)]
    pub isolate_life_s: f64,
    /// Workspaces.
    #[arg(long, value_name = "N", default_value_t = 200)]
    pub workspaces: usize,
    /// How uneven workspaces are: the exponent of Zipf's law.
    #[arg(long, value_name = "X", default_value_t = 1.0)]
    pub workspace_exponent: f64,
    /// Tokens of each workspace.
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub tokens: usize,
    /// How uneven the tokens of a workspace are.
    #[arg(long, value_name = "X", default_value_t = 1.0)]
    pub token_exponent: f64,
    /// Part of a workspace's requests that comes from its home; the others come from everywhere.
    #[arg(long, value_name = "X", default_value_t = 0.9)]
    pub local: f64,
    /// Tokens that are replaced in a second, whichever, over all workspaces.
    #[arg(long, value_name = "N", default_value_t = 0.1)]
    pub revocations_per_s: f64,
    /// Ask the machines about every single request, also those that cannot change anything. Takes ten times as long.
    #[arg(long)]
    pub exact: bool,
    /// Where ledgers live.
    #[arg(long, value_enum, default_value_t = Ledgers::FirstRequest)]
    pub ledgers: Ledgers,
}

/// Where ledgers live.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ledgers {
    /// Where the workspace's first request arrived.
    FirstRequest,
    /// Near the control plane, which called them first.
    ControlPlane,
}

impl Default for Shape {
    fn default() -> Self {
        Self {
            seed: 1,
            locations: 330,
            isolate_requests_per_s: 1_000.0,
            isolates_max: 1_000,
            isolate_life_s: 3_600.0,
            workspaces: 200,
            workspace_exponent: 1.0,
            tokens: 10,
            token_exponent: 1.0,
            local: 0.9,
            revocations_per_s: 0.1,
            exact: false,
            ledgers: Ledgers::FirstRequest,
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        let (warm_up_s, duration_s) = (60.0, 60.0);
        Self { world: Shape::default(), lease_ms: LEASE_MS_DEFAULT, requests_per_s: 10_000.0, warm_up_s, duration_s }
    }
}
