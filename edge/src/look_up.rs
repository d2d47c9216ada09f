//! From a token's digests to its record: KV names the workspace, that workspace's ledger knows the rest.

use crate::clock;
use crate::ledger::client;
use crate::settings::Settings;
use crate::timeout::within;
use shared::budget::Budget;
use shared::digest::Digest;
use shared::id::WorkspaceId;
use shared::ledger::{RenewalAnswer, WantedRecord};
use shared::limits::{KV_TIMEOUT_MS, UNKNOWN_BUDGET_PER_S};
use shared::record::Record;
use shared::refusal::Refusal;
use std::cell::RefCell;

/// How long KV may answer out of its cache near the isolate, in seconds. Entries never
/// change, so this only delays the moment at which a new or removed one is noticed, and
/// neither decides anything.
const KV_CACHE_TTL_S: u64 = 60;

thread_local! {
    /// Calls of ledgers that only unknown tokens caused.
    static UNKNOWN_BUDGET: RefCell<Budget> = const { RefCell::new(Budget::new(UNKNOWN_BUDGET_PER_S)) };
}

/// Why there is no record to decide on.
pub(crate) enum NoRecord {
    /// There is no such token.
    Refused(Refusal),
    /// The truth cannot be known now; the reason is for the log.
    CannotTell(String),
}

/// A record and the workspace whose ledger holds it.
pub(crate) struct Found {
    pub(crate) workspace_id: WorkspaceId,
    pub(crate) record: Record,
}

/// Finds the record of the token that these digests may stand for.
///
/// The answer is asked for by this very request, so it is younger than the request and
/// may decide it, whatever the lease.
pub(crate) async fn look_up(
    settings: &Settings,
    digests: &[Digest],
    workspace_in_path: Option<&str>,
) -> Result<Found, NoRecord> {
    match workspace_in_kv(settings, digests).await? {
        Some(workspace_id) => match ask(settings, &workspace_id, digests).await? {
            Asked::Record(record) => Ok(Found { workspace_id, record }),
            Asked::NoSuchToken => Err(NoRecord::Refused(Refusal::UnknownToken)),
            Asked::Uninitialised => {
                Err(NoRecord::CannotTell(format!("KV names {workspace_id}, whose ledger is empty")))
            }
        },
        None => look_up_in_path(settings, digests, workspace_in_path).await,
    }
}

/// KV does not know the token. It may be too young for KV, so the ledger of the workspace
/// in the path is asked, as long as the budget lasts.
async fn look_up_in_path(
    settings: &Settings,
    digests: &[Digest],
    workspace_in_path: Option<&str>,
) -> Result<Found, NoRecord> {
    let unknown = NoRecord::Refused(Refusal::UnknownToken);
    let Some(workspace_id) = workspace_in_path.and_then(|id| id.parse::<WorkspaceId>().ok()) else {
        return Err(unknown);
    };
    if !UNKNOWN_BUDGET.with_borrow_mut(|budget| budget.take(clock::now())) {
        return Err(NoRecord::CannotTell("too many tokens that KV does not know".into()));
    }
    match ask(settings, &workspace_id, digests).await? {
        Asked::Record(record) => Ok(Found { workspace_id, record }),
        Asked::NoSuchToken | Asked::Uninitialised => Err(unknown),
    }
}

async fn workspace_in_kv(settings: &Settings, digests: &[Digest]) -> Result<Option<WorkspaceId>, NoRecord> {
    for digest in digests {
        let get = settings.kv.get(&digest.to_hex()).cache_ttl(KV_CACHE_TTL_S).text();
        let found = match within(KV_TIMEOUT_MS, get).await {
            Some(Ok(found)) => found,
            Some(Err(why)) => return Err(NoRecord::CannotTell(format!("KV failed: {why}"))),
            None => return Err(NoRecord::CannotTell(format!("KV did not answer within {KV_TIMEOUT_MS} ms"))),
        };
        // What is no workspace id was not written by us: as good as nothing.
        if let Some(workspace_id) = found.and_then(|text| text.parse().ok()) {
            return Ok(Some(workspace_id));
        }
    }
    Ok(None)
}

enum Asked {
    Record(Record),
    NoSuchToken,
    Uninitialised,
}

async fn ask(settings: &Settings, workspace_id: &WorkspaceId, digests: &[Digest]) -> Result<Asked, NoRecord> {
    let answer = client::renew(&settings.ledgers, workspace_id, digests).await.map_err(NoRecord::CannotTell)?;
    match answer {
        RenewalAnswer::Granted(grant) => Ok(wanted(grant.wanted, digests).map_or(Asked::NoSuchToken, Asked::Record)),
        RenewalAnswer::NoWindow => Err(NoRecord::CannotTell(format!("the ledger of {workspace_id} has no window"))),
        RenewalAnswer::Uninitialised => Ok(Asked::Uninitialised),
    }
}

/// The record of the first digest that has one. What was not asked for is not looked at.
fn wanted(answered: Vec<WantedRecord>, digests: &[Digest]) -> Option<Record> {
    answered.into_iter().filter(|wanted| digests.contains(&wanted.digest)).find_map(|wanted| wanted.record)
}
