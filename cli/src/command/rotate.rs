//! `deplo tokens rotate`

use super::{settled, show_once, summary};
use crate::args::{Global, Rotate};
use crate::clock::now;
use crate::error::Error;
use crate::exit::Exit;
use crate::output::{Output, say, warn};
use crate::session::Session;
use crate::times::in_full;
use jiff::tz::TimeZone;
use std::time::Duration;

pub(crate) async fn run(global: &Global, args: Rotate, output: &Output) -> Result<Exit, Error> {
    let mut session = Session::open(global)?;
    let workspace = session.workspace(output).await?;
    let (id, grace) = (args.id.as_str(), Duration::from_secs(args.grace.whole_seconds()));
    let rotated = session.client.rotate(&workspace, id, grace.as_secs(), &output.spinner("Rotating the token")).await?;
    // Before anything can go wrong with showing it: the stored one is dead.
    let followed = if rotated.view.created_by == id { session.follow(&rotated.token).map(Some) } else { Ok(None) };
    show_once(&rotated, "Token rotated", output)?;
    say(&format!("  {}", summary(&rotated.view)));
    say(&match (grace.is_zero(), rotated.is_effective) {
        (true, true) => format!("  {id} is refused everywhere."),
        (true, false) => format!("  {id} is replaced."),
        (false, _) => {
            // It ends with its own expiry, which the new one has too, if that is earlier.
            let until = rotated.made_at.saturating_add(grace).unwrap_or(rotated.made_at);
            let until = rotated.view.expires_at.map_or(until, |end| end.min(until));
            format!("  {id} still works until {}.", in_full(until, now(), &TimeZone::system()))
        }
    });
    say("  Keep the new one where secrets are kept: it cannot be shown again.");
    if let Some(words) = followed? {
        warn(&words);
    }
    Ok(settled(&rotated))
}
