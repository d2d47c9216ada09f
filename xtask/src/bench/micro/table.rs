//! The figures as people read them.

use super::figures::{BARE, Figures, Spread};
use super::{Machine, ROUNDS, Rules};
use std::fmt::{self, Write as _};

pub(crate) struct Table<'a>(pub(crate) &'a Figures);

/// Words, benchmark and rules of each row.
const ROWS: [(&str, &str, Rules); 19] = [
    ("bare SHA-256 of 40 bytes", "bare/sha256", Rules::Own),
    ("bare HMAC-SHA-256 of 40 bytes", BARE, Rules::Own),
    ("parse header and token", "parse", Rules::Own),
    ("check path", "path", Rules::Own),
    ("match route", "route", Rules::Own),
    ("digest token", "digest", Rules::Own),
    ("decide by memory, 1 token", "memory/1", Rules::Own),
    ("decide by memory, 1,000 tokens", "memory/1000", Rules::Own),
    ("decide by memory, 100,000 tokens", "memory/100000", Rules::Own),
    ("whole decision, 1 token", "decide/1", Rules::Own),
    ("whole decision, 1,000 tokens", "decide/1000", Rules::Own),
    ("whole decision, 100,000 tokens", "decide/100000", Rules::Own),
    ("match route, 10 rules", "route", Rules::Many(10)),
    ("match route, 100 rules", "route", Rules::Many(100)),
    ("match route, 1,000 rules", "route", Rules::Many(1_000)),
    ("whole decision, 10 rules", "decide/1", Rules::Many(10)),
    ("whole decision, 1,000 rules", "decide/1", Rules::Many(1_000)),
    ("the same, 100,000 tokens", "decide/100000", Rules::Many(1_000)),
    ("decode a ledger's answer", "decode", Rules::Own),
];

impl fmt::Display for Table<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let heading = format!("median of {ROUNDS} rounds (quartiles)");
        writeln!(f, "{heading:34}{:22}{:22}{:22}× bare HMAC", "native, ns", "× bare HMAC", "Wasm, ns")?;
        for (words, id, rules) in ROWS {
            let mut row = format!("{words:34}");
            for machine in Machine::BOTH {
                let ns = self.0.ns(id, rules, machine).map_err(|_| fmt::Error)?;
                let times_bare = self.0.times_bare(id, rules, machine).map_err(|_| fmt::Error)?;
                let _ = write!(row, "{:22}{:22}", text(ns, 0), text(times_bare, 2));
            }
            writeln!(f, "{}", row.trim_end())?;
        }
        Ok(())
    }
}

fn text(Spread { lower, median, upper }: Spread, digits: usize) -> String {
    format!("{median:.digits$} ({lower:.digits$}–{upper:.digits$})")
}
