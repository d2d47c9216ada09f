//! Everything that can happen in the world, one thing at a time.

use crate::database::Edit;

/// A machine with a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Machine {
    /// The isolate of this number.
    Isolate(usize),
    /// The instance that so many have replaced since.
    Instance(usize),
    /// The control plane.
    ControlPlane,
}

/// One thing that happens. What cannot happen at the moment changes nothing, so that any list of actions is a run.
///
/// Messages and requests are named by their place among those under way, instances by their age: how many have
/// replaced them since.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// So many milliseconds pass.
    Pass(u64),
    /// A clock steps, if the assumption allows it.
    Step(Machine, i64),
    /// A clock steps beyond the assumption.
    Leap(Machine, i64),

    /// A request with a token arrives at an isolate.
    Arrive {
        /// Which isolate.
        isolate: usize,
        /// Which token; numbers beyond the existing ones are made up.
        token: u8,
    },
    /// A waiting request looks again.
    Look {
        /// Which isolate.
        isolate: usize,
        /// Which of its waiting requests.
        request: usize,
    },
    /// A waiting request is given up.
    Cancel {
        /// Which isolate.
        isolate: usize,
        /// Which of its waiting requests.
        request: usize,
        /// Whether the machine is told: a caller that goes away tells nobody.
        told: bool,
    },
    /// The headers of the origin's answer arrive.
    Headers {
        /// Which isolate.
        isolate: usize,
        /// Which of its requests at the origin.
        request: usize,
    },
    /// An isolate reports what was used.
    Report(usize),
    /// A request of a made-up workspace arrives and takes room.
    Stranger(usize),
    /// An isolate is gone, and another takes its place.
    Vanish(usize),

    /// A message arrives.
    Deliver {
        /// Which message.
        message: usize,
        /// At an instance of which age, if it goes to the ledger.
        age: usize,
    },
    /// A message is under way twice from now on.
    Repeat(usize),
    /// A message is lost.
    Lose {
        /// Which message.
        message: usize,
        /// Whether whoever asked has noticed.
        noticed: bool,
    },

    /// The oldest unconfirmed write of the ledger is confirmed.
    Confirm,
    /// Another instance of the ledger takes over; the one before may go on answering.
    TakeOver {
        /// Its lease.
        lease_ms: u64,
        /// How far its clock is off.
        offset_ms: i64,
        /// So many unconfirmed writes of the one before became durable.
        flushed: usize,
    },
    /// The oldest of several instances is gone.
    End,
    /// Very many isolates renew at once.
    Crowd {
        /// At an instance of which age.
        age: usize,
        /// How many.
        renewals: u64,
    },

    /// A token is created.
    Create(u8),
    /// The secret of a token goes out before its create is effective.
    Announce(u8),
    /// A token is changed.
    Edit(u8, Edit),
    /// The control plane sends the first snapshot.
    Initialise,
    /// The control plane sends a batch of at most so many changes.
    Publish(usize),
    /// The control plane writes down what is acknowledged.
    Acknowledge,
    /// The control plane writes KV.
    Replicate,
    /// The control plane's process dies, and another starts.
    Crash,
    /// The database is backed up.
    BackUp,
    /// The database is restored from the backup.
    Restore,
    /// The operator starts a republish: an epoch is asked for.
    BeginRepublish,
    /// A part of the snapshot is sent.
    SendPart(usize),
    /// The republish ends, if its wait is over.
    EndRepublish {
        /// How many of its steps are made before the process dies.
        steps: usize,
    },
}
