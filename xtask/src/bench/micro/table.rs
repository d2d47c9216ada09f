//! The figures as people read them.

use super::figures::{BARE, Figures, Time};
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
        let heading = format!("quartile of {ROUNDS} rounds (least–median)");
        writeln!(f, "{heading:40}{:>18}{:>8}{:>22}{:>8}", "native, ns", "× bare", "Wasm, ns", "× bare")?;
        for (words, id, rules) in ROWS {
            let mut row = format!("{words:36}");
            for machine in Machine::BOTH {
                let Time { least, quartile, median } = self.0.time(id, rules, machine).map_err(|_| fmt::Error)?;
                let times_bare = self.0.times_bare(id, rules, machine).map_err(|_| fmt::Error)?;
                let time = format!("{quartile:.0} ({least:.0}–{median:.0})");
                let _ = write!(row, "{time:>22}{times_bare:>8.2}");
            }
            writeln!(f, "{row}")?;
        }
        Ok(())
    }
}
