//! What `deplo login` stored: a file that is its owner's alone.

use crate::api_url::ApiUrl;
use crate::error::Error;
use crate::output::warn;
use etcetera::base_strategy::{BaseStrategy, Xdg};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize, Serializer};
use shared::id::WorkspaceId;
use std::collections::BTreeMap;
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// The stored logins, and where they are stored.
pub(crate) struct Credentials {
    path: PathBuf,
    stored: Stored,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Stored {
    /// The API where somebody signed in last.
    api_url: Option<ApiUrl>,
    /// By the API's address: a token is sent nowhere else.
    #[serde(default)]
    logins: BTreeMap<ApiUrl, Login>,
}

/// A token that was checked when it was stored.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Login {
    pub(crate) workspace: WorkspaceId,
    #[serde(serialize_with = "exposed")]
    pub(crate) token: SecretString,
}

impl Credentials {
    /// Reads the file; none is an empty one.
    ///
    /// # Errors
    /// If it is there and cannot be read.
    pub(crate) fn load() -> Result<Self, Error> {
        let config = Xdg::new().map_err(|_| Error::failed("there is no home directory; set HOME"))?.config_dir();
        Self::load_from(config.join("deplo").join("credentials.toml"))
    }

    fn load_from(path: PathBuf) -> Result<Self, Error> {
        let stored = read(&path)?;
        warn_if_open(&path);
        Ok(Self { path, stored })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The API where somebody signed in last.
    pub(crate) const fn api_url(&self) -> Option<&ApiUrl> {
        self.stored.api_url.as_ref()
    }

    pub(crate) fn login(&self, api_url: &ApiUrl) -> Option<&Login> {
        self.stored.logins.get(api_url)
    }

    /// Stores a login, and makes its API the one that is used by default.
    pub(crate) fn add(&mut self, api_url: &ApiUrl, login: Login) -> Result<(), Error> {
        self.read_again()?;
        self.stored.logins.insert(api_url.clone(), login);
        self.stored.api_url = Some(api_url.clone());
        self.save()
    }

    /// Stores another token in the place of the one that was loaded. False: that is not there any more.
    pub(crate) fn replace(&mut self, api_url: &ApiUrl, token: &SecretString) -> Result<bool, Error> {
        let old = self.login(api_url).map(|login| login.token.clone());
        self.read_again()?;
        let is_old = |login: &&mut Login| old.is_some_and(|old| old.expose_secret() == login.token.expose_secret());
        let Some(login) = self.stored.logins.get_mut(api_url).filter(is_old) else { return Ok(false) };
        login.token = token.clone();
        self.save().map(|()| true)
    }

    /// Forgets a login.
    pub(crate) fn remove(&mut self, api_url: &ApiUrl) -> Result<(), Error> {
        self.read_again()?;
        self.stored.logins.remove(api_url);
        // Nobody wants the next command to go to another API without having said so.
        self.stored.api_url.take_if(|last| last == api_url);
        self.save()
    }

    /// Somebody may have signed in or out while this program waited for a person or the network.
    fn read_again(&mut self) -> Result<(), Error> {
        self.stored = read(&self.path)?;
        Ok(())
    }

    /// Writes all of it or nothing, so that a full disk loses no login.
    fn save(&self) -> Result<(), Error> {
        let written = || -> std::io::Result<()> {
            create_private(self.path.parent().unwrap_or(Path::new(".")))?;
            // The file itself, if it is a link to one.
            let path = self.path.canonicalize().unwrap_or_else(|_| self.path.clone());
            // Made for its owner alone (mode 0600), before a secret is in it.
            let mut file = NamedTempFile::new_in(path.parent().unwrap_or(Path::new(".")))?;
            file.write_all(toml::to_string(&self.stored).map_err(std::io::Error::other)?.as_bytes())?;
            file.as_file().sync_all()?;
            file.persist(path)?;
            Ok(())
        };
        written().map_err(|why| Error::failed(format!("{} cannot be written: {why}", self.path.display())))
    }
}

fn read(path: &Path) -> Result<Stored, Error> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(why) if matches!(why.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(Stored::default());
        }
        Err(why) => return Err(Error::failed(format!("{} cannot be read: {why}", path.display()))),
    };
    // The parser's own message would show the line, and with it the token.
    toml::from_str(&text).map_err(|_| {
        Error::failed(format!("{} is not as `deplo login` writes it", path.display()))
            .note("Remove it and sign in again.")
    })
}

fn exposed<S: Serializer>(token: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(token.expose_secret())
}

#[cfg(unix)]
fn create_private(directory: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(directory)
}

#[cfg(not(unix))]
fn create_private(directory: &Path) -> std::io::Result<()> {
    fs::create_dir_all(directory)
}

/// Others who can read the file have the token.
#[cfg(unix)]
fn warn_if_open(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let Ok(mode) = fs::metadata(path).map(|metadata| metadata.permissions().mode() & 0o777) else { return };
    if mode & 0o077 != 0 {
        let shown = path.display();
        warn(&format!(
            "others on this machine can get at the token in {shown} (mode {mode:04o}). Run `chmod 600 {shown}`, and rotate \
             the token if they may have."
        ));
    }
}

#[cfg(not(unix))]
const fn warn_if_open(_: &Path) {}

#[cfg(test)]
mod tests {
    use super::{ApiUrl, Credentials, Login};
    use secrecy::ExposeSecret;
    use std::fs;
    use std::path::PathBuf;

    fn file() -> (tempfile::TempDir, PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("deplo").join("credentials.toml");
        (directory, path)
    }

    fn login(token: &str) -> Login {
        Login { workspace: "ws_a".parse().unwrap(), token: token.to_owned().into() }
    }

    #[test]
    fn a_login_is_of_one_api_and_the_last_one_is_the_default() {
        let (_directory, path) = file();
        let [a, b] =
            ["https://a.example.com", "https://b.example.com"].map(|url| ApiUrl::try_from(url.to_owned()).unwrap());
        let mut credentials = Credentials::load_from(path.clone()).unwrap();
        credentials.add(&a, login("of a")).unwrap();
        credentials.add(&b, login("of b")).unwrap();
        let mut credentials = Credentials::load_from(path.clone()).unwrap();
        let token = |credentials: &Credentials, url| credentials.login(url).map(|l| l.token.expose_secret().to_owned());
        assert_eq!(token(&credentials, &a).as_deref(), Some("of a"));
        assert_eq!(credentials.api_url(), Some(&b));
        credentials.remove(&b).unwrap();
        let credentials = Credentials::load_from(path).unwrap();
        assert_eq!((token(&credentials, &b), credentials.api_url()), (None, None));
        assert!(credentials.login(&a).is_some());
    }

    #[cfg(unix)]
    #[test]
    fn the_file_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt;
        let (_directory, path) = file();
        let url = ApiUrl::try_from("https://a.example.com".to_owned()).unwrap();
        Credentials::load_from(path.clone()).unwrap().add(&url, login("x")).unwrap();
        let mode = |path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(path.as_path()), mode(path.parent().unwrap())), (0o600, 0o700));
    }

    #[test]
    fn a_broken_file_is_named_and_not_quoted() {
        let (_directory, path) = file();
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, "token = secret").unwrap();
        let why = Credentials::load_from(path.clone()).map(|_| ()).unwrap_err().to_string();
        assert!(why.contains(&path.display().to_string()) && !why.contains("secret"), "{why}");
    }
}
