//! A budget of calls: so many per second, so many at once.

use crate::timestamp::Timestamp;

/// A token bucket that holds one second's worth of calls.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    per_s: u64,
    /// Thousandths of a call that may be made now.
    left_milli: u64,
    at: Timestamp,
}

impl Budget {
    /// A full budget.
    #[must_use]
    pub const fn new(per_s: u64) -> Self {
        Self { per_s, left_milli: per_s * 1_000, at: Timestamp(0) }
    }

    /// Takes a call out of the budget, if there is one.
    pub fn take(&mut self, now: Timestamp) -> bool {
        let gained_milli = now.ms_since(self.at).saturating_mul(self.per_s);
        self.left_milli = self.left_milli.saturating_add(gained_milli).min(self.per_s * 1_000);
        self.at = now;
        let enough = self.left_milli >= 1_000;
        if enough {
            self.left_milli -= 1_000;
        }
        enough
    }
}

#[cfg(test)]
mod tests {
    use super::Budget;
    use crate::timestamp::Timestamp;

    #[test]
    fn a_second_holds_so_many_calls_and_no_more() {
        let mut budget = Budget::new(3);
        let mut taken = |at| (0..10).filter(|_| budget.take(Timestamp(at))).count();
        assert_eq!(taken(1_000_000), 3);
        assert_eq!(taken(1_000_000), 0);
        assert_eq!(taken(1_000_334), 1);
        assert_eq!(taken(9_000_000), 3, "what is not used does not add up");
        assert_eq!(taken(8_000_000), 0, "a clock that goes back gives nothing");
    }
}
