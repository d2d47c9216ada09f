//! The list of tokens as a table that fits its terminal. Names give way, ids never.

use crate::client::model::AccessToken;
use crate::table;
use crate::text::plain;
use crate::times::{or_never, relative_short};
use comfy_table::{Attribute, Cell, Color};
use jiff::Timestamp;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// A name is not cut below so many columns; the line is longer than the terminal then.
const NAME_MIN: usize = 10;

/// The table, at most `width` columns wide where that is possible.
pub(crate) fn render(tokens: &[AccessToken], width: Option<usize>, now: Timestamp) -> String {
    let mut columns =
        Columns { prefix: true, project: tokens.iter().any(|token| token.project_id.is_some()), tall: false };
    let mut room = width.map(|width| width.saturating_sub(columns.width_without_names(tokens, now)));
    // The id names a token too, and scopes can stand below each other.
    for give_way in [|columns: &mut Columns| columns.prefix = false, |columns: &mut Columns| columns.tall = true] {
        if room.is_some_and(|room| room < NAME_MIN) {
            give_way(&mut columns);
            room = width.map(|width| width.saturating_sub(columns.width_without_names(tokens, now)));
        }
    }
    let name_width = room.map_or(usize::MAX, |room| room.max(NAME_MIN));
    let rows = tokens.iter().map(|token| {
        let texts = columns.texts(token, &shortened(&plain(&token.name), name_width), now);
        texts.into_iter().map(|(heading, text)| cell(heading, text)).collect()
    });
    table::render(&columns.headings(), rows.collect())
}

/// Which columns there are.
struct Columns {
    prefix: bool,
    project: bool,
    /// Whether scopes stand below each other.
    tall: bool,
}

impl Columns {
    fn texts(&self, token: &AccessToken, name: &str, now: Timestamp) -> Vec<(&'static str, String)> {
        let prefix = self.prefix.then(|| ("PREFIX", plain(&token.prefix).into_owned()));
        let project = self.project.then(|| ("PROJECT", token.project_id.clone().unwrap_or_else(|| "all".into())));
        let used = or_never(token.last_used_at, |at| relative_short(at, now));
        let expires = or_never(token.ends_at(), |at| relative_short(at, now));
        let columns = [
            Some(("ID", token.id.clone())),
            prefix,
            Some(("NAME", name.into())),
            Some(("SCOPES", token.scopes.join(if self.tall { "\n" } else { "," }))),
            project,
            Some(("LAST USED", used)),
            Some(("EXPIRES", expires)),
            Some(("STATUS", if token.superseded_by.is_some() { "replaced".into() } else { token.status.clone() })),
        ];
        columns.into_iter().flatten().collect()
    }

    fn headings(&self) -> Vec<&'static str> {
        let all = ["ID", "PREFIX", "NAME", "SCOPES", "PROJECT", "LAST USED", "EXPIRES", "STATUS"];
        let is_there = |heading: &&str| match *heading {
            "PREFIX" => self.prefix,
            "PROJECT" => self.project,
            _ => true,
        };
        all.into_iter().filter(is_there).collect()
    }

    /// What every column but the names needs, the gaps included.
    fn width_without_names(&self, tokens: &[AccessToken], now: Timestamp) -> usize {
        let mut widths: Vec<_> = self.headings().iter().map(|heading| heading.width()).collect();
        for token in tokens {
            for (width, (_, text)) in widths.iter_mut().zip(self.texts(token, "", now)) {
                *width = text.lines().map(UnicodeWidthStr::width).max().unwrap_or_default().max(*width);
            }
        }
        let names = "NAME".width();
        widths.iter().sum::<usize>() + (widths.len() - 1) * usize::from(table::GAP) - names
    }
}

/// The text, cut at the end if it is wider than `width` columns; what is read as one character stays whole.
fn shortened(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.into();
    }
    let mut cut = String::new();
    for grapheme in text.graphemes(true) {
        if cut.width() + grapheme.width() >= width {
            break;
        }
        cut.push_str(grapheme);
    }
    cut + "…"
}

