//! `control-plane doctor`: whether everything is as it should be, and what to do where it is not.

use crate::app::App;
use crate::publisher::{Agreement, EdgeClient, EdgeError, LOST_EVERYTHING, StepError};
use crate::store::{Store, changes, republishes, tokens, workspaces};
use futures_util::StreamExt;
use futures_util::stream;
use shared::ledger::LedgerStatus;
use shared::limits::CLOCK_AGREEMENT_MS;
use shared::timestamp::Timestamp;
use std::collections::BTreeMap;

/// Ledgers that are asked at once.
const ASKED_AT_ONCE: usize = 8;

/// Age in milliseconds from which a pending change is more than a busy moment.
const PENDING_LONG_MS: u64 = 60_000;

/// Difference of clocks in milliseconds from which somebody should look: a tenth of what the protocol allows.
const CLOCK_WARNING_MS: u64 = CLOCK_AGREEMENT_MS / 10;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// As it should be.
    Fine,
    /// It works, and somebody should look.
    Warning,
    /// It does not work.
    Broken,
}

/// What was found, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub level: Level,
    /// What was found.
    pub what: String,
    /// What to do; empty if nothing.
    pub advice: String,
}

impl Finding {
    fn fine(what: String) -> Self {
        Self { level: Level::Fine, what, advice: String::new() }
    }

    fn warning(what: String, advice: &str) -> Self {
        Self { level: Level::Warning, what, advice: advice.into() }
    }

    fn broken(what: String, advice: &str) -> Self {
        Self { level: Level::Broken, what, advice: advice.into() }
    }
}

/// Looks at everything; changes nothing.
pub async fn examine(app: &App, edge: &EdgeClient) -> Vec<Finding> {
    let mut findings = vec![database(&app.store).await];
    if findings.iter().any(|finding| finding.level == Level::Broken) {
        return findings;
    }
    match look(app, edge).await {
        Ok(found) => findings.extend(found),
        Err(why) => findings.push(Finding::broken(format!("the database fails: {why}"), "See the database's log.")),
    }
    findings
}

async fn database(store: &Store) -> Finding {
    match store.unapplied_migrations().await {
        Ok(0) => Finding::fine("the database answers, and its tables are up to date".into()),
        Ok(count) => Finding::broken(
            format!("the database lacks {count} migrations"),
            "Run `control-plane migrate`, or `serve`, which does so too.",
        ),
        Err(why) => Finding::broken(
            format!("the database is out of reach: {why}"),
            "Check DATABASE_URL, and whether the database runs.",
        ),
    }
}

async fn look(app: &App, edge: &EdgeClient) -> Result<Vec<Finding>, sqlx::Error> {
    let mut connection = app.store.connection().await?;
    let ids = workspaces::ids(&mut connection).await?;
    let conflicts = workspaces::conflicts(&mut connection).await?;
    let left = republishes::all(&mut connection).await?.len();
    let oldest = changes::oldest_not_effective(&mut connection).await?.map(|at| Timestamp(at.cast_unsigned()));
    let live = tokens::live_by_pepper(&mut connection, app.clock.now()).await?;
    drop(connection);
    let mut findings = ledgers(app, edge, &ids).await;
    let noted = conflicts.iter().map(|(id, why)| conflict(id, why));
    let noted: Vec<_> = noted.filter(|finding| !findings.contains(finding)).collect();
    findings.extend(noted);
    if left > 0 {
        let what = format!("a republish is under way or was interrupted: {left} workspaces are left");
        let advice = "If none is running, run `control-plane republish` again; it goes on where it stopped.";
        findings.push(Finding::broken(what, advice));
    }
    findings.push(pending(oldest.map(|at| app.clock.now().ms_since(at))));
    findings.extend(peppers(app, &live));
    Ok(findings)
}

/// Asks every ledger where it stands, compares that with the database, and the clocks.
async fn ledgers(app: &App, edge: &EdgeClient, ids: &[String]) -> Vec<Finding> {
    let answers = stream::iter(ids).map(|id| async move { (id, edge.status(id).await, app.clock.now()) });
    let answers: Vec<_> = answers.buffer_unordered(ASKED_AT_ONCE).collect().await;
    if ids.is_empty() {
        return vec![Finding::warning(
            "there is no workspace yet".into(),
            "Make one with `control-plane workspace create`.",
        )];
    }
    let (mut findings, mut failures) = (Vec::new(), Vec::new());
    let (mut agreeing, mut apart_ms) = (0, 0);
    for (id, answer, now) in answers {
        match answer {
            Ok(status) => {
                apart_ms = apart_ms.max(now.ms_since(status.now).max(status.now.ms_since(now)));
                let finding = compared(app, id, status).await;
                agreeing += usize::from(finding.is_none());
                findings.extend(finding);
            }
            Err(why) => {
                failures.push(Finding { what: format!("{id}: {why}"), ..edge_fails(&why) });
                // One says enough of an edge that cannot be called at all.
                if failures.len() == ids.len() {
                    return vec![edge_fails(&why)];
                }
            }
        }
    }
    findings.append(&mut failures);
    findings.insert(0, Finding::fine(format!("the edge answers; {agreeing} of {} ledgers agree", ids.len())));
    findings.push(clocks(apart_ms));
    findings
}

