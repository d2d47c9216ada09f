//! Runs worlds over leases and traffic, prints what they came to, and draws it.

use clap::Parser;
use serde_json::json;
use simulation::{Settings, Shape, charts, report, sweep};
use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Simulates many workspaces all over the world, with the real ledgers and isolates: what leases cost, and how long
/// revocations take. Writes the README's charts.
#[derive(Debug, Parser)]
struct Arguments {
    #[command(flatten)]
    shape: Shape,
    /// Leases (`LEASE_MS`), in milliseconds.
    #[arg(long, value_name = "MS,…", value_delimiter = ',', default_value = "0,1000,5000,30000")]
    leases_ms: Vec<u64>,
    /// Requests per second, all over the world.
    #[arg(long, value_name = "N,…", value_delimiter = ',', default_value = "100,1000,10000,100000,1000000")]
    requests_per_s: Vec<f64>,
    /// Print everything as JSON.
    #[arg(long)]
    json: bool,
    /// Write the charts into this folder.
    #[arg(long, value_name = "FOLDER", default_value = "docs")]
    charts: PathBuf,
}

fn main() -> ExitCode {
    match simulate(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("simulation: {why}");
            ExitCode::FAILURE
        }
    }
}

fn simulate(arguments: &Arguments) -> Result<(), String> {
    let Arguments { shape, leases_ms, requests_per_s, .. } = arguments;
    let by_traffic = run("traffic", &sweep::by_traffic(shape, leases_ms, requests_per_s))?;
    let by_isolates = run("isolates", &sweep::by_isolates(shape, leases_ms))?;
    let text = if arguments.json {
        let all = json!({ "byTraffic": by_traffic, "byIsolates": by_isolates });
        serde_json::to_string_pretty(&all).map_err(|why| why.to_string())?
    } else {
        format!(
            "Many workspaces\n{}\nOne workspace\n{}",
            report::by_traffic(&by_traffic),
            report::by_isolates(&by_isolates)
        )
    };
    writeln!(io::stdout().lock(), "{text}").map_err(|why| why.to_string())?;
    for chart in charts::charts(&by_traffic, &by_isolates) {
        let path = arguments.charts.join(chart.0);
        fs::write(&path, charts::svg(&chart)?).map_err(|why| format!("{}: {why}", path.display()))?;
        eprintln!("wrote {}", path.display());
    }
    Ok(())
}

fn run(what: &str, worlds: &[Settings]) -> Result<Vec<sweep::Ran>, String> {
    let done = AtomicUsize::new(0);
    sweep::run_all(worlds, |settings| {
        let (number, all) = (done.fetch_add(1, Ordering::Relaxed) + 1, worlds.len());
        let Settings { lease_ms, requests_per_s, .. } = settings;
        eprintln!("{what} {number}/{all}: lease {lease_ms} ms, {requests_per_s:.0} requests per second");
    })
}
