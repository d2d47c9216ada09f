//! `deplo tokens revoke`

use super::show_receipt;
use crate::args::{Global, Revoke};
use crate::client::model::{AccessToken, Receipt};
use crate::client::{Client, Unconfirmed};
use crate::clock::now;
use crate::error::Error;
use crate::exit::Exit;
use crate::input;
use crate::output::{Output, say, say_error, warn};
use crate::session::Session;
use crate::spinner::Spinner;
use crate::text::{plain, shortened};
use crate::times::{or_never, relative};
use serde::Serialize;
use shared::id::{TokenId, WorkspaceId};
use std::collections::BTreeSet;
use std::io::{self, IsTerminal};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// In place of ids: they are on standard input.
const STDIN: &str = "-";

/// Longest input that is read for ids, in bytes: about two million of them.
const INPUT_MAX: u64 = 64 * 1024 * 1024;

/// So many tokens are shown with their names before somebody is asked.
const SHOWN_MAX: usize = 20;

/// Pause before the edge is waited for again; the API itself waits some seconds before it says "pending".
const ASK_AGAIN: Duration = Duration::from_millis(500);

#[derive(Serialize)]
struct Revoked<'a> {
    receipts: &'a [Receipt],
}

pub(crate) async fn run(global: &Global, args: Revoke, output: &Output) -> Result<Exit, Error> {
    let ids = check_ids(gather(&args.ids).await?)?;
    check_consent(&args, output)?;
    let session = Session::open(global)?;
    let workspace = session.workspace(output).await?;
    if !args.yes && !confirm(&session.client, &workspace, &ids, output).await? {
        return Err(Error::failed("nothing was revoked"));
    }
    let (receipts, failed) = revoke_all(&session.client, &workspace, &ids, args.wait.get(), output).await;
    receipts.iter().for_each(show_receipt);
    let concluded = conclude(&ids, &receipts, failed);
    output.data(&Revoked { receipts: &receipts }, String::new).and(concluded)
}

/// What was named, and what is on standard input.
async fn gather(arguments: &[String]) -> Result<Vec<String>, Error> {
    let mut texts = arguments.to_vec();
    if texts.iter().any(|text| text == STDIN) {
        if io::stdin().is_terminal() {
            say("Type ids; Ctrl-D on a line of its own ends them.");
        }
        let text = input::read(INPUT_MAX).await?;
        texts.retain(|text| text != STDIN);
        texts.extend(text.split_whitespace().map(String::from));
    }
    Ok(texts)
}

/// The ids, each once, in their order.
fn check_ids(mut texts: Vec<String>) -> Result<Vec<String>, Error> {
    if texts.is_empty() {
        return Err(Error::usage("there are no ids on standard input; nothing was revoked"));
    }
    let wrong: Vec<_> = texts.iter().filter(|text| text.parse::<TokenId>().is_err()).collect();
    if !wrong.is_empty() {
        let wrong: Vec<_> = wrong.into_iter().map(|text| shortened(text)).collect();
        return Err(Error::usage(format!("no token ids: {}; nothing was revoked", wrong.join(", ")))
            .note("An id starts with tok_; `deplo tokens list` shows them."));
    }
    let mut seen = BTreeSet::new();
    texts.retain(|text| seen.insert(text.clone()));
    Ok(texts)
}

fn check_consent(args: &Revoke, output: &Output) -> Result<(), Error> {
    let can_ask = output.may_ask() && !args.ids.iter().any(|id| id == STDIN);
    if args.yes || can_ask {
        return Ok(());
    }
    Err(Error::usage("nobody can be asked here; nothing was revoked").note("Give --yes to revoke without being asked."))
}

async fn confirm(client: &Client, workspace: &WorkspaceId, ids: &[String], output: &Output) -> Result<bool, Error> {
    for id in ids.iter().take(SHOWN_MAX) {
        let spinner = output.spinner("Looking up what would be revoked");
        let token = client.token(workspace, id, &spinner).await;
        drop(spinner);
        match token {
            Ok(token) => say(&describe(&token)),
            Err(why) if why.exit() == Exit::NotFound => warn(&format!("{id} is not there")),
            Err(why) => return Err(why),
        }
    }
    if ids.len() > SHOWN_MAX {
        say(&format!("  and {} more", ids.len() - SHOWN_MAX));
    }
    let question = match ids.len() {
        1 => "Revoke this token? Whoever uses it is refused at once.".into(),
        many => format!("Revoke these {many} tokens? Whoever uses them is refused at once."),
    };
    output.confirm(&question)
}

fn describe(token: &AccessToken) -> String {
    let used = or_never(token.last_used_at, |at| relative(at, now()));
    format!("  {} \"{}\", last used: {used}, {}", token.id, plain(&token.name), token.status)
}

/// Receipts of what was answered, and why the rest was not.
async fn revoke_all(
    client: &Client,
    workspace: &WorkspaceId,
    ids: &[String],
    wait: Duration,
    output: &Output,
) -> (Vec<Receipt>, Option<Unconfirmed>) {
    let spinner = output.spinner("Revoking, and waiting until the whole edge refuses");
    let mut receipts = Vec::new();
    for part in Client::revocable_parts(ids) {
        match client.revoke(workspace, part, &spinner).await {
            Ok(part) => receipts.extend(part),
            Err(why) => return (receipts, Some(why)),
        }
    }
    await_edge(client, workspace, &mut receipts, wait, &spinner).await;
    (receipts, None)
}

