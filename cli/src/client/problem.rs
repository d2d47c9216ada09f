//! Errors of the API, as a person can act on them.

use crate::error::Error;
use crate::exit::Exit;
use crate::text::plain;
use serde::Deserialize;

/// An answer that is an error (RFC 9457).
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Problem {
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    detail: String,
    request_id: Option<String>,
    #[serde(default)]
    errors: Vec<FieldError>,
    limit: Option<u64>,
    used: Option<u64>,
}

#[derive(Debug, Deserialize)]
struct FieldError {
    pointer: String,
    detail: String,
}

impl FieldError {
    /// `name: is empty`
    fn in_words(&self) -> String {
        format!("{}: {}", plain(self.pointer.trim_start_matches('/')), plain(&self.detail))
    }
}

impl Problem {
    /// The problem with its fields and what to do, a line each.
    pub(crate) fn into_error(self, status: u16) -> Error {
        let slug = self.kind.rsplit('/').next().unwrap_or_default();
        let detail = if self.detail.is_empty() { &self.title } else { &self.detail };
        let mut error = match self.errors.as_slice() {
            [field] => Error::new(exit(status), field.in_words()),
            fields => {
                fields.iter().fold(Error::new(exit(status), plain(detail)), |error, field| error.note(field.in_words()))
            }
        };
        if let (Some(used), Some(limit)) = (self.used, self.limit) {
            error = error.note(format!("{used} of the plan's {limit} tokens are in use."));
        }
        if let Some(advice) = advice(slug) {
            error = error.note(advice);
        }
        match self.request_id.filter(|_| status >= 500) {
            Some(id) => error.note(format!("The request's id, for whoever looks into it: {}", plain(&id))),
            None => error,
        }
    }
}

const fn exit(status: u16) -> Exit {
    match status {
        401 => Exit::NotAuthenticated,
        403 => Exit::Forbidden,
        404 => Exit::NotFound,
        413 | 415 | 422 => Exit::Usage,
        429 => Exit::RateLimited,
        502..=504 => Exit::Pending,
        _ => Exit::Failed,
    }
}

fn advice(slug: &str) -> Option<&'static str> {
    match slug {
        "invalid-token" => Some("Set DEPLO_TOKEN to a valid token, or store one with `deplo login`."),
        "insufficient-scope" => Some("`deplo whoami` shows what the token may do."),
        "no-such-route" => Some("Check --api-url: is it the address of the API itself?"),
        "plan-limit-reached" => {
            Some("Revoke a token that nobody needs (`deplo tokens list`), or ask for a larger plan.")
        }
        "not-found" => Some("`deplo tokens list --status all` shows what is there."),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::Problem;
    use crate::exit::Exit;
    use serde_json::json;

    fn error(status: u16, problem: serde_json::Value) -> (Exit, String) {
        let error = serde_json::from_value::<Problem>(problem).unwrap().into_error(status);
        (error.exit(), error.to_string())
    }

    #[test]
    fn a_problem_says_what_is_wrong_where_and_what_to_do() {
        let fields =
            json!([{"pointer": "/name", "detail": "is empty"}, {"pointer": "/scopes", "detail": "are missing"}]);
        let problem = json!({"type": "https://deplo.sh/problems/validation-failed", "title": "T", "detail": "Two are wrong.",
            "errors": fields});
        assert_eq!(
            error(422, problem),
            (Exit::Usage, "Two are wrong.\n  name: is empty\n  scopes: are missing".into())
        );
        let problem = json!({"detail": "/name: is empty", "errors": [{"pointer": "/name", "detail": "is empty"}]});
        assert_eq!(error(422, problem).1, "name: is empty");
        let problem = json!({"type": "x/plan-limit-reached", "detail": "Full.", "used": 5, "limit": 5});
        let (exit, words) = error(403, problem);
        assert_eq!(exit, Exit::Forbidden);
        assert!(words.contains("5 of the plan's 5 tokens") && words.contains("Revoke a token"), "{words}");
    }

    #[test]
    fn words_of_the_server_cannot_steer_the_terminal() {
        assert_eq!(error(404, json!({"detail": "a\u{1b}[31mb"})).1, "a\u{fffd}[31mb");
    }
}
