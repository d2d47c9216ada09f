//! A workspace of many tokens, as its ledger is told of it.

use anyhow::{Result, ensure};
use fastrand::Rng;
use serde::Serialize;
use serde::de::DeserializeOwned;
use shared::change::Head;
use shared::digest::Digest;
use shared::keyring::Keyring;
use shared::ledger::{Format, Position, Reserve, Reserved, Snapshot, SnapshotAnswer, TokenRecord};
use shared::limits::SNAPSHOT_PART_MAX;
use shared::record::{Record, State};
use shared::scope::{Scope, ScopeSet};
use shared::token::{NewToken, TokenPrefix};
use tests::{Secrets, send_signed};

/// Everything here is of this workspace.
pub(crate) const WORKSPACE: &str = "ws_01kb0000000000000000000000";

/// Tokens and their records. Only for this run: their secrets are drawn from a seed.
pub(crate) struct Tokens {
    /// Their texts.
    pub(crate) texts: Vec<String>,
    records: Vec<TokenRecord>,
}

impl Tokens {
    /// So many tokens that may read the whole workspace.
    pub(crate) fn new(count: usize, secrets: &Secrets) -> Result<Self> {
        let peppers: Keyring = secrets.token_pepper.parse()?;
        let mut rng = Rng::with_seed(count as u64);
        let mut tokens = Self { texts: Vec::new(), records: Vec::new() };
        for number in 0..count {
            let new = NewToken::generate(&TokenPrefix::default(), |bytes| rng.fill(bytes));
            let digest = Digest::current(new.as_token(), &peppers);
            let record = Record {
                token_id: format!("tok_01kb{number:022}").parse()?,
                project_id: None,
                scopes: [Scope::Read].into_iter().collect::<ScopeSet>(),
                expires_at: None,
                state: State::Active,
            };
            tokens.texts.push(new.as_token().expose().into());
            tokens.records.push(TokenRecord { digest, record });
        }
        Ok(tokens)
    }

    /// How the tokens are looked up.
    pub(crate) fn digests(&self) -> impl Iterator<Item = Digest> {
        self.records.iter().map(|token| token.digest)
    }

    /// Tells the workspace's ledger of all of them, as a republish does.
    pub(crate) fn publish(&self, edge_url: &str, secrets: &Secrets) -> Result<()> {
        let Reserved { epoch, .. } = send(edge_url, secrets, "reserve", &Reserve { format: Format, epoch: 1 })?;
        let position = Position { epoch, head: Head { version: self.records.len() as u64, ..Head::GENESIS } };
        let parts = self.records.chunks(SNAPSHOT_PART_MAX);
        let mut snapshot = Snapshot { format: Format, position, part: 0, parts: parts.len() as u64, records: vec![] };
        for records in parts {
            snapshot.records = records.to_vec();
            let answer: SnapshotAnswer = send(edge_url, secrets, "snapshot", &snapshot)?;
            snapshot.part += 1;
            ensure!(answer.next_part == snapshot.part, "the ledger wants part {}", answer.next_part);
        }
        Ok(())
    }
}

fn send<A: DeserializeOwned>(edge_url: &str, secrets: &Secrets, call: &str, message: &impl Serialize) -> Result<A> {
    let answer = send_signed(edge_url, &format!("/_edge/ledgers/{WORKSPACE}/{call}"), message, secrets);
    ensure!(answer.status() == 200, "the ledger refused: {}", answer.text()?);
    Ok(answer.json()?)
}