fn cell(heading: &str, text: String) -> Cell {
    let color = match (heading, text.as_str()) {
        ("STATUS", "active") => Some(Color::Green),
        ("STATUS", "pending" | "replaced") => Some(Color::Yellow),
        ("STATUS", "revoked") => Some(Color::Red),
        _ => None,
    };
    let cell = Cell::new(text);
    match (heading, color) {
        (_, Some(color)) => cell.fg(color),
        ("ID" | "PREFIX", None) => cell.add_attribute(Attribute::Dim),
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    use super::{render, shortened};
    use crate::client::model::AccessToken;
    use jiff::Timestamp;
    use unicode_width::UnicodeWidthStr;

    const ID: &str = "tok_01m886mb617p6szjqazkawqaha";

    fn token(name: &str, scopes: &[&str]) -> AccessToken {
        AccessToken {
            id: ID.into(),
            name: name.into(),
            prefix: "sk_live_AbCd…".into(),
            scopes: scopes.iter().map(|&scope| scope.into()).collect(),
            project_id: None,
            created_at: Timestamp::UNIX_EPOCH,
            created_by: "operator".into(),
            expires_at: None,
            last_used_at: None,
            revoked_at: None,
            status: "active".into(),
            superseded_by: None,
            grace_ends_at: None,
        }
    }

    fn widest(table: &str) -> usize {
        table.lines().map(UnicodeWidthStr::width).max().unwrap()
    }

    #[test]
    fn a_table_fits_and_keeps_every_id_whole() {
        let names = [
            "CI Deploy",
            "每晚部署到生产环境的持续集成流水线",
            "نشر التطبيق إلى الإنتاج كل ليلة",
            "👩‍🚀🚀 ship it to the moon and back",
        ];
        let tokens: Vec<_> = names.iter().map(|name| token(name, &["deploy", "read", "delete", "admin"])).collect();
        for width in [80, 100, 120, 200] {
            let table = render(&tokens, Some(width), Timestamp::UNIX_EPOCH);
            assert!(widest(&table) <= width, "{width}:\n{table}");
            assert_eq!(table.matches(ID).count(), 4, "{table}");
        }
        let whole = render(&tokens, None, Timestamp::UNIX_EPOCH);
        assert!(names.iter().all(|name| whole.contains(name)), "{whole}");
    }

    #[test]
    fn columns_stay_below_each_other_whatever_is_in_them() {
        let tokens =
            [token("CI", &["deploy"]), token("部署", &["read"]), token("نشر", &["read"]), token("🚀", &["admin"])];
        let table = render(&tokens, Some(100), Timestamp::UNIX_EPOCH);
        let starts = table.lines().map(|line| {
            let before = line.find("never").or_else(|| line.find("LAST")).map(|at| line.split_at(at).0);
            before.unwrap_or_else(|| panic!("{table}")).width()
        });
        let starts: Vec<_> = starts.collect();
        assert!(starts.iter().all(|start| *start == starts[0]), "{starts:?}\n{table}");
    }

    #[test]
    fn a_replaced_token_expires_when_its_grace_ends() {
        let hours = |hours: i64| Some(Timestamp::from_second(hours * 3_600).unwrap());
        let replaced = AccessToken {
            superseded_by: Some(ID.into()),
            grace_ends_at: hours(2),
            expires_at: hours(48),
            ..token("CI", &["deploy"])
        };
        let table = render(&[replaced], None, Timestamp::UNIX_EPOCH);
        assert!(table.contains("in 2h") && table.contains("replaced"), "{table}");
    }

    #[test]
    fn a_name_is_cut_by_columns_and_not_by_characters() {
        assert_eq!(shortened("部署部署", 8), "部署部署");
        assert_eq!(shortened("部署部署", 7), "部署部…");
        assert_eq!(shortened("部署部署", 6), "部署…");
        assert_eq!(shortened("abc", 2), "a…");
        assert_eq!(shortened(&"❤️".repeat(20), 12), "❤️❤️❤️❤️❤️…");
        assert_eq!(shortened("👩‍🚀👩‍🚀", 3), "👩‍🚀…");
    }
}
