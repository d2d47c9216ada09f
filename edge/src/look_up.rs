//! What is true of a token now, when memory cannot tell: its workspace is remembered, or KV names it, or the path
//! does; that workspace's ledger knows the rest.

use crate::glue::kv::read_kv;
use crate::timeout::{pause, within};
use crate::visit::Visit;
use crate::{clock, memory, renewal};
use shared::budget::Budget;
use shared::digest::Digest;
use shared::id::WorkspaceId;
use shared::isolate::{Answer, Next, Truth, WaitId};
use shared::limits::{KV_TIMEOUT_MS, LEDGER_TIMEOUT_MS, LOOK_AGAIN_MS, UNKNOWN_BUDGET_PER_S};
use shared::refusal::Refusal;
use std::cell::RefCell;
use wasm_bindgen::JsValue;

/// How long KV may answer out of its cache near the isolate, in seconds. Entries never
/// change, so this only delays the moment at which a new or removed one is noticed, and
/// neither decides anything.
const KV_CACHE_TTL_S: u32 = 60;

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

/// Finds out what is true of a visitor's token. What is asked for is asked for after this was called.
pub(crate) async fn look_up(visit: &Visit, workspace_in_path: Option<&str>) -> Result<Answer, NoRecord> {
    let digests = &*visit.digests;
    if let Some(workspace_id) = memory::with(|isolate| isolate.workspace_of(digests)) {
        return ask_named(visit, &workspace_id).await;
    }
    let in_path = workspace_in_path.and_then(|id| id.parse::<WorkspaceId>().ok());
    if in_path.as_ref().is_some_and(|id| memory::with(|isolate| isolate.is_unknown(id, digests, clock::now()))) {
        return Err(NoRecord::Refused(Refusal::UnknownToken));
    }
    match (workspace_in_kv(&visit.settings.kv, digests).await?, in_path) {
        (Some(workspace_id), _) => ask_named(visit, &workspace_id).await,
        (None, Some(workspace_id)) => ask_in_path(visit, &workspace_id).await,
        (None, None) => Err(NoRecord::Refused(Refusal::UnknownToken)),
    }
}

/// Somebody has named the token's workspace, so there must be a ledger.
async fn ask_named(visit: &Visit, workspace_id: &WorkspaceId) -> Result<Answer, NoRecord> {
    let answer = ask(visit, workspace_id).await?;
    match answer.truth {
        Truth::NoLedger => Err(NoRecord::CannotTell(format!("KV names {workspace_id}, whose ledger is empty"))),
        Truth::Record(_) | Truth::NoSuchToken => Ok(answer),
    }
}

/// KV does not know the token. It may be too young for KV, so the ledger of the workspace
/// in the path is asked, as long as the budget lasts.
async fn ask_in_path(visit: &Visit, workspace_id: &WorkspaceId) -> Result<Answer, NoRecord> {
    if !UNKNOWN_BUDGET.with_borrow_mut(|budget| budget.take(clock::now())) {
        return Err(NoRecord::CannotTell("too many tokens that KV does not know".into()));
    }
    ask(visit, workspace_id).await
}

async fn workspace_in_kv(kv: &JsValue, digests: &[Digest]) -> Result<Option<WorkspaceId>, NoRecord> {
    for digest in digests {
        let found = match within(KV_TIMEOUT_MS, read_kv(kv, &digest.to_hex(), KV_CACHE_TTL_S)).await {
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

async fn ask(visit: &Visit, workspace_id: &WorkspaceId) -> Result<Answer, NoRecord> {
    let wait = memory::with(|isolate| isolate.wait(workspace_id, &visit.digests, clock::now()));
    let answer = answer_for(visit, wait).await;
    if answer.is_err() {
        memory::with(|isolate| isolate.give_up(wait));
    }
    answer.map_err(NoRecord::CannotTell)
}

/// Asks the ledger, or lets others ask and looks again.
async fn answer_for(visit: &Visit, wait: WaitId) -> Result<Answer, String> {
    let mut now = clock::now();
    let give_up_at = now.plus_ms(LEDGER_TIMEOUT_MS);
    loop {
        match memory::with(|isolate| isolate.next(wait, now)) {
            Next::Decide(answer) => return Ok(answer),
            Next::Ask(ask) => renewal::send(visit, ask).await?,
            Next::LookAgain => pause(LOOK_AGAIN_MS).await,
        }
        now = clock::now_after_timer();
        if now >= give_up_at {
            return Err(format!("nothing was known after {LEDGER_TIMEOUT_MS} ms"));
        }
    }
}
