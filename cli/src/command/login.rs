//! `deplo login`

use super::summary;
use super::whoami::Identity;
use crate::api_url::ApiUrl;
use crate::args::Global;
use crate::client::Client;
use crate::credentials::{Credentials, Login};
use crate::error::Error;
use crate::exit::Exit;
use crate::input;
use crate::output::{Output, say, say_done, warn};
use crate::session::{TOKEN, check_token, environment_has_token, last_api_url, named_api_url, no_workspace, workspace};
use secrecy::SecretString;
use std::io::IsTerminal;

/// Longest input that is read for a token, in bytes.
const INPUT_MAX: u64 = 64 * 1024;

pub(crate) async fn run(global: &Global, output: &Output) -> Result<Exit, Error> {
    let mut credentials = Credentials::load()?;
    let (api_url, wanted) = (ask_api_url(global, &credentials, output)?, workspace(global)?);
    let token = read_token(output).await?;
    let client = Client::new(&api_url, token.clone(), global.timeout.get())?;
    let own = client.own(&output.spinner("Checking the token")).await?;
    let workspace = match (own.workspace, wanted) {
        (Some(own), Some(wanted)) if own != wanted => {
            return Err(Error::new(Exit::Forbidden, format!("the token belongs to {own} and not to {wanted}"))
                .note("Nothing was stored."));
        }
        (own, wanted) => own.or(wanted).ok_or_else(no_workspace)?,
    };
    credentials.add(&api_url, Login { workspace: workspace.clone(), token })?;
    let source = credentials.path().display().to_string();
    say_done(&format!("Signed in to {api_url}, {workspace}, with {}", summary(&own.view)));
    say(&format!("  Stored in {source}, which others cannot read."));
    if environment_has_token() {
        warn(&format!("{TOKEN} is set, and goes before what is stored."));
    }
    let identity = Identity { api_url, workspace_id: workspace, access_token: own.view, source };
    output.data(&identity, String::new)?;
    Ok(Exit::Done)
}

/// The named address, or the one of last time, or what somebody types.
fn ask_api_url(global: &Global, credentials: &Credentials, output: &Output) -> Result<ApiUrl, Error> {
    match named_api_url(global)? {
        Some(url) => Ok(url),
        None if credentials.api_url().is_none() && output.may_ask() => {
            ApiUrl::read(&output.text("Address of the API:", "https://api.example.com")?)
        }
        None => last_api_url(credentials),
    }
}

/// From a prompt, or from standard input if that is no terminal; never from an argument.
async fn read_token(output: &Output) -> Result<SecretString, Error> {
    let text = match std::io::stdin().is_terminal() {
        true if output.may_ask() => output.password("Access token:")?,
        true => {
            return Err(
                Error::usage("nobody can be asked here").note("Write the token to standard input: deplo login < file")
            );
        }
        false => input::read(INPUT_MAX).await?,
    };
    check_token(text.trim().to_owned(), "what was read")
}
