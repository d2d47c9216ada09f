//! What is under way between the parts. It arrives late, twice, in any order, or never.

use shared::isolate::Ask;
use shared::ledger::{Publish, PublishAnswer, RenewalAnswer, Reserve, Reserved, Snapshot, SnapshotAnswer};

/// Who asks: one life of one isolate or of the control plane. Answers to an earlier life reach nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sender {
    pub(crate) index: usize,
    pub(crate) life: u64,
}

/// To the ledger.
#[derive(Debug, Clone)]
pub(crate) enum Message {
    /// From the control plane: changes.
    Publish(Publish),
    /// From the control plane: an epoch, please.
    Reserve(Reserve),
    /// From the control plane: a part of everything.
    Snapshot(Snapshot),
    /// From an isolate.
    Renewal(Ask),
}

/// From the ledger.
#[derive(Debug, Clone)]
pub(crate) enum Reply {
    /// To a publish of the changes `first..=last`.
    Published { first: u64, last: u64, answer: PublishAnswer },
    /// To a wish for an epoch.
    Reserved(Reserved),
    /// To a part of a snapshot.
    Loaded(SnapshotAnswer),
    /// To a renewal.
    Renewed(Ask, RenewalAnswer),
}

/// Anything that is under way.
#[derive(Debug, Clone)]
pub(crate) enum Envelope {
    /// To whichever instance the platform picks.
    ToLedger(Sender, Message),
    /// Back to whom asked.
    FromLedger(Sender, Reply),
}

impl Envelope {
    /// The ask that this belongs to, if an isolate waits for it.
    pub(crate) const fn ask(&self) -> Option<(Sender, &Ask)> {
        match self {
            Self::ToLedger(sender, Message::Renewal(ask)) | Self::FromLedger(sender, Reply::Renewed(ask, _)) => {
                Some((*sender, ask))
            }
            _ => None,
        }
    }

    pub(crate) const fn is_to_ledger(&self) -> bool {
        matches!(self, Self::ToLedger(..))
    }

    /// What it is, for the trace.
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::ToLedger(_, Message::Publish(publish)) => {
                let versions: Vec<_> = publish.changes.iter().map(|change| change.version).collect();
                format!("publish of {versions:?} in epoch {}", publish.epoch)
            }
            Self::ToLedger(_, Message::Reserve(reserve)) => format!("wish for an epoch beyond {}", reserve.epoch),
            Self::FromLedger(_, Reply::Reserved(reserved)) => format!("epoch {} is reserved", reserved.epoch),
            Self::ToLedger(_, Message::Snapshot(snapshot)) => {
                let position = snapshot.position;
                format!("snapshot part {} of epoch {} at {}", snapshot.part, position.epoch, position.head.version)
            }
            Self::ToLedger(sender, Message::Renewal(ask)) => {
                format!("renewal of isolate {} ({:?})", sender.index, ask.renewal().standing)
            }
            Self::FromLedger(_, Reply::Published { answer, .. }) => {
                format!("answer to a publish: {}, wait {} ms", at(answer.position), answer.wait_ms)
            }
            Self::FromLedger(_, Reply::Loaded(answer)) => {
                format!("answer to a snapshot: {}, wait {} ms", at(answer.position), answer.wait_ms)
            }
            Self::FromLedger(sender, Reply::Renewed(_, answer)) => {
                format!("answer to isolate {}: {}", sender.index, renewed(answer))
            }
        }
    }
}

fn at(position: Option<shared::ledger::Position>) -> String {
    position.map_or_else(|| "uninitialised".into(), |at| format!("epoch {} version {}", at.epoch, at.head.version))
}

fn renewed(answer: &RenewalAnswer) -> String {
    match answer {
        RenewalAnswer::Granted(grant) => format!(
            "epoch {} since {} version {}, lease {} ms, {} wanted, {} changed",
            grant.epoch,
            grant.since,
            grant.version,
            grant.lease_ms,
            grant.wanted.len(),
            grant.changed.len()
        ),
        other => format!("{other:?}"),
    }
}
