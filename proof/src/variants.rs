//! Machines that lack one safeguard each.

use shared::safeguard::{All, Safeguard, Safeguards};

/// Something that can be done with machines of any make.
pub trait With {
    /// What comes of it.
    type Output;

    /// Does it with machines that are made with `G`.
    fn with<G: Safeguards>(self) -> Self::Output;
}

macro_rules! variants {
    ($($name:ident)*) => {
        /// One type for each safeguard, that lacks it.
        mod without {
            use super::{Safeguard, Safeguards};

            $(
                #[derive(Debug, Clone)]
                pub(super) struct $name;

                impl Safeguards for $name {
                    const WITHOUT: Option<Safeguard> = Some(Safeguard::$name);
                }
            )*
        }

        /// Does something with machines that lack a safeguard, or none.
        pub fn without<W: With>(missing: Option<Safeguard>, work: W) -> W::Output {
            match missing {
                None => work.with::<All>(),
                $(Some(Safeguard::$name) => work.with::<without::$name>(),)*
            }
        }
    };
}

variants! {
    WaitForLeases WaitAgain CreatesWaitForReplaced ConfirmedWindow InheritedNeverShrinks LeaseInsideWindow
    UninitialisedGrantsNothing HashChain GrowingEpochs ReservedEpochs MeasureFromBeforeSend
    VoidOnBackwardClock RightSinceAndEpoch OlderAnswersChangeNothing UnknownDiesWithLease OnceRuleOrder DecideAgainInFlight
}
