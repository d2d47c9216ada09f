//! One run of the simulation, as a seed draws it.

use crate::chance::Chance;
use crate::coverage::Coverage;
use crate::judge::Violation;
use crate::trace::Trace;
use crate::variants::With;
use crate::world::World;
use shared::safeguard::Safeguards;

/// A run that a seed draws.
#[derive(Debug, Clone, Copy)]
pub struct Run {
    /// The seed.
    pub seed: u64,
    /// How far clocks leap beyond what is assumed of them, in milliseconds; 0 in a run within the assumptions.
    pub leap_max_ms: i64,
    /// Whether to write down what happens.
    pub traced: bool,
}

/// How a run went.
#[derive(Debug)]
pub struct Outcome {
    /// The promise that was broken, if one was.
    pub violation: Option<Violation>,
    /// What happened, counted.
    pub coverage: Coverage,
    /// What happened, in words.
    pub trace: Trace,
}

impl Run {
    /// A run within the assumptions.
    #[must_use]
    pub const fn of(seed: u64) -> Self {
        Self { seed, leap_max_ms: 0, traced: false }
    }
}

impl With for Run {
    type Output = Outcome;

    fn with<G: Safeguards>(self) -> Outcome {
        let mut chance = Chance::new(self.seed, self.leap_max_ms);
        let trace = if self.traced { Trace::on() } else { Trace::off() };
        let mut world = World::<G>::new(&chance.setup(), trace);
        let length = chance.length();
        let mut happen = || (0..length).try_for_each(|_| world.perform(chance.next(&world)));
        let violation = happen().and_then(|()| world.settle()).err();
        world.coverage.effective = world.judge.effective();
        Outcome { violation, coverage: world.coverage, trace: world.trace }
    }
}
