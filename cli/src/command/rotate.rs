//! `deplo tokens rotate`

use super::{settled, show_once, summary};
use crate::args::{Global, Rotate};
use crate::clock::now;
use crate::error::Error;
use crate::exit::Exit;
use crate::output::{Output, say};
use crate::session::Session;
use crate::times::in_full;
use jiff::tz::TimeZone;

pub(crate) async fn run(global: &Global, args: Rotate, output: &Output) -> Result<Exit, Error> {
    let session = Session::open(global)?;
    let workspace = session.workspace(output).await?;
    let (id, grace) = (args.id.as_str(), args.grace.get());
    let rotated = session.client.rotate(&workspace, id, grace, &output.spinner("Rotating the token")).await?;
    show_once(&rotated, "Token rotated", output)?;
    say(&format!("  {}", summary(&rotated.view)));
    say(&match (grace.is_zero(), rotated.is_effective) {
        (true, true) => format!("  {id} is refused everywhere."),
        (true, false) => format!("  {id} is replaced."),
        (false, _) => {
            // The time of the commit is the new token's; an old expiry that is earlier goes before.
            let until = rotated.view.created_at.saturating_add(grace).unwrap_or(rotated.view.created_at);
            let until = rotated.view.expires_at.map_or(until, |end| end.min(until));
            format!("  {id} still works until {}.", in_full(until, now(), &TimeZone::system()))
        }
    });
    say("  Keep the new one where secrets are kept: it cannot be shown again.");
    Ok(settled(&rotated))
}
