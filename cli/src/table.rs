//! Tables for people.

use anstream::{AutoStream, ColorChoice};
use comfy_table::{Attribute, Cell, ContentArrangement, Table, presets};
use std::io;

/// Space between columns.
pub(crate) const GAP: u16 = 2;

/// Rows under bold headings, as wide as they are; no lines.
pub(crate) fn render(headings: &[&str], rows: Vec<Vec<Cell>>) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(headings.iter().map(|heading| Cell::new(heading).add_attribute(Attribute::Bold)));
    table.add_rows(rows);
    match AutoStream::choice(&io::stdout()) {
        ColorChoice::Never => table.force_no_tty(),
        _ => table.enforce_styling(),
    };
    let last = headings.len().saturating_sub(1);
    for (place, column) in table.column_iter_mut().enumerate() {
        // Behind the last one a gap could wrap: in a styled cell it is no space at the line's end.
        column.set_padding((0, if place == last { 0 } else { GAP }));
    }
    let lines: Vec<_> = table.lines().map(|line| line.trim_end().to_owned()).collect();
    lines.join("\n")
}

/// Columns of the terminal that standard output is; none if it is something else.
pub(crate) fn width() -> Option<usize> {
    Table::new().width().map(usize::from)
}
