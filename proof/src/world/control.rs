//! What happens at the control plane.

use super::World;
use crate::control_plane::END_STEPS;
use crate::database::Edit;
use crate::network::{Envelope, Message, Sender};
use shared::digest::Digest;
use shared::safeguard::Safeguards;

impl<G: Safeguards> World<G> {
    pub(super) fn change(&mut self, digest: Digest, edit: Option<Edit>) {
        let database = &mut self.control_plane.database;
        let Some(record) = database.draft(digest, edit, &mut self.drafts) else { return };
        database.commit(digest, record, &mut self.judge);
        let counter = match edit {
            None => &mut self.coverage.creates,
            Some(Edit::Revoke) => &mut self.coverage.revocations,
            Some(_) => &mut self.coverage.edits,
        };
        *counter += 1;
    }

    pub(super) fn announce(&mut self, digest: Digest) {
        if self.control_plane.database.announce(digest) {
            self.judge.let_out(digest);
            self.coverage.announced += 1;
        }
    }

    pub(super) fn initialise(&mut self) {
        let snapshot = self.control_plane.initialise();
        self.call(snapshot.map(Message::Snapshot));
    }

    pub(super) fn publish(&mut self, limit: usize) {
        let publish = self.control_plane.publish(limit);
        self.call(publish.map(Message::Publish));
    }

    pub(super) fn send_part(&mut self, part: usize) {
        let snapshot = self.control_plane.snapshot(part);
        self.call(snapshot.map(Message::Snapshot));
    }

    pub(super) fn acknowledge(&mut self) {
        self.control_plane.acknowledge(self.time, &mut self.judge);
    }

    pub(super) fn replicate(&mut self) {
        self.control_plane.replicate(self.time, &mut self.judge);
    }

    pub(super) fn crash(&mut self) {
        self.control_plane.crash();
        self.coverage.crashes += 1;
    }

    pub(super) fn restore(&mut self) {
        self.coverage.restored += u64::from(self.control_plane.restore(&self.judge));
    }

    pub(super) fn begin_republish(&mut self) {
        let reserve = self.control_plane.reserve();
        self.call(Some(Message::Reserve(reserve)));
    }

    pub(super) fn end_republish(&mut self, steps: usize) {
        let ended = self.control_plane.end_republish(steps.min(END_STEPS), self.time, &mut self.judge);
        self.coverage.republished += u64::from(ended);
    }

    fn call(&mut self, message: Option<Message>) {
        let sender = Sender { index: 0, life: self.control_plane.life };
        self.network.extend(message.map(|message| Envelope::ToLedger(sender, message)));
    }
}
