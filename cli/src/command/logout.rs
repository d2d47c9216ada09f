//! `deplo logout`

use super::show_receipt;
use crate::api_url::ApiUrl;
use crate::args::{Global, Logout};
use crate::client::Client;
use crate::client::model::Receipt;
use crate::credentials::{Credentials, Login};
use crate::error::Error;
use crate::exit::Exit;
use crate::output::{Output, say, say_done, warn};
use crate::session::{TOKEN, environment_has_token, named_api_url};
use serde::Serialize;
use std::time::Duration;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SignedOut {
    api_url: Option<ApiUrl>,
    /// Of the revocation, if there was one.
    receipt: Option<Receipt>,
}

pub(crate) async fn run(global: &Global, args: &Logout, output: &Output) -> Result<Exit, Error> {
    let mut credentials = Credentials::load()?;
    let api_url = named_api_url(global)?.or_else(|| credentials.api_url().cloned());
    if environment_has_token() {
        warn(&format!("{TOKEN} is set, and stays in force."));
    }
    let login = api_url.as_ref().and_then(|url| credentials.login(url).map(|login| (url.clone(), login.clone())));
    let Some((api_url, login)) = login else {
        if args.revoke {
            return Err(Error::new(Exit::NotAuthenticated, "nothing is stored, so nothing was revoked")
                .note("`deplo tokens revoke` revokes by id."));
        }
        say("Nothing is stored.");
        output.data(&SignedOut { api_url, receipt: None }, String::new)?;
        return Ok(Exit::Done);
    };
    let receipt = if args.revoke { Some(revoke(&api_url, login, global.timeout.get(), output).await?) } else { None };
    credentials.remove(&api_url)?;
    match &receipt {
        Some(receipt) => show_receipt(receipt),
        None => say("The token itself still works; `deplo logout --revoke` would have ended it."),
    }
    say_done(&format!("Signed out of {api_url}"));
    let exit = if receipt.as_ref().is_some_and(Receipt::is_pending) { Exit::Pending } else { Exit::Done };
    output.data(&SignedOut { api_url: Some(api_url), receipt }, String::new)?;
    Ok(exit)
}

async fn revoke(api_url: &ApiUrl, login: Login, timeout: Duration, output: &Output) -> Result<Receipt, Error> {
    let client = Client::new(api_url, login.token, timeout)?;
    let receipt = client.revoke_own(&output.spinner("Revoking the token")).await;
    receipt.map_err(|why| why.note("Nothing was forgotten; `deplo logout` without --revoke forgets the token."))
}
