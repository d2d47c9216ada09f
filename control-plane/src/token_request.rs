//! What a token should be, new or changed: checked and trimmed before anything is looked up.

use crate::openapi::schema;
use crate::times;
use serde::{Deserialize, Deserializer, Serialize};
use shared::id::ProjectId;
use shared::problem::FieldError;
use shared::scope::{Scope, ScopeSet};
use shared::timestamp::Timestamp;
use unicode_width::UnicodeWidthStr;
use utoipa::ToSchema;

/// Longest name in characters.
const NAME_MAX: usize = 100;

/// The body of a create, as it is sent.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = AccessTokenRequest)]
pub struct RawTokenRequest {
    /// What people call it. A missing one is refused like an empty one.
    #[serde(default)]
    #[schema(required, min_length = 1, max_length = 100, examples("CI Deploy"))]
    pub name: String,
    /// What it may do. Missing ones are refused like an empty list.
    #[serde(default)]
    #[schema(required, schema_with = schema::scopes)]
    pub scopes: Vec<String>,
    /// The one project that it covers.
    #[serde(default)]
    #[schema(pattern = "^proj_[A-Za-z0-9]+$", max_length = 64)]
    pub project_id: Option<String>,
    /// When it expires; none: never.
    #[serde(default)]
    #[schema(schema_with = schema::expiry)]
    pub expires_at: Option<String>,
}

/// A create whose fields are fine by themselves.
#[derive(Debug, Clone)]
pub struct TokenRequest {
    /// What people call it.
    pub name: String,
    /// What it may do.
    pub scopes: ScopeSet,
    /// The one project that it covers.
    pub project_id: Option<String>,
    /// When it expires; none: never.
    pub expires_at: Option<Timestamp>,
}

impl RawTokenRequest {
    /// Checks every field.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn check(self, now: Timestamp) -> Result<TokenRequest, Vec<FieldError>> {
        let mut errors = Vec::new();
        let name = note(&mut errors, "/name", check_name(&self.name));
        let scopes = note(&mut errors, "/scopes", check_scopes(&self.scopes));
        let project_id = note(&mut errors, "/projectId", check_project(self.project_id));
        let expires_at = note(&mut errors, "/expiresAt", check_expiry(self.expires_at.as_deref(), now));
        match (name, scopes, project_id, expires_at) {
            (Some(name), Some(scopes), Some(project_id), Some(expires_at)) => {
                Ok(TokenRequest { name, scopes, project_id, expires_at })
            }
            _ => Err(errors),
        }
    }
}

/// The body of a change, as it is sent: what is missing stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = AccessTokenChange)]
pub(crate) struct RawTokenChange {
    /// What people call it.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = String, min_length = 1, max_length = 100, examples("CI Deploy"))]
    name: Option<Option<String>>,
    /// What it may do.
    #[serde(default, deserialize_with = "present")]
    #[schema(schema_with = schema::scopes)]
    scopes: Option<Option<Vec<String>>>,
    /// `null` means: never.
    #[serde(default, deserialize_with = "present")]
    #[schema(schema_with = schema::expiry)]
    expires_at: Option<Option<String>>,
}

/// A change whose fields are fine by themselves.
#[derive(Debug, Clone)]
pub(crate) struct TokenChange {
    pub(crate) name: Option<String>,
    pub(crate) scopes: Option<ScopeSet>,
    pub(crate) expires_at: Option<Option<Timestamp>>,
}

impl RawTokenChange {
    /// Checks every field.
    ///
    /// # Errors
    /// Every field that is wrong. Only the expiry can be taken away, so elsewhere `null` is as wrong as nothing.
    pub(crate) fn check(self, now: Timestamp) -> Result<TokenChange, Vec<FieldError>> {
        let mut errors = Vec::new();
        let name = self.name.map(|name| check_name(&name.unwrap_or_default()));
        let scopes = self.scopes.map(|scopes| check_scopes(&scopes.unwrap_or_default()));
        let expires_at = self.expires_at.map(|text| check_expiry(text.as_deref(), now));
        let change = TokenChange {
            name: name.and_then(|name| note(&mut errors, "/name", name)),
            scopes: scopes.and_then(|scopes| note(&mut errors, "/scopes", scopes)),
            expires_at: expires_at.and_then(|at| note(&mut errors, "/expiresAt", at)),
        };
        if errors.is_empty() { Ok(change) } else { Err(errors) }
    }
}

/// Tells a field that is `null` from one that is missing.
fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

fn note<T>(errors: &mut Vec<FieldError>, pointer: &str, checked: Result<T, String>) -> Option<T> {
    checked.map_err(|detail| errors.push(FieldError { pointer: pointer.into(), detail })).ok()
}

/// A name without the white space around it: 1 to 100 characters, of which one at least is seen, and none a control
/// character or one that turns the direction of the text around it.
pub(crate) fn check_name(name: &str) -> Result<String, String> {
    let name = name.trim();
    match name.chars().count() {
        0 => Err("a name needs at least one character".into()),
        length if length > NAME_MAX => Err(format!("a name has at most {NAME_MAX} characters; this has {length}")),
        _ if name.chars().any(char::is_control) => Err("a name has no control characters".into()),
        _ if name.chars().any(turns_direction) => {
            Err("a name has no characters that turn the direction of text; letters have their own".into())
        }
        _ if name.width() == 0 => Err("a name needs at least one character that is seen".into()),
        _ => Ok(name.into()),
    }
}

/// The characters with which text says by itself in which direction it runs (Unicode's `Bidi_Control`). In a name they
/// can make one look like another.
const fn turns_direction(char: char) -> bool {
    matches!(char, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn check_scopes(names: &[String]) -> Result<ScopeSet, String> {
    if names.is_empty() {
        return Err("a token needs at least one of `deploy`, `read`, `delete`, `admin`".into());
    }
    let scopes = names.iter().map(|name| name.parse::<Scope>().map_err(|why| format!("`{name}`: {why}")));
    scopes.collect()
}

/// An id that can be one: what is no text for the database is not looked up.
fn check_project(id: Option<String>) -> Result<Option<String>, String> {
    match id.as_deref().map(str::parse::<ProjectId>) {
        Some(Err(why)) => Err(why.to_string()),
        _ => Ok(id),
    }
}

fn check_expiry(text: Option<&str>, now: Timestamp) -> Result<Option<Timestamp>, String> {
    let Some(text) = text else { return Ok(None) };
    match times::parse(text) {
        None => Err("expected RFC 3339 such as `2026-12-31T12:00:00Z`, or a date such as `2026-12-31`".into()),
        Some(at) if at <= now => Err(format!("{} is in the past", times::format(at))),
        Some(at) => Ok(Some(at)),
    }
}
