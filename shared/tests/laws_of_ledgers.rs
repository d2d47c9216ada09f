//! Laws L15 to L25: histories and the ledger.
#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod support;

use proptest::prelude::*;
use shared::change::{Change, Head};
use shared::digest::Digest;
use shared::ledger::{
    Format, Grant, Ledger, LedgerStorage, Position, Publish, PublishAnswer, Renewal, RenewalAnswer, Reserve, Snapshot,
    Standing, TokenRecord,
};
use shared::limits::{CLOCK_AGREEMENT_MS, LEASE_MS_MAX, margin_ms, window_ms};
use shared::record::{Record, State};
use shared::timestamp::Timestamp;
use support::storage::MemoryStorage;
use support::{digest, history, record};

const START: Timestamp = Timestamp(1_000_000_000);

/// A ledger instance with its storage.
struct World {
    storage: MemoryStorage,
    ledger: Ledger,
}

impl World {
    fn uninitialised(lease_ms: u64) -> Self {
        Self { storage: MemoryStorage::default(), ledger: Ledger::new(lease_ms, None, START) }
    }

    fn initialised(lease_ms: u64) -> Self {
        let mut world = Self::uninitialised(lease_ms);
        world.snapshot(1, Head::GENESIS, &[]);
        world
    }

    fn publish(&mut self, epoch: u64, changes: &[Change], now: Timestamp) -> PublishAnswer {
        let message = Publish { format: Format, epoch, changes: changes.to_vec() };
        self.ledger.publish(&mut self.storage, &message, now).expect("storage")
    }

    /// Loads everything in one part, into an epoch that was reserved.
    fn snapshot(&mut self, epoch: u64, head: Head, records: &[(Digest, Record)]) -> Vec<Digest> {
        self.storage.reserve(epoch).expect("storage");
        self.load(epoch, head, records)
    }

    fn load(&mut self, epoch: u64, head: Head, records: &[(Digest, Record)]) -> Vec<Digest> {
        let records = records.iter().map(|(digest, record)| TokenRecord { digest: *digest, record: record.clone() });
        let message = Snapshot {
            format: Format,
            position: Position { epoch, head },
            part: 0,
            parts: 1,
            records: records.collect(),
        };
        self.ledger.snapshot(&mut self.storage, &message, START).expect("storage").still_revoked
    }

    fn renew(&mut self, standing: Option<Standing>, want: &[Digest], now: Timestamp) -> RenewalAnswer {
        let message = Renewal { format: Format, standing, want: want.to_vec(), used: Vec::new() };
        self.ledger.renew(&self.storage, &message, now).expect("storage")
    }

    fn open_window(&mut self, now: Timestamp) {
        let planned = self.ledger.plan_window(now);
        self.storage.set_window(planned.stored()).expect("storage");
        self.ledger.open_window(planned);
    }

    /// Opens a window if one is due, as the object does, and renews.
    fn granted(&mut self, want: &[Digest], now: Timestamp) -> Grant {
        if self.ledger.wants_window(now) {
            self.open_window(now);
        }
        match self.renew(None, want, now) {
            RenewalAnswer::Granted(grant) => grant,
            other => panic!("not granted: {other:?}"),
        }
    }

    /// Another instance takes over, having made its confirmed write.
    fn restart(&mut self, lease_ms: u64, now: Timestamp) {
        self.ledger = Ledger::new(lease_ms, self.storage.window().expect("storage"), now);
    }

    fn head(&self) -> Head {
        self.storage.position().expect("storage").expect("initialised").head
    }
}

fn revoked(number: u64) -> Record {
    Record { state: State::Revoked, ..record(number, 1) }
}

/// A history of creates and revocations of a few tokens.
fn any_history() -> impl Strategy<Value = Vec<Change>> {
    proptest::collection::vec((0_u8..6, any::<bool>()), 1..30).prop_map(|steps| {
        let record_of = |(token, dead): (u8, bool)| {
            let number = u64::from(token);
            (digest(token), if dead { revoked(number) } else { record(number, 1) })
        };
        let records: Vec<_> = steps.into_iter().map(record_of).collect();
        history(Head::GENESIS, &records)
    })
}

fn any_state() -> impl Strategy<Value = State> {
    let grace = (1_u64..6).prop_map(|until| State::Superseded { until: Timestamp(until) });
    prop_oneof![Just(State::Active), grace, Just(State::Revoked)]
}

