//! `deplo tokens create`

use super::{settled, show_once, summary};
use crate::args::{Create, Global};
use crate::client::model::AccessTokenRequest;
use crate::clock::now;
use crate::error::Error;
use crate::exit::Exit;
use crate::output::{Output, say};
use crate::session::Session;
use crate::times::{Expiry, in_full};
use jiff::tz::TimeZone;
use shared::scope::{Scope, ScopeSet};

pub(crate) async fn run(global: &Global, args: Create, output: &Output) -> Result<Exit, Error> {
    let expiry = args.expires.as_deref().map(|text| Expiry::parse(text, now())).transpose();
    let expiry = expiry.map_err(|why| Error::usage(format!("--expires {why}")))?;
    let session = Session::open(global)?;
    let workspace = session.workspace(output).await?;
    let request = AccessTokenRequest {
        name: args.name,
        scopes: args.scopes.into_iter().collect::<ScopeSet>().iter().map(Scope::name).collect(),
        project_id: args.project.map(|id| id.to_string()),
        expires_at: expiry.map(|expiry| expiry.sent),
    };
    let created = session.client.create(&workspace, &request, &output.spinner("Creating the token")).await?;
    show_once(&created, "Token created", output)?;
    say(&format!("  {}", summary(&created.view)));
    say(&match created.view.expires_at {
        Some(at) => format!("  Expires {}.", in_full(at, now(), &TimeZone::system())),
        None => "  Never expires.".into(),
    });
    say("  Keep it where secrets are kept: it cannot be shown again.");
    Ok(settled(&created))
}
