//! Longer leases when there are many isolates, so that a busy ledger makes acknowledgements slower and never
//! decisions wrong.

use crate::limits::{LEASE_MS_MAX, LOAD_INTERVAL_MS, RENEWALS_PER_S};
use crate::timestamp::Timestamp;

/// The golden section in thousandths: its multiples leave no gap and meet nowhere.
const GOLDEN_THOUSANDTHS: u64 = 618;

/// How long leases are now.
#[derive(Debug, Clone)]
pub(super) struct Load {
    configured_ms: u64,
    lease_ms: u64,
    renewals: u64,
    since: Timestamp,
}

impl Load {
    pub(super) fn new(lease_ms: u64, now: Timestamp) -> Self {
        let lease_ms = lease_ms.min(LEASE_MS_MAX);
        Self { configured_ms: lease_ms, lease_ms, renewals: 0, since: now }
    }

    /// Length of the longest lease that is granted now, in milliseconds.
    pub(super) const fn lease_ms(&self) -> u64 {
        self.lease_ms
    }

    /// Length of the next lease in milliseconds. Lengthened leases are shortened by up to a quarter, each by another
    /// part: the isolates that made the load got theirs in the same second, and must not all come back in one.
    pub(super) const fn next_lease_ms(&self) -> u64 {
        let thousandth = self.renewals.wrapping_mul(GOLDEN_THOUSANDTHS) % 1_000;
        let spread_ms = self.lease_ms - self.lease_ms * thousandth / 4_000;
        if spread_ms > self.configured_ms { spread_ms } else { self.configured_ms }
    }

    /// Counts a renewal. Each isolate renews once per lease, so at twice the rate the lease has to be twice as long.
    /// A lease of zero stays zero. The rate is that of a whole lease: a shorter while could see only those who renew
    /// together, or only the silence after them, and the length would swing from end to end.
    pub(super) fn count(&mut self, now: Timestamp) {
        self.renewals += 1;
        let elapsed_ms = now.ms_since(self.since);
        if elapsed_ms < LOAD_INTERVAL_MS.max(self.lease_ms) && now >= self.since {
            return;
        }
        // No time has passed only if the clock went back: then nothing is known of the rate.
        if let Some(per_s) = self.renewals.saturating_mul(1_000).checked_div(elapsed_ms) {
            let needed_ms = self.lease_ms.saturating_mul(per_s) / RENEWALS_PER_S;
            self.lease_ms = needed_ms.clamp(self.configured_ms, LEASE_MS_MAX);
        }
        (self.renewals, self.since) = (0, now);
    }
}

/// The longest lease that may still live.
#[derive(Debug, Clone, Default)]
pub(super) struct LongestLease {
    this_ms: u64,
    previous_ms: u64,
    since: Option<Timestamp>,
    last_grant: Option<Timestamp>,
}

impl LongestLease {
    /// Notes a grant. Leases are remembered for one to two intervals.
    pub(super) fn note(&mut self, lease_ms: u64, now: Timestamp, interval_ms: u64) {
        let elapsed_ms = self.since.map_or(u64::MAX, |since| now.ms_since(since));
        if elapsed_ms >= interval_ms {
            self.previous_ms = if elapsed_ms < 2 * interval_ms { self.this_ms } else { 0 };
            (self.this_ms, self.since) = (0, Some(now));
        }
        self.this_ms = self.this_ms.max(lease_ms);
        self.last_grant = Some(now);
    }

