//! One simulated world: what happens, in order of time.

mod calls;
mod events;
mod requests;

use crate::edge::{Edge, Visit};
use crate::geography::Geography;
use crate::object::Object;
use crate::platform::Us;
use crate::quiet::Quiet;
use crate::settings::Settings;
use crate::tally::Tally;
use crate::tokens::{Directory, Token};
use crate::traffic::Traffic;
use events::{Event, Planned};
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use shared::isolate::Ask;
use shared::timestamp::Timestamp;
use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::error::Error;

/// What all clocks show when a world begins, in milliseconds. They are right.
const BEGIN_MS: u64 = 1_800_000_000_000;

/// How long before the beginning isolates got to know what they know, in milliseconds: no lease of then is left.
const LONG_AGO_MS: u64 = 120_000;

/// How often it is asked, in each world, what a revocation would take.
const PROBES: u64 = 2_000;

/// One request of so many tells how long it would wait if it asked its ledger.
const ROUND_TRIP_SAMPLE: u64 = 16;

/// The control plane is in this location: of Ashburn.
const CONTROL_PLANE: usize = 0;

/// Rows that an object reads for a call: where it stands, a record, and whether anything has changed.
const ROWS_READ: u64 = 3;

/// One simulated world.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) tally: Tally,
    pub(crate) objects: Vec<Object>,
    pub(crate) edges: Vec<Edge>,
    settings: Settings,
    rng: SmallRng,
    geography: Geography,
    traffic: Traffic,
    directory: Directory,
    quiet: Quiet,
    /// Until when a location has read a token out of KV.
    kv: HashMap<(usize, Token), Us>,
    now: Us,
    /// Between these moments it is counted.
    counted: (Us, Us),
    visits: u64,
    events: BinaryHeap<Planned>,
    planned: u64,
    /// Requests at the origin, which takes the same time for all.
    at_origin: VecDeque<(Us, Visit)>,
}

impl World {
    pub(crate) fn new(settings: &Settings) -> Result<Self, Box<dyn Error>> {
        let shape = &settings.world;
        let mut rng = SmallRng::seed_from_u64(shape.seed);
        let geography = Geography::new(shape.locations, &mut rng)?;
        let traffic = Traffic::new(settings, &geography, &mut rng)?;
        let mut directory = Directory::new(shape.workspaces)?;
        let mut objects = Vec::new();
        for workspace in 0..shape.workspaces {
            let mut changes = Vec::new();
            for _ in 0..shape.tokens {
                let (token, change) = directory.create(workspace)?;
                directory.workspaces[workspace].tokens.push(token);
                changes.push(change);
            }
            objects.push(Object::new(settings.lease_ms, changes));
        }
        let edges: Vec<Edge> =
            traffic.isolates().map(|location| Edge::new(location, shape.workspaces * shape.tokens)).collect();
        let quiet = Quiet::new(edges.len(), shape.workspaces, shape.tokens);
        let from = (settings.warm_up_s * 1e6) as Us;
        let counted = (from, from + (settings.duration_s * 1e6) as Us);
        Ok(Self {
            tally: Tally::default(),
            objects,
            edges,
            settings: settings.clone(),
            rng,
            geography,
            traffic,
            directory,
            quiet,
            kv: HashMap::new(),
            now: 0,
            counted,
            visits: 0,
            events: BinaryHeap::new(),
            planned: 0,
            at_origin: VecDeque::new(),
        })
    }

    /// Lets everything happen, until every request that arrived is decided.
    pub(crate) fn run(&mut self) -> Result<(), Box<dyn Error>> {
        self.age();
        self.plan_probes();
        self.plan_revocations();
        self.plan(self.counted.1, Event::End);
        let mut arrival = self.traffic.next_arrival(0.0, &mut self.rng);
        loop {
            let arrives = arrival as Us;
            let returns = self.at_origin.front().map_or(Us::MAX, |(at, _)| *at);
            let happens = self.events.peek().map_or(Us::MAX, |planned| planned.at);
            if arrives < self.counted.1 && arrives <= returns.min(happens) {
                self.now = arrives;
                self.arrive();
                arrival = self.traffic.next_arrival(arrival, &mut self.rng);
            } else if returns <= happens {
                let Some((at, visit)) = self.at_origin.pop_front() else { return Ok(()) };
                self.now = at;
                self.decide(Visit { answered: true, ..visit });
            } else if let Some(Planned { at, event, .. }) = self.events.pop() {
                self.now = at;
                self.happen(event)?;
            }
        }
    }

    /// Isolates have lived for a while: each knows the tokens that it was probably asked for.
    fn age(&mut self) {
        let long_ago = Timestamp(BEGIN_MS).minus_ms(LONG_AGO_MS);
        let life_s = self.settings.world.isolate_life_s;
        let ages: Vec<f64> = self.edges.iter().map(|_| self.rng.random_range(0.0..=life_s)).collect();
        for (number, workspace) in self.directory.workspaces.iter().enumerate() {
            let rates = self.traffic.rates(&self.geography, number);
            for ((edge, age), rate) in self.edges.iter_mut().zip(&ages).zip(rates) {
                let known = workspace.tokens.iter().enumerate().filter(|(token, _)| {
                    let asked = rate * self.traffic.token_share(*token) * age;
                    self.rng.random_bool(1.0 - (-asked).exp())
                });
                let tokens: Vec<Token> = known.map(|(_, token)| *token).collect();
                let answer = |ask: &Ask| self.objects[number].said(ask.renewal(), long_ago);
                edge.remember(&workspace.id, &tokens, answer, long_ago);
            }
        }
    }

    /// Tokens are replaced at even pauses.
    fn plan_revocations(&mut self) {
        let pause = 1e6 / self.settings.world.revocations_per_s;
        let moments = (1..).map(|number| (f64::from(number) * pause) as Us);
        for at in moments.take_while(|at| *at < self.counted.1).collect::<Vec<_>>() {
            self.plan(at, Event::Revoke);
        }
    }

    fn plan_probes(&mut self) {
        let (from, to) = self.counted;
        for number in 0..PROBES {
            let committed = from + (to - from) * number / PROBES;
            let workspace = self.traffic.workspace(&mut self.rng);
            self.plan(committed, Event::Probe { workspace, committed, back: 0 });
        }
    }

    fn rtt(&mut self, from: usize, workspace: usize) -> Us {
        let home = self.objects[workspace].home.unwrap_or(CONTROL_PLANE);
        self.geography.rtt(from, home, &mut self.rng)
    }

    fn clock(&self) -> Timestamp {
        clock(self.now)
    }

    fn counts(&self) -> bool {
        (self.counted.0..self.counted.1).contains(&self.now)
    }
}

fn clock(now: Us) -> Timestamp {
    Timestamp(BEGIN_MS + now / 1_000)
}
