//! Which API is called, with whose token, for which workspace.

use crate::api_url::ApiUrl;
use crate::args::Global;
use crate::client::Client;
use crate::credentials::Credentials;
use crate::error::Error;
use crate::exit::Exit;
use crate::output::Output;
use secrecy::SecretString;
use shared::id::WorkspaceId;
use std::env;

/// Where a token can stand in the environment.
pub(crate) const TOKEN: &str = "DEPLO_TOKEN";

/// What every call needs.
pub(crate) struct Session {
    pub(crate) client: Client,
    pub(crate) api_url: ApiUrl,
    /// `DEPLO_TOKEN`, or the file.
    pub(crate) source: String,
    workspace: Option<WorkspaceId>,
}

impl Session {
    /// Out of flags, environment and what `deplo login` stored, in this order.
    ///
    /// # Errors
    /// If there is no address or no token.
    pub(crate) fn open(global: &Global) -> Result<Self, Error> {
        let credentials = Credentials::load()?;
        let api_url = api_url(global, &credentials)?;
        let wanted = workspace(global)?;
        let (token, source, stored) = match (token_of_environment()?, credentials.login(&api_url)) {
            (Some(token), _) => (token, TOKEN.into(), None),
            (None, Some(login)) => {
                let path = credentials.path().display().to_string();
                (login.token.clone(), path, Some(login.workspace.clone()))
            }
            (None, None) => return Err(not_signed_in(&api_url)),
        };
        let client = Client::new(&api_url, token)?;
        Ok(Self { client, api_url, source, workspace: wanted.or(stored) })
    }

    /// The workspace that was named, here or at `deplo login`.
    pub(crate) const fn named_workspace(&self) -> Option<&WorkspaceId> {
        self.workspace.as_ref()
    }

    /// The workspace that was named, or else the token's own, which the API knows.
    pub(crate) async fn workspace(&self, output: &Output) -> Result<WorkspaceId, Error> {
        if let Some(workspace) = &self.workspace {
            return Ok(workspace.clone());
        }
        let own = self.client.own(&output.spinner("Looking up the token's workspace")).await?;
        own.workspace.ok_or_else(no_workspace)
    }
}

/// The address of the API.
pub(crate) fn api_url(global: &Global, credentials: &Credentials) -> Result<ApiUrl, Error> {
    match global.api_url.as_deref().filter(|text| !text.is_empty()) {
        Some(text) => ApiUrl::read(text),
        None => credentials.api_url().cloned().ok_or_else(|| {
            Error::usage("no API address is known")
                .note("Set DEPLO_API_URL, give --api-url, or sign in with `deplo login`.")
        }),
    }
}

/// The workspace that was named.
pub(crate) fn workspace(global: &Global) -> Result<Option<WorkspaceId>, Error> {
    let text = global.workspace.as_deref().filter(|text| !text.is_empty());
    text.map(str::parse).transpose().map_err(|why| Error::usage(format!("--workspace: {why}")))
}

/// That the API does not say whose token it is.
pub(crate) fn no_workspace() -> Error {
    Error::usage("the API does not say which workspace the token belongs to")
        .note("Give --workspace, or set DEPLO_WORKSPACE.")
}

fn token_of_environment() -> Result<Option<SecretString>, Error> {
    match env::var(TOKEN).map(|token| token.trim().to_owned()) {
        Ok(token) if token.is_empty() => Ok(None),
        Ok(token) => check_token(token, TOKEN).map(Some),
        Err(env::VarError::NotPresent) => Ok(None),
        Err(env::VarError::NotUnicode(_)) => Err(unusable(TOKEN)),
    }
}

/// A token that a header can carry; whether it is a good one, the API says.
pub(crate) fn check_token(token: String, source: &str) -> Result<SecretString, Error> {
    let is_one_word = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
    if is_one_word { Ok(token.into()) } else { Err(unusable(source)) }
}

fn unusable(source: &str) -> Error {
    Error::new(
        Exit::NotAuthenticated,
        format!("{source} holds no access token: that is one word of letters and digits"),
    )
}

fn not_signed_in(api_url: &ApiUrl) -> Error {
    Error::new(Exit::NotAuthenticated, format!("there is no token for {api_url}"))
        .note("Set DEPLO_TOKEN, or store one with `deplo login`.")
}

#[cfg(test)]
mod tests {
    use super::check_token;

    #[test]
    fn a_token_is_one_word() {
        assert!(check_token("sk_x".into(), "it").is_ok());
        for bad in ["", "a b", "a\nb", "ä"] {
            assert!(check_token(bad.into(), "it").is_err(), "{bad:?}");
        }
    }
}
