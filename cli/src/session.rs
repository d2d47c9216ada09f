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
    source: Source,
    workspace: Option<WorkspaceId>,
}

/// Where the token comes from.
enum Source {
    Environment,
    Stored(Credentials),
}

impl Session {
    /// Out of flags, environment and what `deplo login` stored, in this order.
    ///
    /// # Errors
    /// If there is no address or no token.
    pub(crate) fn open(global: &Global) -> Result<Self, Error> {
        let (named, token, workspace) = (named_api_url(global)?, token_of_environment()?, workspace(global)?);
        let session = |api_url: ApiUrl, token, source, workspace| {
            let client = Client::new(&api_url, token, global.timeout.get())?;
            Ok(Self { client, api_url, source, workspace })
        };
        let (named, token) = match (named, token) {
            // Nothing stored is needed, so a home that cannot be read is no obstacle.
            (Some(api_url), Some(token)) => return session(api_url, token, Source::Environment, workspace),
            other => other,
        };
        let credentials = Credentials::load()?;
        let api_url = named.map_or_else(|| last_api_url(&credentials), Ok)?;
        match (token, credentials.login(&api_url).cloned()) {
            (Some(token), _) => session(api_url, token, Source::Environment, workspace),
            (None, Some(login)) => {
                let workspace = workspace.or(Some(login.workspace));
                session(api_url, login.token, Source::Stored(credentials), workspace)
            }
            (None, None) => Err(not_signed_in(&api_url)),
        }
    }

    /// Where the token comes from: `DEPLO_TOKEN`, or the file.
    pub(crate) fn source(&self) -> String {
        match &self.source {
            Source::Environment => TOKEN.into(),
            Source::Stored(credentials) => credentials.path().display().to_string(),
        }
    }

    /// Goes on with the token that has replaced the one in use; words about that.
    ///
    /// # Errors
    /// If it cannot be stored.
    pub(crate) fn follow(&mut self, token: &SecretString) -> Result<String, Error> {
        Ok(match &mut self.source {
            Source::Environment => format!("{TOKEN} held the token that was replaced: set it to the new one."),
            Source::Stored(credentials) => match credentials.replace(&self.api_url, token)? {
                true => "It was the token in use; the new one is stored in its place.".into(),
                false => {
                    "It was the token in use; the new one is not stored, since somebody signed in or out meanwhile."
                        .into()
                }
            },
        })
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

/// The address of the API that was named.
pub(crate) fn named_api_url(global: &Global) -> Result<Option<ApiUrl>, Error> {
    global.api_url.as_deref().filter(|text| !text.is_empty()).map(ApiUrl::read).transpose()
}

/// The address of the API of the last login.
pub(crate) fn last_api_url(credentials: &Credentials) -> Result<ApiUrl, Error> {
    let none = || {
        Error::usage("no API address is known")
            .note("Set DEPLO_API_URL, give --api-url, or sign in with `deplo login`.")
    };
    credentials.api_url().cloned().ok_or_else(none)
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

/// Whether there is a token in the environment, usable or not.
pub(crate) fn environment_has_token() -> bool {
    env::var_os(TOKEN).is_some_and(|token| !token.is_empty())
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
        format!("{source} holds no access token: that is one word of letters, digits and underscores"),
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
