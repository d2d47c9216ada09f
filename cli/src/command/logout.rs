//! `deplo logout`

use crate::api_url::ApiUrl;
use crate::args::{Global, Logout};
use crate::client::Client;
use crate::client::model::Receipt;
use crate::credentials::{Credentials, Login};
use crate::error::Error;
use crate::exit::Exit;
use crate::output::{Output, say, say_done, warn};
use crate::session::api_url;
use crate::times::since;
use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SignedOut {
    api_url: ApiUrl,
    /// Of the revocation, if there was one.
    receipt: Option<Receipt>,
}

pub(crate) async fn run(global: &Global, args: &Logout, output: &Output) -> Result<Exit, Error> {
    let mut credentials = Credentials::load()?;
    let api_url = api_url(global, &credentials)?;
    let Some(login) = credentials.login(&api_url).cloned() else {
        say(&format!("Nothing is stored for {api_url}."));
        output.data(&SignedOut { api_url, receipt: None }, String::new)?;
        return Ok(Exit::Done);
    };
    let receipt = if args.revoke { revoke(&api_url, login, output).await? } else { None };
    credentials.remove(&api_url)?;
    let exit = match &receipt {
        Some(receipt) => show(receipt),
        None => {
            if !args.revoke {
                say("The token itself still works; `deplo logout --revoke` would have ended it.");
            }
            Exit::Done
        }
    };
    say_done(&format!("Signed out of {api_url}"));
    output.data(&SignedOut { api_url, receipt }, String::new)?;
    Ok(exit)
}

/// The receipt; none if the token was dead already.
async fn revoke(api_url: &ApiUrl, login: Login, output: &Output) -> Result<Option<Receipt>, Error> {
    let client = Client::new(api_url, login.token)?;
    match client.revoke_own(&output.spinner("Revoking the token")).await {
        Ok(receipt) => Ok(Some(receipt)),
        Err(why) if why.exit() == Exit::NotAuthenticated => {
            say("The token was not valid any more.");
            Ok(None)
        }
        Err(why) => Err(why.note("You are still signed in, so that you can try again.")),
    }
}

fn show(receipt: &Receipt) -> Exit {
    match receipt.effective_at {
        Some(at) => {
            say_done(&format!("{} refused everywhere since {}", receipt.id, since(at, crate::clock::now())));
            Exit::Done
        }
        None => {
            warn(&format!(
                "{} is revoked, and part of the edge may not know yet; it is told as soon as possible.",
                receipt.id
            ));
            Exit::Pending
        }
    }
}
