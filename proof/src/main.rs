//! draft
use clap::Parser;
use proof::{Coverage, Run, without};
use shared::safeguard::Safeguard;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Mutex;
use std::time::Instant;

#[derive(Parser)]
struct Arguments {
    #[arg(long)]
    seed: Option<u64>,
    #[arg(long, default_value_t = 1000)]
    seeds: u64,
    #[arg(long, default_value_t = 0)]
    from: u64,
    #[arg(long)]
    without: Option<String>,
    #[arg(long, default_value_t = 0)]
    leap_ms: i64,
    #[arg(long, default_value_t = 1)]
    stop: usize,
    #[arg(long)]
    min: bool,
}

fn main() -> ExitCode {
    let a = Arguments::parse();
    let missing = a.without.as_ref().map(|n| Safeguard::ALL.into_iter().find(|s| format!("{s:?}") == *n).expect("x"));
    if let Some(seed) = a.seed {
        let (_, mut s) = without(missing, Run { seed, leap_max_ms: a.leap_ms });
        if a.min { s = s.minimised(missing); }
        let o = without(missing, proof::Replay { script: &s, traced: true });
        print!("{}", o.trace);
        println!("{:?}\n{}", o.violation, o.coverage);
        return ExitCode::SUCCESS;
    }
    let start = Instant::now();
    let next = AtomicU64::new(a.from);
    let total = Mutex::new((Coverage::default(), Vec::new()));
    std::thread::scope(|s| {
        for _ in 0..2 {
            s.spawn(|| loop {
                let seed = next.fetch_add(1, Ordering::Relaxed);
                if seed >= a.from + a.seeds { break; }
                let (o, _) = without(missing, Run { seed, leap_max_ms: a.leap_ms });
                let mut t = total.lock().unwrap();
                t.0 += o.coverage;
                if let Some(v) = o.violation { t.1.push((seed, v)); if t.1.len() >= a.stop { next.store(u64::MAX/2, Ordering::Relaxed); } }
            });
        }
    });
    let t = total.into_inner().unwrap();
    for (s, v) in &t.1 { println!("seed {s}: {v}"); }
    println!("{}\n{:?}", t.0, start.elapsed());
    ExitCode::SUCCESS
}
