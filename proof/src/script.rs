//! A run as a list of what happens: one that a seed drew, one made shorter, or one written by hand.

use crate::action::Action;
use crate::judge::Violation;
use crate::run::Outcome;
use crate::trace::Trace;
use crate::variants::{With, without};
use crate::world::{Setup, World};
use shared::safeguard::{Safeguard, Safeguards};

/// A run as a list of what happens.
#[derive(Debug, Clone)]
pub struct Script {
    /// What the world is made of.
    pub setup: Setup,
    /// Tokens that exist before anything happens.
    pub prepared: u8,
    /// What happens, before faults stop.
    pub actions: Vec<Action>,
}

impl Script {
    /// Leaves out whatever a violation by machines without `missing` does not need.
    #[must_use]
    pub fn minimised(mut self, missing: Option<Safeguard>) -> Self {
        let mut size = self.actions.len();
        while size > 0 {
            let mut shorter = false;
            let mut from = 0;
            while from < self.actions.len() {
                let mut candidate = self.clone();
                candidate.actions.drain(from..(from + size).min(self.actions.len()));
                if without(missing, Replay { script: &candidate, traced: false }).violation.is_some() {
                    (self, shorter) = (candidate, true);
                } else {
                    from += size;
                }
            }
            size = if shorter && size == 1 { 1 } else { size / 2 };
        }
        self
    }

    /// Lets all of it happen; faults do not stop.
    pub(crate) fn happen<G: Safeguards>(&self, world: &mut World<G>) -> Result<(), Violation> {
        if self.prepared > 0 {
            world.prepare(self.prepared)?;
        }
        self.actions.iter().try_for_each(|action| world.perform(*action))
    }
}

/// A script, run once.
#[derive(Debug, Clone, Copy)]
pub struct Replay<'a> {
    /// What happens.
    pub script: &'a Script,
    /// Whether to write down what happens.
    pub traced: bool,
}

impl With for Replay<'_> {
    type Output = Outcome;

    fn with<G: Safeguards>(self) -> Outcome {
        let trace = if self.traced { Trace::on() } else { Trace::off() };
        let mut world = World::<G>::new(&self.script.setup, trace);
        let violation = self.script.happen(&mut world).and_then(|()| world.settle()).err();
        Outcome::of(world, violation)
    }
}
