//! A slow and obvious model of what an isolate remembers, compared with the real thing on random sequences of
//! asks and answers: late, lost and out of order, under a clock that sometimes goes back.
#![expect(clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

mod support;

use proptest::collection::vec;
use proptest::prelude::*;
use shared::digest::Digest;
use shared::isolate::{Ask, Isolate, Truth};
use shared::ledger::{Format, Grant, TokenRecord, WantedRecord};
use shared::limits::CLOCK_STEP_MS;
use shared::record::Record;
use shared::timestamp::Timestamp;
use std::collections::BTreeMap;
use support::edge::{Drive, workspace};
use support::{digest, record};

/// Tokens 0, 2, 4 are of workspace 0, and 1, 3, 5 of workspace 1.
const TOKENS: u8 = 6;

fn place_of(token: u8) -> usize {
    usize::from(token % 2)
}

/// End of a lease; none: it is void.
type Lease = Option<Timestamp>;

/// What is remembered of one workspace.
struct State {
    epoch: u64,
    version: u64,
    lease: Lease,
    records: BTreeMap<Digest, Record>,
    unknown: BTreeMap<Digest, Lease>,
}

#[derive(Default)]
struct Model {
    latest: u64,
    workspaces: [Option<State>; 2],
    /// When each ask was made that no answer came to yet; none: before the clock went back.
    asks: Vec<(Ask, Option<Timestamp>)>,
}

impl Model {
    fn see(&mut self, now: Timestamp) {
        if now.0 + CLOCK_STEP_MS >= self.latest {
            self.latest = self.latest.max(now.0);
            return;
        }
        self.latest = now.0;
        self.asks.iter_mut().for_each(|(_, at)| *at = None);
        for state in self.workspaces.iter_mut().flatten() {
            state.lease = None;
            state.unknown.clear();
        }
    }

    fn answer(&mut self, place: usize, asked_at: Option<Timestamp>, grant: &Grant) {
        // A lease of nothing is none, also under a clock that goes back.
        let lease = asked_at.filter(|_| grant.lease_ms > 0).map(|at| at.plus_ms(grant.lease_ms));
        let slot = &mut self.workspaces[place];
        let (applies, goes_on) = match slot {
            None => (true, false),
            Some(state) if state.epoch != grant.epoch => (grant.epoch > state.epoch, false),
            Some(state) if grant.forget_everything => (grant.version >= state.version, false),
            Some(state) => (grant.since <= state.version && state.version <= grant.version, true),
        };
        if !applies {
            return;
        }
        let (epoch, version) = (grant.epoch, grant.version);
        let mut state = slot.take().filter(|_| goes_on).unwrap_or_else(|| State {
            epoch,
            version,
            lease,
            records: BTreeMap::new(),
            unknown: BTreeMap::new(),
        });
        state.version = version;
        state.lease = state.lease.max(lease);
        for TokenRecord { digest, record } in &grant.changed {
            state.records.entry(*digest).and_modify(|known| *known = record.clone());
        }
        for WantedRecord { digest, record } in &grant.wanted {
            state.records.remove(digest);
            state.unknown.remove(digest);
            match record {
                Some(record) => drop(state.records.insert(*digest, record.clone())),
                None => drop(state.unknown.insert(*digest, lease)),
            }
        }
        *slot = Some(state);
    }

    /// What is known of a token now; none: the ledger has to be asked.
    fn knows(&self, token: u8, now: Timestamp) -> Option<Truth> {
        let state = self.workspaces[place_of(token)].as_ref().filter(|state| state.lease > Some(now))?;
        let unknown = state.unknown.get(&digest(token)).filter(|lease| **lease > Some(now));
        let record = state.records.get(&digest(token)).cloned().map(Truth::Record);
        record.or(unknown.map(|_| Truth::NoSuchToken))
    }
}

/// What a ledger says: of any epoch and version, about any records.
#[derive(Debug, Clone)]
struct Said {
    epoch: u64,
    since: u64,
    further: u64,
    lease_ms: u64,
    forget_everything: bool,
    records: Vec<Option<u8>>,
    changed: Vec<u8>,
}

