//! Text that others wrote, on a terminal.

use std::borrow::Cow;

/// So many characters of what may be a token are shown, as in lists: `sk_live_` and four.
const SHOWN_LEN: usize = 12;

/// Characters of a token without its prefix.
const SECRET_LEN_MIN: usize = 32;

/// The text without what would steer the terminal or turn the reading direction of what follows: each such character
/// becomes U+FFFD. Names, user agents and errors come from others.
pub(crate) fn plain(text: &str) -> Cow<'_, str> {
    if text.contains(steers) { text.replace(steers, "\u{fffd}").into() } else { text.into() }
}

/// The beginning of something that may be a token: somebody may have pasted one.
pub(crate) fn shortened(text: &str) -> String {
    let beginning: String = text.chars().take(SHOWN_LEN).collect();
    let end = if beginning.len() < text.len() { "…" } else { "" };
    format!("{}{end}", plain(&beginning))
}

/// The parts of a text that could be tokens by their characters.
pub(crate) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|char: char| !char.is_ascii_alphanumeric() && char != '_')
}

/// Whether it could be a token: long, of a token's characters, and nothing that is known to be public.
pub(crate) fn may_be_secret(text: &str) -> bool {
    let is_public = ["tok_", "proj_", "ws_"].iter().any(|prefix| text.starts_with(prefix));
    text.len() >= SECRET_LEN_MIN && !is_public && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Control characters, and the explicit formatting characters of UAX #9.
const fn steers(char: char) -> bool {
    matches!(char, '\0'..='\x1f' | '\x7f'..='\u{9f}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2028}' | '\u{2029}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::{may_be_secret, plain, shortened};

    #[test]
    fn what_steers_is_shown_and_the_rest_is_left() {
        assert_eq!(plain("a\x1b]0;x\x07\n\u{202e}b"), "a\u{fffd}]0;x\u{fffd}\u{fffd}\u{fffd}b");
        let token = format!("sk_live_{}", "x".repeat(32));
        assert_eq!(shortened(&token), "sk_live_xxxx…");
        assert!(may_be_secret(&token) && !may_be_secret("tok_01m886mb617p6szjqazkawqaha0000000"));
        for kept in ["CI Deploy", "部署", "نشر", "👩‍🚀 ship"] {
            assert_eq!(plain(kept), kept);
        }
    }
}
