//! The world: every part, what is under way between them, and the judge who sees it all.

mod control;
mod isolates;
mod ledger;
mod messages;
mod settle;

use crate::action::{Action, Machine};
use crate::clocks::Clock;
use crate::control_plane::ControlPlane;
use crate::coverage::Coverage;
use crate::edge::Edge;
use crate::instance::Instance;
use crate::judge::{Judge, Violation};
use crate::network::Envelope;
use crate::storage::MemoryStorage;
use crate::trace::Trace;
use shared::digest::Digest;
use shared::id::WorkspaceId;
use shared::isolate::Bounds;
use shared::safeguard::Safeguards;
use std::collections::BTreeMap;

/// True time at which every run starts, in milliseconds.
const START: u64 = 1_000_000_000;

/// Most moments that are kept for [`World::moments`].
const MOMENTS_MAX: usize = 12;

/// What a world is made of.
#[derive(Debug, Clone)]
pub struct Setup {
    /// How far the clock of each isolate is off, in milliseconds.
    pub isolates_ms: Vec<i64>,
    /// How far the control plane's clock is off, in milliseconds.
    pub control_plane_ms: i64,
    /// Tokens that may be created.
    pub tokens: u8,
    /// Lease of the first instance, in milliseconds.
    pub lease_ms: u64,
    /// What each isolate remembers at most.
    pub bounds: Bounds,
}

/// Every part, what is under way between them, and the judge.
#[derive(Debug, Clone)]
pub struct World<G: Safeguards> {
    pub(crate) time: u64,
    pub(crate) tokens: u8,
    pub(crate) edges: Vec<Edge<G>>,
    /// Instances that still answer, the owner of the storage last.
    pub(crate) instances: Vec<Instance<G>>,
    durable: MemoryStorage,
    pub(crate) network: Vec<Envelope>,
    pub(crate) control_plane: ControlPlane,
    pub(crate) judge: Judge,
    /// Scopes that each token has had.
    drafts: BTreeMap<Digest, u8>,
    stranger: WorkspaceId,
    strangers: u64,
    /// True times at which something may end.
    moments: Vec<u64>,
    /// What happened so far.
    pub coverage: Coverage,
    /// What happened, in words, if anybody wants to know.
    pub trace: Trace,
}

impl<G: Safeguards> World<G> {
    /// A world in which nothing has happened yet.
    ///
    /// # Panics
    /// Never: its ids are well-formed.
    #[must_use]
    #[expect(clippy::expect_used, reason = "two literals that are ids")]
    pub fn new(setup: &Setup, trace: Trace) -> Self {
        let id = |text: &str| text.parse::<WorkspaceId>().expect("an id");
        let edge =
            |(index, offset_ms): (usize, &i64)| Edge::new(index, id("ws_a"), setup.bounds, Clock::new(*offset_ms));
        let durable = MemoryStorage::default();
        Self {
            time: START,
            tokens: setup.tokens,
            edges: setup.isolates_ms.iter().enumerate().map(edge).collect(),
            instances: vec![Instance::new(Clock::new(0), setup.lease_ms, &durable)],
            durable,
            network: Vec::new(),
            control_plane: ControlPlane::new(Clock::new(setup.control_plane_ms)),
            judge: Judge::default(),
            drafts: BTreeMap::new(),
            stranger: id("ws_z"),
            strangers: 0,
            moments: Vec::new(),
            coverage: Coverage::default(),
            trace,
        }
    }

    /// Lets something happen.
    ///
    /// # Errors
    /// If a promise was broken by it.
    pub fn perform(&mut self, action: Action) -> Result<(), Violation> {
        self.coverage.actions += 1;
        self.trace.note(self.time - START, || format!("{action:?}"));
        match action {
            Action::Pass(ms) => self.time += ms,
            Action::Step(machine, by_ms) => {
                let time = self.time;
                let stepped = self.clock(machine).is_some_and(|clock| clock.step(by_ms, time));
                self.coverage.clock_steps += u64::from(stepped);
            }
            Action::Leap(machine, by_ms) => self.clock(machine).into_iter().for_each(|clock| clock.leap(by_ms)),

            Action::Arrive { isolate, token } => return self.arrive(isolate, token),
            Action::Look { isolate, request } => return self.look(isolate, request),
            Action::Cancel { isolate, request, told } => self.cancel(isolate, request, told),
            Action::Headers { isolate, request } => return self.headers(isolate, request),
            Action::Report(isolate) => self.report(isolate),
            Action::Stranger(isolate) => self.stranger(isolate),
            Action::Vanish(isolate) => self.vanish(isolate),

            Action::Deliver { message, age } => self.deliver(message, age),
            Action::Repeat(message) => self.repeat(message),
            Action::Lose { message, noticed } => self.lose(message, noticed),

            Action::Confirm => self.confirm(),
            Action::TakeOver { lease_ms, offset_ms, flushed } => self.take_over(lease_ms, offset_ms, flushed),
            Action::End => self.end(),
            Action::Crowd { age, renewals } => self.crowd(age, renewals),

            Action::Create(token) => self.change(digest(token), None),
            Action::Announce(token) => self.announce(digest(token)),
            Action::Edit(token, edit) => self.change(digest(token), Some(edit)),
            Action::Initialise => self.initialise(),
            Action::Publish(limit) => self.publish(limit),
            Action::Acknowledge => self.acknowledge(),
            Action::Replicate => self.replicate(),
            Action::Crash => self.crash(),
            Action::BackUp => self.control_plane.back_up(),
            Action::Restore => self.restore(),
            Action::BeginRepublish => self.begin_republish(),
            Action::SendPart(part) => self.send_part(part),
            Action::EndRepublish { steps } => self.end_republish(steps),
        }
        Ok(())
    }

    /// True times to come at which a lease, a window or a wait may end.
    pub(crate) fn moments(&self) -> Vec<u64> {
        let windows = self.instances.iter().filter_map(|instance| Some(instance.clock.when(instance.window_ends()?)));
        let all = self.control_plane.moments().chain(windows).chain(self.moments.iter().copied());
        all.filter(|moment| *moment > self.time).collect()
    }

    /// Everything on which it depends what can happen from now on.
    pub(crate) fn state(&self) -> impl std::fmt::Debug {
        let Self { time, edges, instances, durable, network, control_plane, judge, moments, .. } = self;
        (time, edges, instances, durable, network, control_plane, judge, moments)
    }

    fn expect_moment(&mut self, in_ms: u64) {
        if self.moments.len() == MOMENTS_MAX {
            self.moments.remove(0);
        }
        self.moments.push(self.time + in_ms);
    }

    fn clock(&mut self, machine: Machine) -> Option<&mut Clock> {
        match machine {
            Machine::Isolate(index) => self.edges.get_mut(index).map(|edge| &mut edge.clock),
            Machine::Instance(age) => self.instance(age).map(|instance| &mut instance.clock),
            Machine::ControlPlane => Some(&mut self.control_plane.clock),
        }
    }

    fn instance(&mut self, age: usize) -> Option<&mut Instance<G>> {
        self.instances.iter_mut().rev().nth(age)
    }
}

/// The digest of a token.
pub(crate) const fn digest(token: u8) -> Digest {
    Digest::from_bytes([token; 32])
}
