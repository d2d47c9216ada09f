//! What the worker is told by its secrets, vars and bindings; read once per isolate.

use shared::assertion::Asserter;
use shared::keyring::{self, Keyring};
use shared::limits::{LEASE_MS_DEFAULT, LEASE_MS_MAX};
use shared::token::TokenPrefix;
use std::cell::OnceCell;
use std::rc::Rc;
use wasm_bindgen::JsValue;

/// Everything that a request needs besides itself.
pub(crate) struct Settings {
    pub(crate) prefix: TokenPrefix,
    pub(crate) peppers: Keyring,
    pub(crate) publish_keys: Keyring,
    pub(crate) asserter: Asserter,
    /// Where platform routes are answered, without a slash at the end; a text of JavaScript.
    pub(crate) origin_url: JsValue,
    /// Where control-plane routes are answered, likewise.
    pub(crate) control_plane_url: JsValue,
    pub(crate) kv: JsValue,
    /// Namespace of the ledger objects.
    pub(crate) ledgers: JsValue,
}

thread_local! {
    static SETTINGS: OnceCell<Rc<Settings>> = const { OnceCell::new() };
}

impl Settings {
    /// The isolate's settings; read out of `env` by the first request.
    ///
    /// # Errors
    /// Which setting cannot be used, and how to set it. For the log only.
    pub(crate) fn get(env: &JsValue) -> Result<Rc<Self>, String> {
        SETTINGS.with(|cell| match cell.get() {
            Some(settings) => Ok(Rc::clone(settings)),
            None => Self::read(env).map(|settings| Rc::clone(cell.get_or_init(|| Rc::new(settings)))),
        })
    }

    fn read(env: &JsValue) -> Result<Self, String> {
        let origin_url = url(env, "ORIGIN_URL")?;
        let asserter = Asserter::new(&keyring(env, "ASSERTION_KEY")?, &origin_url).map_err(|why| why.to_string())?;
        // Only ledgers use it, but whoever mistypes it should hear of it at once.
        lease_ms(env)?;
        Ok(Self {
            prefix: prefix(env)?,
            peppers: keyring(env, "TOKEN_PEPPER")?,
            publish_keys: publish_keys(env)?,
            asserter,
            origin_url: origin_url.into(),
            control_plane_url: control_plane_url(env)?.into(),
            kv: binding(env, "TOKENS")?,
            ledgers: binding(env, "LEDGER")?,
        })
    }
}

/// `LEASE_MS` in milliseconds. Only the ledger uses it.
///
/// # Errors
/// If it is set and no length of a lease.
pub(crate) fn lease_ms(env: &JsValue) -> Result<u64, String> {
    let Some(text) = text(env, "LEASE_MS") else { return Ok(LEASE_MS_DEFAULT) };
    let lease_ms = text.parse().ok().filter(|lease_ms| *lease_ms <= LEASE_MS_MAX);
    lease_ms.ok_or_else(|| format!("LEASE_MS must be a number of milliseconds from 0 to {LEASE_MS_MAX}."))
}

/// Keys of the calls between edge and control plane.
///
/// # Errors
/// If they cannot be used.
pub(crate) fn publish_keys(env: &JsValue) -> Result<Keyring, String> {
    keyring(env, "PUBLISH_KEY")
}

/// Where control-plane routes are answered, without a slash at the end.
///
/// # Errors
/// If it is not set or cannot be used.
pub(crate) fn control_plane_url(env: &JsValue) -> Result<String, String> {
    url(env, "CONTROL_PLANE_URL")
}

fn keyring(env: &JsValue, name: &str) -> Result<Keyring, String> {
    text(env, name).unwrap_or_default().parse().map_err(|why| keyring::advice(name, why))
}

fn prefix(env: &JsValue) -> Result<TokenPrefix, String> {
    match text(env, "TOKEN_PREFIX") {
        Some(text) => TokenPrefix::new(&text).map_err(|why| format!("TOKEN_PREFIX cannot be used: {why}.")),
        None => Ok(TokenPrefix::default()),
    }
}

fn url(env: &JsValue, name: &str) -> Result<String, String> {
    let text = text(env, name).unwrap_or_default();
    let url = text.trim_end_matches('/');
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).unwrap_or_default();
    if host.is_empty() || host.contains(['?', '#', '@']) {
        return Err(format!(
            "{name} must be an http or https URL without query; set it under [vars] in wrangler.toml."
        ));
    }
    Ok(url.into())
}

fn binding(env: &JsValue, name: &str) -> Result<JsValue, String> {
    get(env, name).ok_or_else(|| format!("The binding {name} is missing; see wrangler.toml."))
}

fn text(env: &JsValue, name: &str) -> Option<String> {
    get(env, name)?.as_string()
}

fn get(env: &JsValue, name: &str) -> Option<JsValue> {
    js_sys::Reflect::get(env, &JsValue::from(name)).ok().filter(|value| !value.is_undefined())
}
