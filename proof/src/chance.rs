//! What happens next, drawn from a seed.
//!
//! Every run draws how often each kind of thing happens, so that some runs are all crashes and others all delays.

use crate::action::{Action, Machine};
use crate::clocks::OFFSET_MAX_MS;
use crate::control_plane::END_STEPS;
use crate::database::Edit;
use crate::world::{Setup, World};
use fastrand::Rng;
use shared::isolate::Bounds;
use shared::safeguard::Safeguards;
use std::num::NonZeroUsize;

/// Leases that instances are configured with, in milliseconds. Short ones, so that much happens around their ends.
const LEASES_MS: [u64; 6] = [0, 40, 300, 1_000, 5_000, 30_000];

/// Kinds of things that happen.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Pass,
    Step,
    Leap,
    Arrive,
    Look,
    Cancel,
    Headers,
    Report,
    Stranger,
    Vanish,
    Deliver,
    DeliverFirst,
    Repeat,
    Lose,
    Confirm,
    TakeOver,
    End,
    Crowd,
    Create,
    Announce,
    Edit,
    Revoke,
    Initialise,
    Publish,
    Acknowledge,
    Replicate,
    Crash,
    BackUp,
    Restore,
    BeginRepublish,
    SendPart,
    EndRepublish,
}

/// How often each kind happens if a run does not draw otherwise: work, which every run does.
const WORK: [(Kind, u32); 17] = [
    (Kind::Pass, 18),
    (Kind::Arrive, 30),
    (Kind::Look, 20),
    (Kind::Headers, 16),
    (Kind::Deliver, 20),
    (Kind::DeliverFirst, 30),
    (Kind::Confirm, 24),
    (Kind::Create, 3),
    (Kind::Edit, 4),
    (Kind::Revoke, 2),
    (Kind::Initialise, 6),
    (Kind::Publish, 12),
    (Kind::Acknowledge, 12),
    (Kind::Replicate, 8),
    (Kind::SendPart, 8),
    (Kind::EndRepublish, 8),
    (Kind::BeginRepublish, 1),
];

/// Faults, of which every run draws some.
const FAULTS: [(Kind, u32); 15] = [
    (Kind::Step, 6),
    (Kind::Leap, 3),
    (Kind::Cancel, 3),
    (Kind::Report, 3),
    (Kind::Stranger, 3),
    (Kind::Vanish, 2),
    (Kind::Repeat, 8),
    (Kind::Lose, 6),
    (Kind::TakeOver, 4),
    (Kind::End, 3),
    (Kind::Crowd, 2),
    (Kind::Announce, 8),
    (Kind::Crash, 3),
    (Kind::BackUp, 3),
    (Kind::Restore, 2),
];

/// Draws a run.
#[derive(Debug)]
pub(crate) struct Chance {
    rng: Rng,
    weights: Vec<(Kind, u32)>,
    total: u32,
    /// The leases of this run's instances.
    leases_ms: [u64; 2],
    leap_max_ms: i64,
}

impl Chance {
    /// What a seed draws. Clocks leap, beyond the assumption, by up to `leap_max_ms`, if that is not 0.
    pub(crate) fn new(seed: u64, leap_max_ms: i64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let often = |rng: &mut Rng, factors: [u32; 4]| factors[rng.usize(..factors.len())];
        let mut weights: Vec<_> =
            WORK.iter().map(|(kind, base)| (*kind, base * often(&mut rng, [1, 1, 2, 4]))).collect();
        let leaps = leap_max_ms > 0;
        let possible = FAULTS.iter().filter(|(kind, _)| leaps || !matches!(kind, Kind::Leap));
        weights.extend(possible.map(|(kind, base)| (*kind, base * often(&mut rng, [0, 0, 1, 3]))));
        let leases_ms = [LEASES_MS[rng.usize(..LEASES_MS.len())], LEASES_MS[rng.usize(..LEASES_MS.len())]];
        let total = weights.iter().map(|(_, weight)| weight).sum();
        Self { rng, weights, total, leases_ms, leap_max_ms }
    }

    /// A small world.
    pub(crate) fn setup(&mut self) -> Setup {
        let few = |rng: &mut Rng| NonZeroUsize::MIN.saturating_add(rng.usize(..3));
        let isolates = self.rng.usize(1..=3);
        Setup {
            isolates_ms: (0..isolates).map(|_| self.offset_ms()).collect(),
            control_plane_ms: self.offset_ms(),
            tokens: self.rng.u8(1..=3),
            lease_ms: self.lease_ms(),
            bounds: Bounds { records: few(&mut self.rng), unknown: few(&mut self.rng), workspaces: few(&mut self.rng) },
        }
    }

    /// How many tokens there are before anything goes wrong.
    pub(crate) fn prepared(&mut self, tokens: u8) -> u8 {
        self.rng.u8(..=tokens)
    }

    /// How many things happen.
    pub(crate) fn length(&mut self) -> usize {
        self.rng.usize(100..900)
    }