proptest! {
    /// L15
    #[test]
    fn a_hole_changes_nothing(changes in any_history(), skip in 1_usize..5) {
        let mut world = World::initialised(0);
        let after_hole = changes.get(skip..).unwrap_or_default();
        let answer = world.publish(1, after_hole, START);
        prop_assert_eq!(answer.position.map(|position| position.head), Some(Head::GENESIS));
    }

    /// L16
    #[test]
    fn publishing_again_changes_nothing(changes in any_history(), cut in 0_usize..30) {
        let mut world = World::initialised(0);
        let first = world.publish(1, changes.get(..cut.min(changes.len())).unwrap_or_default(), START);
        let _ = first;
        let once = world.publish(1, &changes, START);
        let before = format!("{:?}", world.storage);
        let again = world.publish(1, &changes, START);
        prop_assert_eq!(once.position, again.position);
        prop_assert_eq!(before, format!("{:?}", world.storage));
        prop_assert_eq!(Some(world.head()), changes.last().map(Change::head));
    }

    /// L17
    #[test]
    fn equal_heads_mean_equal_histories(one in any_history(), other in any_history()) {
        let heads = |changes: &[Change]| changes.last().map(Change::head);
        prop_assert_eq!(heads(&one) == heads(&other), one == other);
    }

    /// L17: another history at the same version is not applied.
    #[test]
    fn another_history_changes_nothing(changes in any_history()) {
        let mut world = World::initialised(0);
        world.publish(1, &changes, START);
        let head = world.head();
        let forged = Head { version: head.version, hash: Head::GENESIS.hash };
        world.publish(1, &history(forged, &[(digest(9), record(9, 8))]), START);
        prop_assert_eq!(world.head(), head);
    }

    /// L18
    #[test]
    fn an_uninitialised_ledger_grants_nothing_and_writes_nothing(changes in any_history(), now in 0_u64..1 << 40) {
        let mut world = World::uninitialised(1_000);
        prop_assert_eq!(world.publish(1, &changes, Timestamp(now)).position, None);
        prop_assert_eq!(world.renew(None, &[digest(1)], Timestamp(now)), RenewalAnswer::Uninitialised);
        prop_assert_eq!(world.storage.writes, 0);
    }

    /// L19
    #[test]
    fn no_answer_outside_a_window(lease_ms in 0..=LEASE_MS_MAX, late_ms in 0_u64..100_000) {
        let mut world = World::initialised(lease_ms);
        prop_assert_eq!(world.renew(None, &[], START), RenewalAnswer::NoWindow);
        let planned = world.ledger.plan_window(START);
        prop_assert_eq!(world.renew(None, &[], START), RenewalAnswer::NoWindow, "planned is not open");
        world.ledger.open_window(planned);
        let answer = world.renew(None, &[], START.plus_ms(late_ms));
        prop_assert_eq!(matches!(answer, RenewalAnswer::Granted(_)), late_ms < window_ms(lease_ms));
    }

    /// L20
    #[test]
    fn every_lease_ends_inside_the_window(lease_ms in 0..=LEASE_MS_MAX, late_ms in 0_u64..60_000) {
        let mut world = World::initialised(lease_ms);
        world.open_window(START);
        if let RenewalAnswer::Granted(grant) = world.renew(None, &[], START.plus_ms(late_ms)) {
            prop_assert!(late_ms + grant.lease_ms <= window_ms(lease_ms));
            prop_assert!(grant.lease_ms <= lease_ms);
        }
    }

    /// L21, L22: whatever was granted, by whichever instance, is over when the wait is over.
    #[test]
    fn the_wait_covers_every_right_that_lives(
        steps in proptest::collection::vec((0_u64..5_000, any::<bool>(), 0..=LEASE_MS_MAX), 1..12),
    ) {
        let mut world = World::initialised(1_000);
        let (mut now, mut rights_end) = (START, START);
        for (pause_ms, restarts, lease_ms) in steps {
            now = now.plus_ms(pause_ms);
            if restarts {
                world.restart(lease_ms, now);
            } else {
                let grant = world.granted(&[], now);
                rights_end = rights_end.max(now.plus_ms(grant.lease_ms));
            }
            let wait_ms = world.publish(1, &[], now).wait_ms;
            let needed_ms = rights_end.ms_since(now);
            prop_assert!(needed_ms == 0 || wait_ms >= needed_ms + margin_ms(0), "{wait_ms} for {needed_ms}");
        }
    }

    /// L22: a replaced instance may answer from memory until its window ends.
    #[test]
    fn a_successor_waits_for_the_window_of_the_replaced(lease_ms in 0..=LEASE_MS_MAX, after_ms in 0_u64..60_000) {
        let mut world = World::initialised(lease_ms);
        world.open_window(START);
        let mut replaced = world.ledger.clone();
        let taken_over = START.plus_ms(after_ms);
        world.restart(0, taken_over);
        let wait_ms = world.publish(1, &[], taken_over).wait_ms;
        let renewal = Renewal { format: Format, standing: None, want: vec![], used: vec![] };
        let late = replaced.renew(&world.storage, &renewal, taken_over.plus_ms(wait_ms)).expect("storage");
        prop_assert_eq!(late, RenewalAnswer::NoWindow);
    }

    /// L22
    #[test]
    fn what_is_long_over_is_not_inherited(lease_ms in 0..=LEASE_MS_MAX) {
        let mut world = World::initialised(lease_ms);
        world.open_window(START);
        let alive_ms = window_ms(lease_ms);
        let over_ms = alive_ms + margin_ms(alive_ms) + CLOCK_AGREEMENT_MS;
        world.restart(0, START.plus_ms(over_ms));
        prop_assert!(world.publish(1, &[], START.plus_ms(over_ms)).wait_ms > 0);
        world.restart(0, START.plus_ms(over_ms + 1));
        prop_assert_eq!(world.publish(1, &[], START.plus_ms(over_ms + 1)).wait_ms, 0);
    }

    /// L23
    #[test]
    fn epochs_only_grow(first in 1_u64..100, second in 1_u64..100) {
        let mut world = World::uninitialised(0);
        world.snapshot(first, Head::GENESIS, &[(digest(1), record(1, 1))]);
        world.snapshot(second, Head::GENESIS, &[(digest(2), record(2, 1))]);
        let position = world.storage.position().expect("storage").expect("initialised");
        prop_assert_eq!(position.epoch, first.max(second));
        let took_over = world.storage.record(&digest(2)).expect("storage").is_some();
        prop_assert_eq!(took_over, second > first);
        let change = history(Head::GENESIS, &[(digest(3), record(3, 1))]);
        world.publish(position.epoch + 1, &change, START);
        prop_assert_eq!(world.head(), Head::GENESIS, "another epoch's changes are not applied");
    }

    /// L23: what was reserved before comes too late, whichever database it came from.
    #[test]
    fn only_the_epoch_that_was_reserved_last_begins(epochs in proptest::collection::vec(1_u64..100, 2..6)) {
        let mut world = World::initialised(0);
        let reserve = |epoch: &u64| {
            let message = Reserve { format: Format, epoch: *epoch };
            world.ledger.reserve(&mut world.storage, &message).expect("storage").epoch
        };
        let reserved: Vec<_> = epochs.iter().map(reserve).collect();
        prop_assert!(reserved.is_sorted() && reserved.first() > epochs.first());
        for epoch in reserved.iter().chain([&reserved[0], &200]) {
            world.load(*epoch, Head::GENESIS, &[]);
        }
        let position = world.storage.position().expect("storage").expect("initialised");
        prop_assert_eq!(Some(&position.epoch), reserved.last());
    }

    /// L24
    #[test]
    fn what_was_revoked_stays_revoked(changes in any_history()) {
        let mut world = World::initialised(0);
        world.publish(1, &changes, START);
        let all: Vec<_> = (0..6).map(digest).collect();
        let is_revoked = |world: &World, digest: &Digest| {
            world.storage.record(digest).expect("storage").is_some_and(|record| record.state == State::Revoked)
        };
        let dead: Vec<_> = all.iter().copied().filter(|digest| is_revoked(&world, digest)).collect();
        // The backup knows every token as active.
        let backup: Vec<_> = (0..6).map(|token| (digest(token), record(u64::from(token), 1))).collect();
        let named = world.snapshot(2, Head::GENESIS, &backup);
        prop_assert_eq!(&named, &dead);
        for digest in &dead {
            prop_assert!(is_revoked(&world, digest));
        }
        prop_assert_eq!(world.snapshot(2, Head::GENESIS, &backup), dead, "a lost answer can be asked for again");
    }

    /// L24: a backup from before a rotation knows the token as active, or with another grace, or not at all.
    #[test]
    fn no_grace_is_longer_in_a_new_epoch(old in any_state(), new in proptest::option::of(any_state())) {
        let mut world = World::initialised(0);
        let token = |state| (digest(1), Record { state, ..record(1, 1) });
        world.publish(1, &history(Head::GENESIS, &[token(State::Active), token(old)]), START);
        let backup: Vec<_> = new.into_iter().map(token).collect();
        let named = world.snapshot(2, Head::GENESIS, &backup);
        let expected = match (old, new) {
            (State::Active, _) | (_, Some(State::Revoked)) => new,
            (State::Superseded { until }, Some(State::Superseded { until: sooner })) if sooner <= until => new,
            (State::Superseded { .. } | State::Revoked, _) => Some(State::Revoked),
        };
        prop_assert_eq!(world.storage.record(&digest(1)).expect("storage"), expected.map(|state| token(state).1));
        prop_assert_eq!(named, if expected == new { vec![] } else { vec![digest(1)] });
    }

    /// L28
    #[test]
    fn no_change_revives_what_is_revoked(changes in any_history()) {
        let mut world = World::initialised(0);
        world.publish(1, &changes, START);
        prop_assert_eq!(Some(world.head()), changes.last().map(Change::head), "the head moves on");
        for dead in changes.iter().filter(|change| change.record.state == State::Revoked) {
            let held = world.storage.record(&dead.digest).expect("storage").map(|record| record.state);
            prop_assert_eq!(held, Some(State::Revoked));
        }
    }

    /// L25
    #[test]
    fn a_renewal_lists_every_change_of_what_was_known(changes in any_history(), at in 0_usize..30) {
        let mut world = World::initialised(0);
        let at = at.min(changes.len());
        let (before, after) = changes.split_at(at);
        world.publish(1, before, START);
        world.publish(1, after, START);
        world.open_window(START);
        let standing = Standing { epoch: 1, version: at as u64 };
        let RenewalAnswer::Granted(grant) = world.renew(Some(standing), &[], START) else { panic!("not granted") };
        prop_assert_eq!((grant.since, grant.version, grant.forget_everything), (at as u64, changes.len() as u64, false));
        // Also what was created after the asker's version: another answer may have told of it.
        let changes_it = |change: &Change| {
            let of_it = |other: &&Change| other.digest == change.digest && other.version < change.version;
            let mut earlier = changes.iter().filter(of_it).peekable();
            earlier.peek().is_some() && earlier.all(|earlier| earlier.record.state != State::Revoked)
        };
        for change in after.iter().filter(|change| changes_it(change)) {
            prop_assert!(grant.changed.iter().any(|changed| changed.digest == change.digest));
        }
        let other_epoch = Standing { epoch: 7, version: 0 };
        let RenewalAnswer::Granted(grant) = world.renew(Some(other_epoch), &[], START) else { panic!("not granted") };
        prop_assert!(grant.forget_everything);
    }
}

#[test]
fn snapshot_parts_take_over_together_and_only_in_order() {
    let mut world = World::initialised(0);
    world.storage.reserve(2).expect("storage");
    let position = Position { epoch: 2, head: Head::GENESIS };
    let send = |world: &mut World, part: u64| {
        let records = vec![TokenRecord { digest: digest(part as u8), record: record(part, 1) }];
        let message = Snapshot { format: Format, position, part, parts: 3, records };
        world.ledger.snapshot(&mut world.storage, &message, START).expect("storage")
    };
    let known = |world: &World, token| world.storage.record(&digest(token)).expect("storage").is_some();
    assert_eq!(send(&mut world, 0).next_part, 1);
    assert_eq!(send(&mut world, 2).next_part, 1, "a part out of order changes nothing");
    assert_eq!(send(&mut world, 1).next_part, 2);
    assert!(!known(&world, 0), "the old epoch goes on answering");
    let last = send(&mut world, 2);
    assert_eq!((last.next_part, last.position), (3, Some(position)));
    assert!((0..3).all(|token| known(&world, token)));
}
