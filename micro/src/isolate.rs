//! An isolate that remembers many tokens of a workspace, under a lease that is valid.

use crate::request::{WORKSPACE, record};
use shared::digest::Digest;
use shared::id::WorkspaceId;
use shared::isolate::{Bounds, Isolate, Next};
use shared::ledger::{Format, Grant, RenewalAnswer, WantedRecord};
use shared::limits::{LEASE_MS_DEFAULT, UNKNOWN_MAX, WANT_MAX, WORKSPACES_MAX};
use shared::timestamp::Timestamp;
use std::num::NonZeroUsize;

/// When everything happens.
pub(crate) const NOW: Timestamp = Timestamp(1_800_000_000_000);

/// An isolate that has asked for these, and for no others.
pub(crate) fn remembering(digests: &[Digest]) -> Isolate {
    let records = NonZeroUsize::new(digests.len()).expect("a digest");
    let mut isolate = Isolate::new(Bounds { records, unknown: UNKNOWN_MAX, workspaces: WORKSPACES_MAX });
    let workspace_id: WorkspaceId = WORKSPACE.parse().expect("an id");
    for (number, wanted) in (0..).zip(digests.chunks(WANT_MAX)) {
        let wait = isolate.wait(&workspace_id, wanted, NOW);
        let Next::Ask(ask) = isolate.next(wait, NOW) else { unreachable!("nothing is known of them") };
        let said = |digest: &Digest| WantedRecord { digest: *digest, record: Some(record(number)) };
        isolate.receive(&ask, &grant(wanted.iter().map(said).collect()), NOW);
        isolate.give_up(wait);
    }
    isolate
}

/// What a ledger answers that was asked for these.
pub(crate) fn grant(wanted: Vec<WantedRecord>) -> RenewalAnswer {
    RenewalAnswer::Granted(Grant {
        format: Format,
        epoch: 1,
        since: 1,
        version: 1,
        lease_ms: LEASE_MS_DEFAULT,
        wanted,
        changed: Vec::new(),
        forget_everything: false,
    })
}