    /// What happens next.
    pub(crate) fn next<G: Safeguards>(&mut self, world: &World<G>) -> Action {
        let token = self.rng.u8(..world.tokens);
        let isolate = self.rng.usize(..world.edges.len());
        match self.kind() {
            Kind::Pass => Action::Pass(self.pause_ms(world)),
            Kind::Step => Action::Step(self.machine(world), self.rng.i64(-25..=25)),
            Kind::Leap => Action::Leap(self.machine(world), self.rng.i64(-self.leap_max_ms..=self.leap_max_ms)),
            Kind::Arrive => Action::Arrive { isolate, token: self.presented(token) },
            Kind::Look => Action::Look { isolate, request: self.below(world.edges[isolate].waiting()) },
            Kind::Cancel => {
                let (request, told) = (self.below(world.edges[isolate].waiting()), self.rng.bool());
                Action::Cancel { isolate, request, told }
            }
            Kind::Headers => Action::Headers { isolate, request: self.below(world.edges[isolate].at_origin()) },
            Kind::Report => Action::Report(isolate),
            Kind::Stranger => Action::Stranger(isolate),
            Kind::Vanish => Action::Vanish(isolate),
            Kind::Deliver => Action::Deliver { message: self.below(world.network.len()), age: self.age(world) },
            Kind::DeliverFirst => Action::Deliver { message: 0, age: 0 },
            Kind::Repeat => Action::Repeat(self.below(world.network.len())),
            Kind::Lose => Action::Lose { message: self.below(world.network.len()), noticed: self.rng.bool() },
            Kind::Confirm => Action::Confirm,
            Kind::TakeOver => {
                let (lease_ms, offset_ms, flushed) = (self.lease_ms(), self.offset_ms(), self.rng.usize(..3));
                Action::TakeOver { lease_ms, offset_ms, flushed }
            }
            Kind::End => Action::End,
            Kind::Crowd => Action::Crowd { age: self.age(world), renewals: self.rng.u64(300..3_000) },
            Kind::Create => Action::Create(token),
            Kind::Announce => Action::Announce(token),
            Kind::Edit => Action::Edit(token, if self.rng.u8(..6) == 0 { Edit::Expire } else { Edit::Scopes }),
            Kind::Revoke => Action::Edit(token, Edit::Revoke),
            Kind::Initialise => Action::Initialise,
            Kind::Publish => Action::Publish(self.rng.usize(1..4)),
            Kind::Acknowledge => Action::Acknowledge,
            Kind::Replicate => Action::Replicate,
            Kind::Crash => Action::Crash,
            Kind::BackUp => Action::BackUp,
            Kind::Restore => Action::Restore,
            Kind::BeginRepublish => Action::BeginRepublish,
            Kind::SendPart => Action::SendPart(self.below(world.control_plane.parts().unwrap_or(1))),
            Kind::EndRepublish => Action::EndRepublish { steps: self.rng.usize(1..=END_STEPS + 2) },
        }
    }

    fn kind(&mut self) -> Kind {
        let mut drawn = self.rng.u32(..self.total);
        for (kind, weight) in &self.weights {
            match drawn.checked_sub(*weight) {
                Some(rest) => drawn = rest,
                None => return *kind,
            }
        }
        Kind::Pass
    }

    /// Often to just before, at or just after a moment at which something ends, within a clock's step of it.
    fn pause_ms<G: Safeguards>(&mut self, world: &World<G>) -> u64 {
        match self.rng.u8(..16) {
            0..6 => {
                let moments = world.moments();
                let off_ms = [0, 0, 1, 2, 24, 25, 26, 50][self.rng.usize(..8)];
                let moment = moments.get(self.below(moments.len())).copied().unwrap_or(world.time + 1);
                let moment = if self.rng.bool() { moment + off_ms } else { moment.saturating_sub(off_ms) };
                moment.saturating_sub(world.time)
            }
            6..11 => self.rng.u64(..20),
            11..14 => self.rng.u64(20..400),
            14 => self.rng.u64(400..3_000),
            _ => self.rng.u64(3_000..70_000),
        }
    }

    fn machine<G: Safeguards>(&mut self, world: &World<G>) -> Machine {
        match self.rng.u8(..4) {
            0 => Machine::ControlPlane,
            1 => Machine::Instance(self.age(world)),
            _ => Machine::Isolate(self.rng.usize(..world.edges.len())),
        }
    }

    /// Now and then a made-up token.
    fn presented(&mut self, token: u8) -> u8 {
        if self.rng.u8(..12) == 0 { self.rng.u8(100..104) } else { token }
    }

    fn age<G: Safeguards>(&mut self, world: &World<G>) -> usize {
        self.below(world.instances.len())
    }

    fn lease_ms(&mut self) -> u64 {
        self.leases_ms[self.rng.usize(..self.leases_ms.len())]
    }

    fn offset_ms(&mut self) -> i64 {
        self.rng.i64(-OFFSET_MAX_MS..=OFFSET_MAX_MS)
    }

    fn below(&mut self, end: usize) -> usize {
        self.rng.usize(..end.max(1))
    }
}
