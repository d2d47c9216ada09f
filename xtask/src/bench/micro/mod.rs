//! A decision and its parts; the crate `micro` says what is measured.

mod chart;
mod figures;
mod table;

use super::policy;
use crate::edge_build;
use crate::run::{cargo, root, run_quietly, say};
use crate::tools::{self, WASI};
use anyhow::Result;
use figures::{BARE, Figures};
use serde_json::Value;
use std::fs;
use std::path::Path;

/// How often everything is measured, natively and in Wasm in turn, so that a busy machine is busy for all.
const ROUNDS: usize = 21;

/// Where the figures were measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Machine {
    Native,
    /// In Wasm, under Node.
    Wasm,
}

impl Machine {
    const BOTH: [Self; 2] = [Self::Native, Self::Wasm];

    const fn name(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Wasm => "Wasm",
        }
    }

    const fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Native => &[],
            Self::Wasm => &["--target", WASI],
        }
    }
}

/// The rules that the measured programs are built with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rules {
    /// Those of policy.toml.
    Own,
    /// So many.
    Many(usize),
}

impl Rules {
    /// policy.toml last, so that nothing is left behind that was built with another.
    const ALL: [Self; 4] = [Self::Many(10), Self::Many(100), Self::Many(1_000), Self::Own];

    /// Which benchmarks depend on them, as a regular expression.
    fn filter(self) -> String {
        match self {
            Self::Own => ".".into(),
            Self::Many(_) => format!("^({BARE}|route|decide/1|decide/100000)$"),
        }
    }
}

/// Measures natively and in Wasm, prints a table, draws how it grows if it is told where, and returns the figures.
pub(crate) fn run(plots: Option<&Path>) -> Result<Value> {
    tools::check_prerequisites()?;
    tools::ensure_wasi()?;
    tools::ensure_node_modules()?;
    let mut figures = Figures::default();
    for rules in Rules::ALL {
        measure(rules, &mut figures)?;
    }
    print!("{}", table::Table(&figures));
    if let Some(folder) = plots {
        chart::draw(&figures, folder)?;
    }
    figures.to_json()
}

fn measure(rules: Rules, figures: &mut Figures) -> Result<()> {
    let policy = match rules {
        Rules::Own => root().join("policy.toml"),
        Rules::Many(count) => policy::with_rules(count)?,
    };
    let bench = |machine: Machine| {
        let mut bench = cargo(&["bench", "--quiet", "-p", "micro"]);
        bench.args(machine.arguments()).env(edge_build::POLICY, &policy);
        bench
    };
    say(&format!("building with the rules of {}", policy.display()));
    for machine in Machine::BOTH {
        run_quietly(bench(machine).arg("--no-run"))?;
    }
    say(&format!("measuring {ROUNDS} rounds"));
    for _ in 0..ROUNDS {
        for machine in Machine::BOTH {
            let folder = root().join("target/micro").join(machine.name());
            if folder.exists() {
                fs::remove_dir_all(&folder)?;
            }
            let filter = rules.filter();
            run_quietly(bench(machine).args(["--", "--quiet", &filter]).env("CRITERION_HOME", &folder))?;
            figures.add(machine, rules, &folder)?;
        }
    }
    Ok(())
}
