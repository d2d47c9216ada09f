//! One run of the simulation, as a seed draws it.

use crate::chance::Chance;
use crate::coverage::Coverage;
use crate::judge::Violation;
use crate::script::Script;
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

impl Outcome {
    pub(crate) fn of<G: Safeguards>(mut world: World<G>, violation: Option<Violation>) -> Self {
        world.coverage.effective = world.judge.effective();
        Self { violation, coverage: world.coverage, trace: world.trace }
    }
}

impl Run {
    /// A run within the assumptions.
    #[must_use]
    pub const fn of(seed: u64) -> Self {
        Self { seed, leap_max_ms: 0 }
    }
}

impl With for Run {
    type Output = (Outcome, Script);

    /// What happens depends on what has happened, so the script is only known afterwards.
    fn with<G: Safeguards>(self) -> (Outcome, Script) {
        let mut chance = Chance::new(self.seed, self.leap_max_ms);
        let setup = chance.setup();
        let mut world = World::<G>::new(&setup, Trace::off());
        let mut script = Script { prepared: chance.prepared(setup.tokens), setup, actions: Vec::new() };
        let violation = happen(&mut world, &mut chance, &mut script).err();
        (Outcome::of(world, violation), script)
    }
}

fn happen<G: Safeguards>(world: &mut World<G>, chance: &mut Chance, script: &mut Script) -> Result<(), Violation> {
    if script.prepared > 0 {
        world.prepare(script.prepared)?;
    }
    for _ in 0..chance.length() {
        let action = chance.next(world);
        script.actions.push(action);
        world.perform(action)?;
    }
    world.settle()
}
