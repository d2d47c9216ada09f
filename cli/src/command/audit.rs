//! `deplo audit`

use crate::args::{Audit, Global};
use crate::client::model::AuditEvent;
use crate::error::Error;
use crate::exit::Exit;
use crate::output::{Output, say};
use crate::session::Session;
use crate::table;
use crate::text::plain;
use crate::times::in_utc;
use comfy_table::Cell;
use serde::Serialize;

#[derive(Serialize)]
struct Listed {
    events: Vec<AuditEvent>,
}

pub(crate) async fn run(global: &Global, args: &Audit, output: &Output) -> Result<Exit, Error> {
    let session = Session::open(global)?;
    let workspace = session.workspace(output).await?;
    let limit = args.limit as usize;
    let events = session.client.audit_events(&workspace, limit, &output.spinner("Reading the audit log")).await?;
    if events.len() == limit {
        say(&format!("The newest {limit} events; a higher --limit may show older ones."));
    }
    let listed = Listed { events };
    output.data(&listed, || {
        let headings = ["TIME", "ACTION", "WHAT", "BY", "FROM", "WITH"];
        table::render(&headings, listed.events.iter().map(|event| row(event).map(Cell::new).into()).collect())
    })?;
    Ok(Exit::Done)
}

fn row(event: &AuditEvent) -> [String; 6] {
    let shown = |text: &Option<String>| plain(text.as_deref().unwrap_or("-")).into_owned();
    let what = if event.token_id.is_some() { &event.token_id } else { &event.project_id };
    [
        in_utc(event.at),
        plain(&event.action).into_owned(),
        shown(what),
        plain(&event.actor).into_owned(),
        shown(&event.address),
        shown(&event.user_agent),
    ]
}
