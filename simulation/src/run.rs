//! A run of one world, and what it came to.

use crate::cost::Usage;
use crate::settings::Settings;
use crate::tally::Spread;
use crate::world::World;
use serde::Serialize;
use std::error::Error;

/// What a world came to, after its warm-up.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Outcome {
    /// Isolates of all locations.
    pub isolates: usize,
    /// What the platform charges for.
    pub usage: Usage,
    /// Requests whose answer was released, that were refused, and that were told 503.
    pub decided: [u64; 3],
    /// Renewals of all ledgers in a second.
    pub renewals_per_s: f64,
    /// Renewals of the busiest ledger in a second.
    pub busiest_per_s: f64,
    /// Requests for the busiest workspace in a second.
    pub busiest_requests_per_s: f64,
    /// Most renewals of one ledger within a second.
    pub busiest_second: u64,
    /// Part of the requests that waited for KV or a ledger.
    pub waited_part: f64,
    /// How long those waited, in milliseconds.
    pub waited: Spread,
    /// How long revocations took until the whole edge refused, in milliseconds.
    pub revoked: Spread,
    /// How long requests would wait for an object if each asked it, in milliseconds.
    pub round_trips: Spread,
    /// The longest lease that the ledger of the busiest workspace granted at the end, in milliseconds.
    pub longest_lease_ms: u64,
}

impl Outcome {
    /// Dollars for a million requests.
    #[must_use]
    pub fn dollars_per_million(&self) -> f64 {
        self.usage.dollars_per_million()
    }

    /// Something that is counted, for each request.
    #[must_use]
    pub fn per_request(&self, count: u64) -> f64 {
        count as f64 / self.usage.requests.max(1) as f64
    }
}

/// Runs a world.
///
/// # Errors
/// If its numbers cannot be, such as no workspaces.
pub fn run(settings: &Settings) -> Result<Outcome, Box<dyn Error>> {
    let mut world = World::new(settings)?;
    world.run()?;
    let loads = || world.objects.iter().map(|object| object.load);
    let renewals: u64 = loads().map(|load| load.renewals).sum();
    let busiest = loads().map(|load| load.renewals).max().unwrap_or_default();
    let per_s = |count: u64| count as f64 / settings.duration_s;
    let tally = &world.tally;
    Ok(Outcome {
        isolates: world.edges.len(),
        usage: tally.usage,
        decided: [tally.released, tally.refused, tally.unknown],
        renewals_per_s: per_s(renewals),
        busiest_per_s: per_s(busiest),
        busiest_requests_per_s: per_s(loads().map(|load| load.requests).max().unwrap_or_default()),
        busiest_second: loads().map(|load| load.most_per_s).max().unwrap_or_default(),
        waited_part: tally.waited.len() as f64 / tally.usage.requests.max(1) as f64,
        waited: Spread::of(tally.waited.clone()),
        revoked: Spread::of(tally.revoked.clone()),
        round_trips: Spread::of(tally.round_trips.clone()),
        longest_lease_ms: tally.longest_lease_ms,
    })
}
