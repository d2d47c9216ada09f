//! The table as text: one block for all requests that are answered alike, whoever asks.

use super::place::METHODS;
use std::fmt::Write;

/// What one request is answered, by caller.
pub struct Row {
    pub method: &'static str,
    pub place: String,
    /// In the callers' order.
    pub outcomes: Vec<(String, String)>,
}

/// Rows of the same outcomes are one block, in which the methods of a place share a line.
pub fn text(rows: &[Row]) -> String {
    let mut text = String::new();
    for outcomes in distinct(rows.iter().map(|row| &row.outcomes)) {
        let alike: Vec<_> = rows.iter().filter(|row| row.outcomes == *outcomes).collect();
        text.push('\n');
        for place in distinct(alike.iter().map(|row| &row.place)) {
            let methods: Vec<_> = alike.iter().filter(|row| row.place == *place).map(|row| row.method).collect();
            let methods = if methods.len() == METHODS.len() { "any method".into() } else { methods.join(" ") };
            writeln!(text, "{methods} {place}").unwrap();
        }
        for outcome in distinct(outcomes.iter().map(|(_, outcome)| outcome)) {
            let callers = outcomes.iter().filter(|(_, its)| its == outcome).map(|(caller, _)| caller.as_str());
            let callers: Vec<_> = callers.collect();
            writeln!(text, "  {outcome}").unwrap();
            if callers.len() == outcomes.len() {
                writeln!(text, "      everybody").unwrap();
            } else if callers.len() > outcomes.len() / 2 && outcome != "allowed" {
                writeln!(text, "      everybody else").unwrap();
            } else {
                write_wrapped(&mut text, &callers);
            }
        }
    }
    text
}

fn distinct<'a, T: PartialEq>(all: impl Iterator<Item = &'a T>) -> Vec<&'a T> {
    let mut seen = Vec::new();
    for one in all {
        if !seen.contains(&one) {
            seen.push(one);
        }
    }
    seen
}

/// Callers between semicolons, on lines of at most 120 characters.
fn write_wrapped(text: &mut String, callers: &[&str]) {
    let mut line = String::new();
    for caller in callers {
        if line.len() + caller.len() > 110 {
            writeln!(text, "      {line};").unwrap();
            line.clear();
        }
        let between = if line.is_empty() { "" } else { "; " };
        line = format!("{line}{between}{caller}");
    }
    writeln!(text, "      {line}").unwrap();
}
