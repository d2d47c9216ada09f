//! `deplo whoami`

use crate::api_url::ApiUrl;
use crate::args::Global;
use crate::client::model::AccessToken;
use crate::clock::now;
use crate::error::Error;
use crate::exit::Exit;
use crate::output::Output;
use crate::session::{Session, no_workspace};
use crate::text::plain;
use crate::times::{in_full, or_never, relative};
use jiff::tz::TimeZone;
use serde::Serialize;
use shared::id::WorkspaceId;

/// Whose token it is.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Identity {
    pub(super) api_url: ApiUrl,
    pub(super) workspace_id: WorkspaceId,
    pub(super) access_token: AccessToken,
    /// Where the token comes from: `DEPLO_TOKEN`, or a file.
    pub(super) source: String,
}

pub(crate) async fn run(global: &Global, output: &Output) -> Result<Exit, Error> {
    let session = Session::open(global)?;
    let own = session.client.own(&output.spinner("Asking whose token it is")).await?;
    let workspace_id = own.workspace.or_else(|| session.named_workspace().cloned()).ok_or_else(no_workspace)?;
    let (source, api_url) = (session.source(), session.api_url);
    let identity = Identity { api_url, workspace_id, access_token: own.view, source };
    output.data(&identity, || identity.in_words())?;
    Ok(Exit::Done)
}

impl Identity {
    fn in_words(&self) -> String {
        let token = &self.access_token;
        let project = token.project_id.as_deref().unwrap_or("all projects");
        let replaced = if token.superseded_by.is_some() { " (replaced by another one)" } else { "" };
        let expires = or_never(token.ends_at(), |at| in_full(at, now(), &TimeZone::system())) + replaced;
        let used = or_never(token.last_used_at, |at| relative(at, now()));
        [
            ("token", format!("\"{}\" ({}, {})", plain(&token.name), token.id, plain(&token.prefix))),
            ("scopes", token.scopes.join(", ")),
            ("workspace", self.workspace_id.to_string()),
            ("project", project.into()),
            ("expires", expires),
            ("last used", used),
            ("API", self.api_url.to_string()),
            ("from", self.source.clone()),
        ]
        .map(|(name, value)| format!("{name:<11}{value}"))
        .join("\n")
    }
}
