//! What happens to the ledger's instances.

use super::World;
use crate::clocks::Clock;
use crate::instance::Instance;
use shared::safeguard::Safeguards;

/// Most instances that answer at a time.
const INSTANCES_MAX: usize = 3;

impl<G: Safeguards> World<G> {
    /// Only the newest instance's writes are ever confirmed.
    pub(super) fn confirm(&mut self) {
        let time = self.time;
        let Some((durable, leaves)) = self.instance(0).and_then(|owner| owner.confirm(time)) else { return };
        self.durable = durable;
        self.send(leaves);
    }

    pub(super) fn take_over(&mut self, lease_ms: u64, offset_ms: i64, flushed: usize) {
        if let Some(durable) = self.instance(0).and_then(|replaced| replaced.flushed(flushed)) {
            self.durable = durable;
            self.coverage.flushed += 1;
        }
        self.instances.push(Instance::new(Clock::new(offset_ms), lease_ms, &self.durable));
        if self.instances.len() > INSTANCES_MAX {
            self.end();
        }
        self.coverage.take_overs += 1;
    }

    pub(super) fn end(&mut self) {
        if self.instances.len() > 1 {
            self.instances.remove(0);
        }
    }

    pub(super) fn crowd(&mut self, age: usize, renewals: u64) {
        let time = self.time;
        if let Some(instance) = self.instance(age) {
            instance.crowd(renewals, time);
            self.coverage.crowds += 1;
        }
    }
}
