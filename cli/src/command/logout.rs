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

/// What became of the token.
enum End {
    /// It was only forgotten.
    None,
    Revoked(Receipt),
    /// Nobody answered its revocation, and it is refused since.
    Refused,
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
    let end = if args.revoke { revoke(&api_url, login, global.timeout.get(), output).await? } else { End::None };
    credentials.remove(&api_url)?;
    match &end {
        End::None => say("The token itself still works; `deplo logout --revoke` would have ended it."),
        End::Revoked(receipt) => show_receipt(receipt),
        End::Refused => {
            warn("The answer was lost on the way, and the token is refused now: most likely it is revoked.")
        }
    }
    say_done(&format!("Signed out of {api_url}"));
    let (exit, receipt) = match end {
        End::None => (Exit::Done, None),
        End::Revoked(receipt) => (if receipt.is_pending() { Exit::Pending } else { Exit::Done }, Some(receipt)),
        End::Refused => (Exit::Pending, None),
    };
    output.data(&SignedOut { api_url: Some(api_url), receipt }, String::new)?;
    Ok(exit)
}

async fn revoke(api_url: &ApiUrl, login: Login, timeout: Duration, output: &Output) -> Result<End, Error> {
    let client = Client::new(api_url, login.token, timeout)?;
    match client.revoke_own(&output.spinner("Revoking the token")).await {
        Ok(receipt) => Ok(End::Revoked(receipt)),
        Err(why) if why.may_have_ended_caller() => Ok(End::Refused),
        Err(why) => {
            Err(why.into_error().note("Nothing was forgotten; `deplo logout` without --revoke forgets the token."))
        }
    }
}
