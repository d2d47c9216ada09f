//! What goes over the wire between control plane, edge and ledger. JSON, camelCase.
//!
//! Only durations cross the wire, never moments of one clock that another would compare; but for what an operator is
//! told of a ledger's clock ([`LedgerStatus`]).

use crate::change::{Change, Head};
use crate::digest::Digest;
use crate::id::{TokenId, WorkspaceId};
use crate::record::Record;
use crate::timestamp::Timestamp;
use alloc::vec::Vec;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Version of the messages' format. Another one does not deserialise: it is no answer at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Format;

impl Format {
    const NUMBER: u32 = 1;
}

impl Serialize for Format {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(Self::NUMBER)
    }
}

impl<'de> Deserialize<'de> for Format {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u32::deserialize(deserializer)? {
            Self::NUMBER => Ok(Self),
            _ => Err(de::Error::custom("unknown message format; deploy edge and control plane of the same release")),
        }
    }
}

/// Where an initialised ledger stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Position {
    /// Grows with every republish, and only then.
    pub epoch: u64,
    /// The last change of this epoch that was applied.
    pub head: Head,
}

impl Position {
    /// The empty history of the first epoch, with which a new workspace begins.
    pub const FIRST: Self = Self { epoch: 1, head: Head::GENESIS };
}

/// Control plane to ledger: these changes come next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Publish {
    /// Format of this message.
    pub format: Format,
    /// Epoch that the changes belong to; with another one the ledger applies nothing.
    pub epoch: u64,
    /// In order, at most [`BATCH_MAX`](crate::limits::BATCH_MAX); none asks where the ledger stands.
    pub changes: Vec<Change>,
}

/// Ledger to control plane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PublishAnswer {
    /// Format of this message.
    pub format: Format,
    /// Where the ledger stands now; none if it was never initialised.
    pub position: Option<Position>,
    /// How long, from now, somebody may still remember something older, in milliseconds.
    pub wait_ms: u64,
    /// How long, from now, an instance that was replaced may still be asked and not know what was created since, in
    /// milliseconds. Creates wait for this, and not for leases: nobody has remembered anything of their tokens.
    pub create_wait_ms: u64,
}

/// Control plane to ledger: an epoch, please, for a republish.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Reserve {
    /// Format of this message.
    pub format: Format,
    /// The epoch that the database is in.
    pub epoch: u64,
}

/// Ledger to control plane: this epoch, and from now on no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Reserved {
    /// Format of this message.
    pub format: Format,
    /// Greater than the ledger's, the database's, and every one that was reserved before.
    pub epoch: u64,
}

/// Control plane to ledger: one part of everything, for a new epoch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Snapshot {
    /// Format of this message.
    pub format: Format,
    /// Where the ledger stands once the last part is in.
    pub position: Position,
    /// Number of this part, from zero.
    pub part: u64,
    /// How many parts there are, at least one.
    pub parts: u64,
    /// Records of this part, at most [`SNAPSHOT_PART_MAX`](crate::limits::SNAPSHOT_PART_MAX).
    pub records: Vec<TokenRecord>,
}

/// Ledger to control plane.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SnapshotAnswer {
    /// Format of this message.
    pub format: Format,
    /// Where the ledger stands: at the snapshot's position once that took over.
    pub position: Option<Position>,
    /// The part that should come next.
    pub next_part: u64,
    /// Digests that the epoch before held as revoked, or as superseded with an earlier end, and the snapshot did not:
    /// they are revoked, and the database has to learn it. Only in the answer to the last part.
    pub still_revoked: Vec<Digest>,
    /// As in [`PublishAnswer`].
    pub wait_ms: u64,
}

/// A digest with its record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TokenRecord {
    /// Which token.
    pub digest: Digest,
    /// What is true of it.
    pub record: Record,
}

/// Up to where an isolate knows every change of the records that it remembers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Standing {
    /// Epoch of its records.
    pub epoch: u64,
    /// Version up to which it knows all changes.
    pub version: u64,
}

/// Isolate to ledger: what do I need to know?
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Renewal {
    /// Format of this message.
    pub format: Format,
    /// Where the isolate stands; none if it remembers nothing.
    pub standing: Option<Standing>,
    /// Digests whose records it wants.
    pub want: Vec<Digest>,
    /// Tokens that were used since it last said so.
    pub used: Vec<TokenId>,
}

/// Ledger to isolate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RenewalAnswer {
    /// The truth as of now, and how long it may be remembered.
    Granted(Grant),
    /// This instance may not answer now: its ownership is not confirmed.
    NoWindow,
    /// Nobody ever initialised this ledger.
    Uninitialised,
}

/// The truth as of now, and how long it may be remembered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Grant {
    /// Format of this message.
    pub format: Format,
    /// Epoch of everything here.
    pub epoch: u64,
    /// `changed` is complete for somebody who stands at this version or beyond.
    pub since: u64,
    /// Version that this answer is the truth of.
    pub version: u64,
    /// How long the answer may be remembered, in milliseconds, from before it was asked for.
    /// Zero: it decides the requests that were waiting when it was asked for, and nothing else.
    pub lease_ms: u64,
    /// The wanted digests.
    pub wanted: Vec<WantedRecord>,
    /// Every record that was changed after `since`, other than by its create.
    pub changed: Vec<TokenRecord>,
    /// Too much has changed to be listed: forget every record, then remember `wanted`.
    pub forget_everything: bool,
}

/// A wanted digest with its record, or with the knowledge that there is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WantedRecord {
    /// Which digest was asked for.
    pub digest: Digest,
    /// What is true of it; none: there is no such token in this workspace.
    pub record: Option<Record>,
}

/// Ledger to whoever operates it: how busy this instance is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LedgerStatus {
    /// Format of this message.
    pub format: Format,
    /// Where the ledger stands; none if it was never initialised.
    pub position: Option<Position>,
    /// How long leases are now, in milliseconds; longer than `LEASE_MS` under load.
    pub lease_ms: u64,
    /// Renewals that this instance has answered since it started.
    pub renewals: u64,
    /// How long a change that was published now would wait, in milliseconds.
    pub wait_ms: u64,
    /// What the ledger's clock says.
    pub now: Timestamp,
}

/// Ledger to control plane: when tokens were last used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UsedTokens {
    /// Format of this message.
    pub format: Format,
    /// At most [`USED_MAX`](crate::limits::USED_MAX).
    pub used: Vec<UsedToken>,
}

/// A token that was used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UsedToken {
    /// Which token.
    pub token_id: TokenId,
    /// How long ago, in milliseconds.
    pub ago_ms: u64,
}

/// Any of these messages, for whoever passes it on to somebody who reads the rest.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Formatted {
    /// Format of this message.
    pub format: Format,
}

/// Control plane to edge: what KV should hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct KvWrites {
    /// Format of this message.
    pub format: Format,
    /// Digests that are to be found.
    pub puts: Vec<KvPut>,
    /// Digests that are no longer needed.
    pub deletes: Vec<Digest>,
}

/// One digest that KV should hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct KvPut {
    /// The key.
    pub digest: Digest,
    /// The value.
    pub workspace_id: WorkspaceId,
    /// When KV may drop it, in seconds since 1970; none: never.
    pub expiration_s: Option<u64>,
}