    /// In milliseconds; zero if nothing was granted for an interval.
    pub(super) fn ms(&self, now: Timestamp, interval_ms: u64) -> u64 {
        match self.last_grant {
            Some(at) if now.ms_since(at) <= interval_ms => self.this_ms.max(self.previous_ms),
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Load, LongestLease};
    use crate::limits::{LEASE_MS_MAX, RENEWALS_PER_S};
    use crate::timestamp::Timestamp;
    use alloc::collections::BTreeSet;
    use alloc::vec::Vec;

    /// `isolates` that renew at three quarters of each lease, for `seconds`.
    fn lease_under_load(load: &mut Load, isolates: u64, seconds: u64) -> (u64, u64) {
        let (mut owed_milli, mut renewals) = (0, 0);
        for ms in 0..seconds * 1_000 {
            owed_milli += isolates * 1_000 * 4 / (3 * load.lease_ms().max(1));
            while owed_milli >= 1_000 {
                owed_milli -= 1_000;
                renewals += 1;
                load.count(Timestamp(1_000_000 + ms));
            }
        }
        (load.lease_ms(), renewals / seconds)
    }

    #[test]
    fn leases_lengthen_under_load_and_shorten_after_it() {
        let mut load = Load::new(1_000, Timestamp(1_000_000));
        assert_eq!(lease_under_load(&mut load, 200, 10).0, 1_000, "two hundred isolates are no load");
        let mut load = Load::new(1_000, Timestamp(1_000_000));
        let (lease_ms, per_s) = lease_under_load(&mut load, 3_000, 20);
        assert!((12_000..=15_000).contains(&lease_ms), "{lease_ms}");
        assert!(per_s <= 600, "{per_s}");
        for second in 0..5 {
            load.count(Timestamp(9_000_000 + second * 1_000));
        }
        assert_eq!(load.lease_ms(), 1_000);
    }

    /// Renewals in each second of some minutes, of isolates that renew at three quarters of each lease and a little.
    fn renewals_per_s(load: &mut Load, isolates: u64, little_ms: u64) -> Vec<u64> {
        let seconds = 300;
        let mut next: BTreeSet<(u64, u64)> = (0..isolates).map(|isolate| (isolate * 7_919 % 750, isolate)).collect();
        let mut counts = alloc::vec![0; seconds];
        while let Some((ms, isolate)) = next.pop_first() {
            let Some(count) = counts.get_mut(usize::try_from(ms).unwrap_or_default() / 1_000) else { break };
            *count += 1;
            let late_ms = (ms * 31 + isolate * 7_919) % little_ms;
            next.insert((ms + load.next_lease_ms() * 3 / 4 + late_ms, isolate));
            load.count(Timestamp(ms));
        }
        counts
    }

    #[test]
    fn those_who_made_the_load_do_not_come_back_together() {
        for isolates in [600, 1_000, 3_000] {
            for little_ms in [1, 50, 500] {
                let mut load = Load::new(1_000, Timestamp(0));
                let counts = renewals_per_s(&mut load, isolates, little_ms);
                let most = counts.iter().skip(120).max().copied().unwrap_or_default();
                assert!(most <= 2 * RENEWALS_PER_S, "{most} in a second, of {isolates} isolates");
            }
        }
    }

    #[test]
    fn no_load_passes_the_longest_lease_and_none_lengthens_zero() {
        let mut load = Load::new(1_000, Timestamp(1_000_000));
        assert_eq!(lease_under_load(&mut load, 100_000, 20).0, LEASE_MS_MAX);
        let mut never = Load::new(0, Timestamp(1_000_000));
        (0..9_000).for_each(|ms| never.count(Timestamp(1_000_000 + ms)));
        assert_eq!(never.lease_ms(), 0);
    }

    #[test]
    fn a_lease_is_remembered_for_an_interval_at_least_and_two_at_most() {
        let mut longest = LongestLease::default();
        longest.note(30_000, Timestamp(0), 60_000);
        for second in 1..=119 {
            longest.note(1_000, Timestamp(second * 1_000), 60_000);
            assert_eq!(longest.ms(Timestamp(second * 1_000), 60_000), 30_000, "after {second} s");
        }
        longest.note(1_000, Timestamp(120_000), 60_000);
        assert_eq!(longest.ms(Timestamp(120_000), 60_000), 1_000);
        assert_eq!(longest.ms(Timestamp(180_000), 60_000), 1_000);
        assert_eq!(longest.ms(Timestamp(180_001), 60_000), 0, "idle");
    }
}