/// Asks again for what is pending, until the whole edge refuses it or the time is over.
async fn await_edge(
    client: &Client,
    workspace: &WorkspaceId,
    receipts: &mut [Receipt],
    wait: Duration,
    spinner: &Spinner,
) {
    let deadline = Instant::now() + wait;
    loop {
        let pending: Vec<_> = receipts.iter().filter(|receipt| receipt.is_pending()).map(|it| it.id.clone()).collect();
        if pending.is_empty() || Instant::now() >= deadline {
            return;
        }
        spinner.say(&format!("Waiting until the whole edge refuses {} of {}", pending.len(), receipts.len()));
        sleep(ASK_AGAIN).await;
        let part = Client::revocable_parts(&pending).next().unwrap_or_default();
        // They are revoked in any case; what cannot be learnt stays pending.
        let Ok(Ok(newer)) = tokio::time::timeout_at(deadline, client.revoke(workspace, part, spinner)).await else {
            return;
        };
        for newer in newer {
            if let Some(receipt) = receipts.iter_mut().find(|receipt| receipt.id == newer.id) {
                *receipt = newer;
            }
        }
    }
}

/// 0 only if the whole edge refuses everything that was to be revoked.
fn conclude(ids: &[String], receipts: &[Receipt], failed: Option<Unconfirmed>) -> Result<Exit, Error> {
    let count = |is: fn(&Receipt) -> bool| receipts.iter().filter(|receipt| is(receipt)).count();
    let (revoked, pending) = (count(Receipt::is_revoked), count(Receipt::is_pending));
    let missing = ids.len().saturating_sub(revoked + pending);
    match (revoked, pending, failed) {
        (0, 0, Some(failed)) => Err(unconfirmed_error(failed)),
        (_, _, Some(failed)) => {
            say_error(&failed.why);
            Err(Error::new(
                Exit::PartlyDone,
                format!("{missing} of {} were not revoked, as far as is known", ids.len()),
            )
            .note("Run this again: repeating it does no harm."))
        }
        (_, 0, None) if missing == 0 => Ok(Exit::Done),
        (_, _, None) if missing == 0 => Err(pending_error(pending, ids.len())),
        (0, 0, None) => Err(Error::new(Exit::NotFound, "nothing was revoked, since there is nothing of that id")
            .note("`deplo tokens list --status all` shows what is there.")),
        (..) => Err(Error::new(Exit::PartlyDone, format!("{missing} of {} were not revoked", ids.len()))),
    }
}

fn unconfirmed_error(failed: Unconfirmed) -> Error {
    let (may_be_done, may_have_ended_caller) = (failed.may_be_done, failed.may_have_ended_caller());
    let error = failed.into_error();
    match (may_be_done, may_have_ended_caller) {
        (true, true) => error
            .note("If the token in use was to be revoked itself, it most likely is.")
            .note("See with another token: `deplo tokens list --status all`. Repeating this does no harm."),
        (true, false) => error.note("Run this again: repeating it does no harm."),
        (false, _) => error,
    }
}

fn pending_error(pending: usize, of: usize) -> Error {
    Error::new(Exit::Pending, format!("{pending} of {of} revoked, and not yet refused everywhere"))
        .note("The edge is told as soon as it can be reached. Run this again to wait for it.")
}

#[cfg(test)]
mod tests {
    use super::{Receipt, Unconfirmed, check_ids, conclude};
    use crate::error::Error;
    use crate::exit::Exit;

    fn conclusion(statuses: &[&str], failed: Option<(Exit, bool)>) -> Exit {
        let ids: Vec<_> = (0..3).map(|number| format!("tok_{number}")).collect();
        let receipt = |(id, status): (&String, &&str)| Receipt {
            id: id.clone(),
            status: (*status).into(),
            revoked_at: None,
            effective_at: None,
            version: None,
        };
        let receipts: Vec<_> = ids.iter().zip(statuses).map(receipt).collect();
        let failed = failed.map(|(exit, may_be_done)| Unconfirmed { why: Error::new(exit, "x"), may_be_done });
        conclude(&ids, &receipts, failed).unwrap_or_else(|why| why.exit())
    }

    #[test]
    fn zero_means_that_all_of_it_is_refused_everywhere() {
        for (statuses, failed, exit) in [
            (&["revoked", "revoked", "revoked"][..], None, Exit::Done),
            (&["revoked", "pending", "revoked"], None, Exit::Pending),
            (&["revoked", "not-found", "revoked"], None, Exit::PartlyDone),
            (&["pending", "not-found", "pending"], None, Exit::PartlyDone),
            (&["not-found", "not-found", "not-found"], None, Exit::NotFound),
            (&[], Some((Exit::NotAuthenticated, false)), Exit::NotAuthenticated),
            (&[], Some((Exit::NotAuthenticated, true)), Exit::Pending),
            (&[], Some((Exit::RateLimited, true)), Exit::Pending),
            (&[], Some((Exit::Failed, true)), Exit::Failed),
            (&[], Some((Exit::Pending, true)), Exit::Pending),
            (&["revoked"], Some((Exit::Pending, true)), Exit::PartlyDone),
            (&["revoked", "something new", "revoked"], None, Exit::PartlyDone),
        ] {
            assert_eq!(conclusion(statuses, failed), exit, "{statuses:?} {failed:?}");
        }
    }

    #[test]
    fn ids_are_checked_before_anything_is_sent_and_a_token_is_not_repeated() {
        let ids = |texts: &[&str]| check_ids(texts.iter().map(|&text| text.into()).collect());
        assert_eq!(ids(&["tok_b", "tok_a", "tok_b"]).unwrap(), ["tok_b", "tok_a"]);
        let pasted = format!("sk_live_{}", "x".repeat(32));
        let why = ids(&["tok_a", &pasted]).unwrap_err().to_string();
        assert!(why.contains("sk_live_xxxx…") && !why.contains(&pasted), "{why}");
    }
}
