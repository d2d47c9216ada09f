//! Text that others wrote, on a terminal.

use std::borrow::Cow;

/// The text without what would steer the terminal or turn the reading direction of what follows: each such character
/// becomes U+FFFD. Names, user agents and errors come from others.
pub(crate) fn plain(text: &str) -> Cow<'_, str> {
    if text.contains(steers) { text.replace(steers, "\u{fffd}").into() } else { text.into() }
}

/// Control characters, and the explicit formatting characters of UAX #9.
const fn steers(char: char) -> bool {
    matches!(char, '\0'..='\x1f' | '\x7f'..='\u{9f}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2028}' | '\u{2029}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn what_steers_is_shown_and_the_rest_is_left() {
        assert_eq!(plain("a\x1b]0;x\x07\n\u{202e}b"), "a\u{fffd}]0;x\u{fffd}\u{fffd}\u{fffd}b");
        for kept in ["CI Deploy", "部署", "نشر", "👩‍🚀 ship"] {
            assert_eq!(plain(kept), kept);
        }
    }
}
