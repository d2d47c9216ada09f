//! Every run of a small world, not only those that chance draws.
//!
//! From one state on, everything that can happen is tried, in every order, up to a number of steps. A state that was
//! reached before, with as many steps to go, is not looked at again.

use crate::action::Action;
use crate::database::Edit;
use crate::judge::Violation;
use crate::script::Script;
use crate::trace::Trace;
use crate::variants::With;
use crate::world::World;
use shared::safeguard::Safeguards;
use std::collections::HashMap;
use std::fmt::{self, Write as _};
use std::hash::{DefaultHasher, Hasher};

/// How often things may happen that would else happen for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Budget {
    /// Requests that arrive.
    pub arrivals: u8,
    /// Revocations of token 0.
    pub revocations: u8,
    /// Batches that the control plane sends.
    pub publishes: u8,
    /// Deaths of the control plane's process.
    pub crashes: u8,
    /// Instances that take over.
    pub take_overs: u8,
    /// Jumps to the next moment at which something ends.
    pub pauses: u8,
}

/// Every run of at most so many steps that goes on from where a script ends.
#[derive(Debug, Clone)]
pub struct Exploration {
    /// What has happened before.
    pub start: Script,
    /// How often things may happen.
    pub budget: Budget,
    /// How many steps.
    pub depth: usize,
    /// Lease of the instance that takes over, in milliseconds.
    pub lease_ms: u64,
}

/// What was found.
#[derive(Debug, Default)]
pub struct Explored {
    /// Different states.
    pub states: usize,
    /// Steps that were tried.
    pub steps: usize,
    /// The first promise that was broken, and what had happened.
    pub violation: Option<(Violation, Vec<Action>)>,
}

impl With for Exploration {
    type Output = Explored;

    fn with<G: Safeguards>(self) -> Explored {
        let mut world = World::<G>::new(&self.start.setup, Trace::off());
        let mut search = Search { lease_ms: self.lease_ms, ..Search::default() };
        let searched = self.start.happen(&mut world).and_then(|()| search.visit(&world, self.budget, self.depth));
        let violation = searched.err().map(|violation| (violation, search.path));
        Explored { states: search.visited.len(), steps: search.steps, violation }
    }
}

#[derive(Debug, Default)]
struct Search {
    lease_ms: u64,
    /// Steps that were left when a state was visited.
    visited: HashMap<u64, usize>,
    steps: usize,
    path: Vec<Action>,
}

impl Search {
    fn visit<G: Safeguards>(&mut self, world: &World<G>, budget: Budget, left: usize) -> Result<(), Violation> {
        let visited = self.visited.entry(key(world, budget)).or_insert(0);
        if left <= *visited {
            return Ok(());
        }
        *visited = left;
        for (action, budget) in self.choices(world, budget) {
            let mut next = world.clone();
            self.path.push(action);
            self.steps += 1;
            next.perform(action)?;
            self.visit(&next, budget, left - 1)?;
            self.path.pop();
        }
        Ok(())
    }

    fn choices<G: Safeguards>(&self, world: &World<G>, budget: Budget) -> Vec<(Action, Budget)> {
        let free = isolates(world).chain(messages(world)).chain(parts(world)).map(|action| (action, budget));
        let spent = |left: u8| left.checked_sub(1);
        let paid = [
            spent(budget.revocations)
                .map(|revocations| (Action::Edit(0, Edit::Revoke), Budget { revocations, ..budget })),
            spent(budget.publishes).map(|publishes| (Action::Publish(1), Budget { publishes, ..budget })),
            spent(budget.crashes).map(|crashes| (Action::Crash, Budget { crashes, ..budget })),
            spent(budget.take_overs).map(|take_overs| {
                let action = Action::TakeOver { lease_ms: self.lease_ms, offset_ms: 0, flushed: 1 };
                (action, Budget { take_overs, ..budget })
            }),
            spent(budget.pauses).and_then(|pauses| {
                let next = world.moments().into_iter().min()?;
                Some((Action::Pass(next - world.time), Budget { pauses, ..budget }))
            }),
        ];
        let arrive = |isolate| (Action::Arrive { isolate, token: 0 }, budget.arrivals);
        let arrivals = (0..world.edges.len())
            .map(arrive)
            .filter_map(|(action, left)| spent(left).map(|arrivals| (action, Budget { arrivals, ..budget })));
        free.chain(paid.into_iter().flatten()).chain(arrivals).collect()
    }
}

fn isolates<G: Safeguards>(world: &World<G>) -> impl Iterator<Item = Action> {
    world.edges.iter().enumerate().flat_map(|(isolate, edge)| {
        let looks = (0..edge.waiting()).map(move |request| Action::Look { isolate, request });
        looks.chain((0..edge.at_origin()).map(move |request| Action::Headers { isolate, request }))
    })
}

fn messages<G: Safeguards>(world: &World<G>) -> impl Iterator<Item = Action> {
    let to_ledger = |message: usize| world.network.get(message).is_some_and(|envelope| envelope.is_to_ledger());
    (0..world.network.len()).flat_map(move |message| {
        let ages = if to_ledger(message) { world.instances.len() } else { 1 };
        (0..ages).map(move |age| Action::Deliver { message, age })
    })
}

fn parts<G: Safeguards>(world: &World<G>) -> impl Iterator<Item = Action> {
    let confirm = world.instances.last().is_some_and(|owner| owner.unconfirmed() > 0).then_some(Action::Confirm);
    let acknowledge = world.control_plane.is_due(world.time).then_some(Action::Acknowledge);
    confirm.into_iter().chain(acknowledge)
}

/// Two states with one key are taken for the same: one in 2^64 pairs is not.
fn key<G: Safeguards>(world: &World<G>, budget: Budget) -> u64 {
    let mut text = Hashed(DefaultHasher::new());
    // Never fails: a hasher takes everything.
    let _ = write!(text, "{budget:?}{:?}", world.state());
    text.0.finish()
}

/// Hashes what is written into it.
struct Hashed(DefaultHasher);

impl fmt::Write for Hashed {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.write(text.as_bytes());
        Ok(())
    }
}
