//! What happens to messages.

use super::World;
use crate::network::{Envelope, Message, Reply, Sender};
use shared::isolate::Ask;
use shared::ledger::{RenewalAnswer, Reserved};
use shared::safeguard::Safeguards;

/// Most messages that are under way at a time; a network holds back no more.
const NETWORK_MAX: usize = 16;

impl<G: Safeguards> World<G> {
    pub(super) fn deliver(&mut self, message: usize, age: usize) {
        if message >= self.network.len() {
            return;
        }
        self.coverage.reordered += u64::from(message > 0);
        let envelope = self.network.remove(message);
        self.trace.note(self.time - super::START, || format!("  {}", envelope.describe()));
        match envelope {
            Envelope::ToLedger(sender, message) => self.deliver_to_ledger(sender, message, age),
            Envelope::FromLedger(sender, Reply::Renewed(ask, answer)) => self.deliver_to_isolate(sender, &ask, &answer),
            Envelope::FromLedger(sender, reply) => self.deliver_to_control_plane(sender, reply),
        }
    }

    pub(super) fn repeat(&mut self, message: usize) {
        if let Some(envelope) = self.network.get(message).filter(|_| self.network.len() < NETWORK_MAX).cloned() {
            self.network.push(envelope);
            self.coverage.repeated += 1;
        }
    }

    pub(super) fn lose(&mut self, message: usize, noticed: bool) {
        if message >= self.network.len() {
            return;
        }
        let envelope = self.network.remove(message);
        self.trace.note(self.time - super::START, || format!("  {}", envelope.describe()));
        self.coverage.lost += 1;
        if let Some((sender, ask)) = envelope.ask().filter(|_| noticed)
            && let Some(edge) = self.edges.get_mut(sender.index).filter(|edge| edge.sender == sender)
        {
            edge.isolate.fail(ask, None);
        }
    }

    fn deliver_to_ledger(&mut self, sender: Sender, message: Message, age: usize) {
        let age = age.min(self.instances.len().saturating_sub(1));
        let time = self.time;
        let Some(instance) = self.instance(age) else { return };
        let leaves = instance.receive(sender, message, time);
        self.coverage.stale += if age > 0 { leaves.len() as u64 } else { 0 };
        self.send(leaves);
    }

    pub(super) fn send(&mut self, leaves: Vec<Envelope>) {
        for envelope in leaves {
            if let Envelope::FromLedger(_, Reply::Renewed(_, RenewalAnswer::Granted(grant))) = &envelope {
                self.expect_moment(grant.lease_ms);
            }
            self.network.push(envelope);
        }
    }

    fn deliver_to_isolate(&mut self, sender: Sender, ask: &Ask, answer: &RenewalAnswer) {
        let time = self.time;
        if let Some(edge) = self.edges.get_mut(sender.index).filter(|edge| edge.sender == sender) {
            edge.isolate.receive(ask, answer, edge.clock.at(time));
        }
    }

    fn deliver_to_control_plane(&mut self, sender: Sender, reply: Reply) {
        let control_plane = &mut self.control_plane;
        if sender.life != control_plane.life {
            return;
        }
        let conflict = match reply {
            Reply::Published { first, last, answer } => control_plane.published::<G>(first, last, &answer, self.time),
            Reply::Reserved(Reserved { epoch, .. }) => {
                control_plane.begin_republish(epoch, &mut self.judge);
                false
            }
            Reply::Loaded(answer) => control_plane.loaded::<G>(answer, self.time),
            Reply::Renewed(..) => false,
        };
        self.coverage.conflicts += u64::from(conflict);
    }
}
