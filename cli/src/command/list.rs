//! `deplo tokens list`

use crate::args::{Global, List, Status};
use crate::client::model::AccessToken;
use crate::clock::now;
use crate::error::Error;
use crate::exit::Exit;
use crate::output::{Output, say};
use crate::session::Session;
use crate::{table, token_table};
use serde::Serialize;

#[derive(Serialize)]
struct Listed {
    tokens: Vec<AccessToken>,
}

pub(crate) async fn run(global: &Global, args: List, output: &Output) -> Result<Exit, Error> {
    let session = Session::open(global)?;
    let workspace = session.workspace(output).await?;
    let project = args.project.map(|id| id.to_string());
    let project = project.as_deref().map(|id| ("projectId", id));
    let filters: Vec<_> = [Some(("status", name(args.status))), project].into_iter().flatten().collect();
    let limit = args.limit.map_or(usize::MAX, |limit| limit as usize);
    let tokens = session.client.tokens(&workspace, &filters, limit, &output.spinner("Listing tokens")).await?;
    if tokens.is_empty() {
        say(match args.status {
            Status::Active => {
                "No active tokens. `deplo tokens create` makes one; `--status all` shows those of the past."
            }
            _ => "No such tokens.",
        });
    }
    let listed = Listed { tokens };
    output.data(&listed, || match listed.tokens.as_slice() {
        [] => String::new(),
        tokens => token_table::render(tokens, table::width(), now()),
    })?;
    Ok(Exit::Done)
}

const fn name(status: Status) -> &'static str {
    match status {
        Status::Active => "active",
        Status::Expired => "expired",
        Status::Revoked => "revoked",
        Status::All => "all",
    }
}
