//! What the ledger keeps, as the state machine sees it.

use super::messages::{Position, Snapshot, TokenRecord};
use super::window::StoredWindow;
use crate::change::Change;
use crate::digest::Digest;
use crate::record::Record;
use alloc::vec::Vec;

/// The durable part of one ledger.
///
/// Every method is one step without waiting, and all the writes of one step of the machine become
/// durable together or not at all. An answer leaves only after them (the platform's output gate).
pub trait LedgerStorage {
    /// Why storage failed; goes to the log.
    type Error;

    /// Where the ledger stands; none if it was never initialised.
    ///
    /// # Errors
    /// If storage cannot be read; so for every method here.
    fn position(&self) -> Result<Option<Position>, Self::Error>;

    /// The record of a digest.
    ///
    /// # Errors
    /// If storage fails.
    fn record(&self, digest: &Digest) -> Result<Option<Record>, Self::Error>;

    /// Records that were changed after `version`, other than by their create, at most `limit`. Also those that
    /// were created after it: an isolate may have learnt of them from an answer that overtook this one.
    ///
    /// # Errors
    /// If storage fails.
    fn changed_since(&self, version: u64, limit: usize) -> Result<Vec<TokenRecord>, Self::Error>;

    /// Keeps a change's record and moves the head to it.
    ///
    /// # Errors
    /// If storage fails.
    fn apply(&mut self, change: &Change) -> Result<(), Self::Error>;

    /// Moves the head to a change of a token that is revoked already, and that no change revives: the
    /// database of a backup may know it as active. (A grace needs no such care: within an epoch nobody but the database
    /// that gave it has this history, and another epoch begins with [`LedgerStorage::adopt`].)
    ///
    /// # Errors
    /// If storage fails.
    fn pass_over(&mut self, change: &Change) -> Result<(), Self::Error>;

    /// What the last window's write said.
    ///
    /// # Errors
    /// If storage fails.
    fn window(&self) -> Result<Option<StoredWindow>, Self::Error>;

    /// Keeps what a window's write says.
    ///
    /// # Errors
    /// If storage fails.
    fn set_window(&mut self, window: StoredWindow) -> Result<(), Self::Error>;

    /// The epoch that was reserved last; 0 if none was.
    ///
    /// # Errors
    /// If storage fails.
    fn reserved(&self) -> Result<u64, Self::Error>;

    /// Keeps that an epoch is reserved.
    ///
    /// # Errors
    /// If storage fails.
    fn reserve(&mut self, epoch: u64) -> Result<(), Self::Error>;

    /// The snapshot that is being loaded beside the records in force.
    ///
    /// # Errors
    /// If storage fails.
    fn staged(&self) -> Result<Option<StagedSnapshot>, Self::Error>;

    /// Keeps a snapshot's part beside the records in force; part 0 throws away what was staged.
    ///
    /// # Errors
    /// If storage fails.
    fn stage(&mut self, snapshot: &Snapshot) -> Result<(), Self::Error>;

    /// Puts the staged records in force at this position.
    ///
    /// The database may be a backup from before a revocation or a rotation, so no state
    /// [ends](crate::record::State::ends) later than before. A digest whose staged state would, or that was revoked or
    /// superseded and is not staged, is held over as revoked. That ends a grace at once: a backup that does not know of
    /// it does not know the token either that was made in the old one's place.
    ///
    /// # Errors
    /// If storage fails.
    fn adopt(&mut self, position: Position) -> Result<(), Self::Error>;

    /// Digests that the last [`LedgerStorage::adopt`] held over as revoked.
    ///
    /// # Errors
    /// If storage fails.
    fn held_over(&self) -> Result<Vec<Digest>, Self::Error>;
}

/// How far a snapshot has been loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StagedSnapshot {
    /// Position that it will take over at.
    pub position: Position,
    /// The part that should come next.
    pub next_part: u64,
}
