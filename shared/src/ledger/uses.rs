//! When tokens were last used, as far as renewals tell.

use crate::bounded::{BoundedMap, bounded};
use crate::id::TokenId;
use crate::limits::{USAGE_ALARM_MS, USES_MAX};
use crate::timestamp::Timestamp;
use alloc::vec::Vec;

/// Uses that were noted lately, so that a token costs a write once in a while and not once per renewal.
#[derive(Debug, Clone)]
pub(super) struct Uses {
    noted: BoundedMap<TokenId, Timestamp>,
    new: Vec<TokenId>,
}

impl Default for Uses {
    fn default() -> Self {
        Self { noted: bounded(USES_MAX), new: Vec::new() }
    }
}

impl Uses {
    /// Notes that a token was used, unless that was noted a moment ago.
    pub(super) fn note(&mut self, token_id: &TokenId, now: Timestamp) {
        if self.noted.get(token_id).is_some_and(|at| is_recent(*at, now)) {
            return;
        }
        self.noted.put(token_id.clone(), now);
        self.new.push(token_id.clone());
    }

    /// Takes the tokens whose use is to be kept.
    pub(super) fn take(&mut self) -> Vec<TokenId> {
        core::mem::take(&mut self.new)
    }
}

/// What lies ahead was noted before the clock went back.
fn is_recent(at: Timestamp, now: Timestamp) -> bool {
    at <= now && now.ms_since(at) < USAGE_ALARM_MS
}

#[cfg(test)]
mod tests {
    use super::Uses;
    use crate::limits::{USAGE_ALARM_MS, USES_MAX};
    use crate::timestamp::Timestamp;
    use std::format;

    #[test]
    fn a_use_is_kept_once_in_a_while() {
        let (token_id, mut uses) = ("tok_1".parse().expect("an id"), Uses::default());
        let mut kept = |at| {
            uses.note(&token_id, Timestamp(at));
            uses.take().len()
        };
        assert_eq!([kept(0), kept(1), kept(USAGE_ALARM_MS - 1), kept(USAGE_ALARM_MS)], [1, 0, 0, 1]);
        assert_eq!(kept(5), 1, "a clock that goes back hides no use");
    }

    #[test]
    fn the_memory_is_bounded_and_no_use_is_lost() {
        let mut uses = Uses::default();
        for number in 0..USES_MAX.get() + 10 {
            uses.note(&format!("tok_{number}").parse().expect("an id"), Timestamp(0));
        }
        assert_eq!((uses.noted.len(), uses.take().len()), (USES_MAX.get(), USES_MAX.get() + 10));
    }
}
