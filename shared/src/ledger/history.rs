//! Does a ledger have our history?

use super::messages::Position;
use crate::change::ChainHash;
use crate::safeguard::{Safeguard, Safeguards, keeps};

/// What a ledger's position means, compared with the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compared {
    /// It has our history up to its head, whose version this is.
    Agrees(u64),
    /// It is in an older epoch than we are: a republish is not finished.
    OlderEpoch,
    /// It is in a newer epoch: we were restored from a backup.
    NewerEpoch,
    /// Its history is another one from some version on, up to its head at the latest.
    Differs,
    /// Its head is beyond our history: we were restored from a backup.
    Ahead,
}

/// Compares a ledger's position with the database. `our_hash` is the hash of our history at the ledger's version,
/// if we have such a version. Only [`Compared::Agrees`] may ever count as an acknowledgement.
#[must_use]
pub fn compare<G: Safeguards>(ledger: Position, our_epoch: u64, our_hash: Option<ChainHash>) -> Compared {
    if ledger.epoch < our_epoch {
        return Compared::OlderEpoch;
    }
    if ledger.epoch > our_epoch {
        return Compared::NewerEpoch;
    }
    let checks = keeps::<G>(Safeguard::HashChain);
    match our_hash {
        Some(hash) if hash == ledger.head.hash || !checks => Compared::Agrees(ledger.head.version),
        Some(_) => Compared::Differs,
        None => Compared::Ahead,
    }
}
