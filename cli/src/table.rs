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
    table.column_iter_mut().for_each(|column| {
        column.set_padding((0, GAP));
    });
    let lines: Vec<_> = table.lines().map(|line| line.trim_end().to_owned()).collect();
    lines.join("\n")
}

/// Columns of the terminal that standard output is; none if it is something else.
pub(crate) fn width() -> Option<usize> {
    Table::new().width().map(usize::from)
}