impl Said {
    fn grant(&self, ask: &Ask) -> Grant {
        let told = |number: u8| record(u64::from(number), 1);
        let record_of = |digest: &Digest| self.records[usize::from(digest.as_bytes()[0])].map(told);
        let wanted = |digest: &Digest| WantedRecord { digest: *digest, record: record_of(digest) };
        let number = 100 + (self.since + self.further) as u8;
        let changed = |token: &u8| TokenRecord { digest: digest(*token), record: told(number) };
        let of_workspace = |token: &&u8| workspace(u16::from(**token % 2)) == *ask.workspace_id();
        Grant {
            format: Format,
            epoch: self.epoch,
            since: self.since,
            version: self.since + self.further,
            lease_ms: self.lease_ms,
            wanted: ask.renewal().want.iter().map(wanted).collect(),
            changed: self.changed.iter().filter(of_workspace).map(changed).collect(),
            forget_everything: self.forget_everything,
        }
    }
}

#[derive(Debug, Clone)]
enum Step {
    Pass { ms: u64 },
    GoBack { ms: u64 },
    Ask { token: u8 },
    Answer { which: prop::sample::Index, said: Said },
}

fn any_said() -> impl Strategy<Value = Said> {
    let records = vec(proptest::option::of(0_u8..100), usize::from(TOKENS));
    let lease_ms = prop_oneof![1 => Just(0), 9 => 0_u64..2_000];
    (1_u64..3, 0_u64..4, 0_u64..3, lease_ms, prop::bool::weighted(0.1), records, vec(0..TOKENS, 0..3)).prop_map(
        |(epoch, since, further, lease_ms, forget_everything, records, changed)| Said {
            epoch,
            since,
            further,
            lease_ms,
            forget_everything,
            records,
            changed,
        },
    )
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0_u64..400).prop_map(|ms| Step::Pass { ms }),
        1 => (0..=2 * CLOCK_STEP_MS).prop_map(|ms| Step::GoBack { ms }),
        6 => (0..TOKENS).prop_map(|token| Step::Ask { token }),
        6 => (any::<prop::sample::Index>(), any_said()).prop_map(|(which, said)| Step::Answer { which, said }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn an_isolate_knows_what_its_model_knows(steps in vec(any_step(), 1..60)) {
        let (mut isolate, mut model, mut now) = (support::edge::isolate(), Model::default(), Timestamp(1_000_000));
        for step in steps {
            match step {
                Step::Pass { ms } => now = now.plus_ms(ms),
                Step::GoBack { ms } => now = Timestamp(now.0 - ms),
                Step::Ask { token } => ask(&mut isolate, &mut model, token, now),
                Step::Answer { which, said } if !model.asks.is_empty() => {
                    model.see(now);
                    let (ask, at) = model.asks.swap_remove(which.index(model.asks.len()));
                    let grant = said.grant(&ask);
                    model.answer(usize::from(*ask.workspace_id() == workspace(1)), at, &grant);
                    isolate.granted(&ask, grant, now);
                }
                Step::Answer { .. } => {}
            }
            model.see(now);
            for token in 0..TOKENS {
                let told = isolate.told(&workspace(u16::from(token % 2)), token, now).map(|answer| answer.truth);
                let known = model.knows(token, now);
                prop_assert_eq!(&told, &known, "token {}", token);
                prop_assert_eq!(isolate.by_memory(token, now).is_some(), matches!(known, Some(Truth::Record(_))));
            }
        }
    }
}

/// A request asks for its token, or for a longer lease if it knows the token; if its workspace may ask now.
fn ask(isolate: &mut Isolate, model: &mut Model, token: u8, now: Timestamp) {
    model.see(now);
    let workspace = workspace(u16::from(token % 2));
    let ask = isolate.try_ask_for(&workspace, digest(token), now);
    if let Some(ask) = ask.or_else(|| isolate.renew_early(&workspace, now)) {
        model.asks.push((ask, Some(now)));
    }
}