async fn compared(app: &App, id: &str, status: LedgerStatus) -> Option<Finding> {
    match app.publisher.compare(id, status.position).await {
        Ok(Agreement::Agrees(_)) => None,
        Ok(Agreement::Uninitialised) if is_initialised(app, id).await => Some(conflict(id, LOST_EVERYTHING)),
        Ok(Agreement::Uninitialised) => Some(Finding::warning(
            format!("{id}: its ledger was never initialised"),
            "`control-plane serve` does so within a second or two. If it runs, see its log.",
        )),
        Ok(Agreement::Conflict(why)) => Some(conflict(id, &why)),
        Err(why @ StepError::Database(_)) => Some(Finding::broken(format!("{id}: {why}"), "See the database's log.")),
        Err(why) => Some(Finding::broken(format!("{id}: {why}"), "Run `control-plane republish`.")),
    }
}

/// Whether the ledger is said to have been initialised; if that cannot be read, it is.
async fn is_initialised(app: &App, id: &str) -> bool {
    let Ok(mut connection) = app.store.connection().await else { return true };
    let row = workspaces::get(&mut connection, id).await;
    row.map_or(true, |row| row.is_none_or(|row| row.initialised_at.is_some()))
}

fn conflict(id: &str, why: &str) -> Finding {
    Finding::broken(
        format!("{id} is in conflict, and nothing of it is published: {why}"),
        "If the database was restored from a backup, run `control-plane republish`. If not, find out which other \
         database this edge belongs to.",
    )
}

fn edge_fails(why: &EdgeError) -> Finding {
    let advice = match why {
        EdgeError::Refused { status: 401, .. } => {
            "The signature is not accepted: PUBLISH_KEY must be the worker's too, and clocks within five minutes."
        }
        EdgeError::Refused { .. } => "See the worker's log.",
        EdgeError::Unreachable(_) => "Check EDGE_URL, and whether the worker is deployed there.",
        EdgeError::Nonsense(_) => "Something else than the worker answers at EDGE_URL, or one of another release.",
    };
    Finding::broken(why.to_string(), advice)
}

fn clocks(apart_ms: u64) -> Finding {
    let what = format!("the clocks of this machine and the edge are {apart_ms} ms apart, the call included");
    match apart_ms {
        CLOCK_AGREEMENT_MS.. => Finding::broken(what, "The protocol relies on 30 s. Synchronise this machine's clock."),
        CLOCK_WARNING_MS.. => Finding::warning(what, "Synchronise this machine's clock, for example with chrony."),
        _ => Finding::fine(what),
    }
}

fn pending(age_ms: Option<u64>) -> Finding {
    match age_ms {
        None => Finding::fine("nothing is pending".into()),
        Some(age_ms) if age_ms < PENDING_LONG_MS => Finding::fine("what is pending is young".into()),
        Some(age_ms) => Finding::broken(
            format!("a change has been pending for {} s", age_ms / 1_000),
            "The edge has not confirmed it. Is `control-plane serve` running? What does its log say?",
        ),
    }
}

/// Which peppers are needed, and which could go.
fn peppers(app: &App, live: &BTreeMap<String, i64>) -> Vec<Finding> {
    let missing = live.iter().filter(|(id, _)| app.settings.peppers.get(id).is_none());
    let missing = missing.map(|(id, count)| {
        let what = format!("{count} live tokens need the pepper `{id}`, which TOKEN_PEPPER lacks: they do not work");
        Finding::broken(what, "List that pepper again, here and at the worker, until those tokens are replaced.")
    });
    let spare = app.settings.peppers.iter().skip(1).filter(|key| !live.contains_key(key.id()));
    let spare = spare.map(|key| {
        let what = format!("no live token needs the pepper `{}` any more", key.id());
        Finding::warning(what, "Take it out of TOKEN_PEPPER, here first and then at the worker.")
    });
    let mut findings: Vec<_> = missing.chain(spare).collect();
    if findings.is_empty() {
        let count: i64 = live.values().sum();
        findings.push(Finding::fine(format!("every pepper of the {count} live tokens is listed")));
    }
    findings
}
