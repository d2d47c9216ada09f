//! `deplo tokens rotate`

use super::{settled, show_once, show_receipt, summary};
use crate::args::{Global, Rotate};
use crate::client::{Client, Created, Unconfirmed};
use crate::clock::now;
use crate::error::Error;
use crate::exit::Exit;
use crate::output::{Output, say, warn};
use crate::session::{Session, no_workspace};
use crate::times::in_full;
use jiff::tz::TimeZone;
use shared::id::WorkspaceId;
use std::time::Duration;

/// For how long the token in use still works if it is to end at once: a request whose answer was lost is repeated with it.
/// It is revoked as soon as its successor has arrived.
const OWN_GRACE: Duration = Duration::from_secs(60);

pub(crate) async fn run(global: &Global, args: Rotate, output: &Output) -> Result<Exit, Error> {
    let mut session = Session::open(global)?;
    let own = session.client.own(&output.spinner("Looking up whose token is used")).await?;
    let workspace = session.named_workspace().cloned().or(own.workspace).ok_or_else(no_workspace)?;
    let (id, wanted) = (args.id.as_str(), Duration::from_secs(args.grace.whole_seconds()));
    let is_own = own.view.id == id;
    let ends_own = is_own && wanted.is_zero();
    let grace = if ends_own { OWN_GRACE } else { wanted };
    let rotated = session.client.rotate(&workspace, id, grace.as_secs(), &output.spinner("Rotating the token")).await;
    let rotated = rotated.map_err(|failed| if ends_own { note_grace(failed, id) } else { failed.why })?;
    // Before anything can go wrong with showing it: the stored one is dead, or will be soon.
    let followed = if is_own { session.follow(&rotated.token).map(Some) } else { Ok(None) };
    let old = in_words(id, &rotated, grace);
    show_once(&rotated, "Token rotated", output).map_err(|why| if ends_own { why.note(&old) } else { why })?;
    say(&format!("  {}", summary(&rotated.view)));
    let ended = if ends_own {
        end_replaced(&session.client.with_token(rotated.token.clone()), &workspace, id, &rotated, output).await
    } else {
        say(&format!("  {old}"));
        Exit::Done
    };
    say("  Keep the new one where secrets are kept: it cannot be shown again.");
    if let Some(words) = followed? {
        warn(&words);
    }
    let settled = settled(&rotated);
    Ok(if ended == Exit::Done { settled } else { ended })
}

/// What the rotation has made of the old token.
fn in_words(id: &str, rotated: &Created, grace: Duration) -> String {
    match (grace.is_zero(), rotated.is_effective) {
        (true, true) => format!("{id} is refused everywhere."),
        (true, false) => format!("{id} is replaced."),
        (false, _) => format!("{id} still works until {}.", end_of_grace(rotated, grace)),
    }
}

/// When it ends: with its own expiry, which the new one has too, if that is earlier.
fn end_of_grace(rotated: &Created, grace: Duration) -> String {
    let until = rotated.made_at.saturating_add(grace).unwrap_or(rotated.made_at);
    let until = rotated.view.expires_at.map_or(until, |end| end.min(until));
    in_full(until, now(), &TimeZone::system())
}

/// Whoever must do something with the token in use has not much time.
fn note_grace(failed: Unconfirmed, id: &str) -> Error {
    match failed.may_be_done {
        true => failed.why.note(format!(
            "{id} is the token in use, and ends a minute after it was replaced: do that before, or with another token."
        )),
        false => failed.why,
    }
}

/// Revokes what was replaced, by its successor: whoever has revoked itself cannot ask again. 9 unless the whole edge
/// refuses it.
async fn end_replaced(
    successor: &Client,
    workspace: &WorkspaceId,
    id: &str,
    rotated: &Created,
    output: &Output,
) -> Exit {
    let revoked = successor.revoke(workspace, &[id.into()], &output.spinner("Revoking the old token")).await;
    let why = match revoked.as_deref() {
        Ok([receipt]) if receipt.is_revoked() => {
            say(&format!("  {id} is refused everywhere."));
            return Exit::Done;
        }
        Ok([receipt]) if receipt.is_pending() => {
            show_receipt(receipt);
            return Exit::Pending;
        }
        Ok(_) => format!("{id} was not revoked"),
        Err(failed) if failed.may_be_done => format!("it is not known whether {id} is revoked: {}", failed.why.what()),
        Err(failed) => format!("{id} could not be revoked: {}", failed.why.what()),
    };
    warn(&why);
    say(&format!("  By itself it ends at {}.", end_of_grace(rotated, OWN_GRACE)));
    Exit::Pending
}
