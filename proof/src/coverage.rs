//! What happened in a run, counted, so that a simulation in which nothing happens is noticed.

use std::fmt;
use std::ops::AddAssign;

macro_rules! counters {
    ($($name:ident: $text:literal,)*) => {
        /// How often everything happened.
        #[derive(Debug, Clone, Copy, Default)]
        pub struct Coverage {
            $(#[doc = $text] pub $name: u64,)*
        }

        impl AddAssign for Coverage {
            fn add_assign(&mut self, other: Self) {
                $(self.$name += other.$name;)*
            }
        }

        impl fmt::Display for Coverage {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let counts = [$(($text, self.$name)),*];
                let texts: Vec<_> = counts.iter().map(|(text, count)| format!("{count} {text}")).collect();
                f.write_str(&texts.join(", "))
            }
        }
    };
}

counters! {
    actions: "actions",
    decisions: "decisions",
    by_memory: "by memory",
    admissions: "admissions",
    refusals: "refusals",
    releases: "answers released",
    withheld: "answers withheld",
    unknown: "unknown tokens",
    unavailable: "times 503",
    creates: "creates",
    announced: "announced creates",
    edits: "edits",
    revocations: "revocations",
    effective: "changes effective",
    stale: "answers of replaced instances",
    take_overs: "take-overs",
    flushed: "unconfirmed writes that became durable",
    isolates_lost: "isolates lost",
    strangers: "strangers that evict",
    crashes: "control plane crashes",
    restored: "backups restored",
    conflicts: "conflicts",
    republished: "republishes",
    lost: "messages lost",
    repeated: "messages repeated",
    reordered: "messages overtaken",
    clock_steps: "clock steps",
    crowds: "crowds",
}
