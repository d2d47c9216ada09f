//! The results as tables.

use crate::cost::Usage;
use crate::platform::OBJECT_CALLS_PER_S;
use crate::sweep::Ran;

const BY_TRAFFIC: [&str; 14] = [
    "req/s", "truth by", "asks/s", "busiest", "asks %", "wait %", "p50 ms", "p99 ms", "503 %", "revoke s", "p99",
    "max", "KV/M", "$/M",
];

const BY_ISOLATES: [&str; 7] = ["isolates", "LEASE_MS", "asks/s", "most in 1 s", "lease ms", "503 %", "revoke p99 s"];

/// Worlds of many workspaces, each traffic followed by what others do: asking an object, or reading KV, each time.
/// An exclamation mark: more than one object can answer.
#[must_use]
pub fn by_traffic(worlds: &[Ran]) -> String {
    let mut rows = vec![BY_TRAFFIC.map(String::from)];
    for (index, ran) in worlds.iter().enumerate() {
        rows.push(ours(ran));
        let rate = ran.settings.requests_per_s;
        if worlds.get(index + 1).is_none_or(|next| next.settings.requests_per_s != rate) {
            rows.extend(others(ran));
        }
    }
    table(&rows)
}

/// Worlds of one workspace.
#[must_use]
pub fn by_isolates(worlds: &[Ran]) -> String {
    let row = |Ran { settings, outcome }: &Ran| {
        [
            outcome.isolates.to_string(),
            settings.lease_ms.to_string(),
            format!("{:.0}", outcome.busiest_per_s),
            outcome.busiest_second.to_string(),
            outcome.longest_lease_ms.to_string(),
            percent(outcome.per_request(outcome.decided[2])),
            seconds(outcome.revoked.p99),
        ]
    };
    let rows: Vec<_> = std::iter::once(BY_ISOLATES.map(String::from)).chain(worlds.iter().map(row)).collect();
    table(&rows)
}

fn ours(ran: &Ran) -> [String; 14] {
    let Ran { settings, outcome } = ran;
    let asks = outcome.renewals_per_s / settings.requests_per_s;
    [
        format!("{:.0}", settings.requests_per_s),
        format!("lease {}", settings.lease_ms),
        format!("{:.0}", outcome.renewals_per_s),
        format!("{:.0}", outcome.busiest_per_s),
        percent(asks),
        percent(outcome.waited_part),
        format!("{:.0}", outcome.waited.p50),
        format!("{:.0}", outcome.waited.p99),
        percent(outcome.per_request(outcome.decided[2])),
        seconds(outcome.revoked.p50),
        seconds(outcome.revoked.p99),
        seconds(outcome.revoked.max),
        format!("{:.0}", outcome.per_request(outcome.usage.kv_reads) * 1e6),
        format!("{:.3}", outcome.dollars_per_million()),
    ]
}

/// An object that is asked by each request, and KV that is read by each request, for the same traffic.
fn others(ran: &Ran) -> [[String; 14]; 2] {
    let (requests, outcome) = (ran.outcome.usage.requests, &ran.outcome);
    let none = || "-".to_owned();
    let row = |name: &str, usage: Usage| {
        let mut row = std::array::from_fn(|_| none());
        row[0] = format!("{:.0}", ran.settings.requests_per_s);
        row[1] = name.into();
        row[13] = format!("{:.3}", usage.dollars_per_million());
        row
    };
    let mut object = row("object each", Usage::with_object_per_request(requests));
    let busiest = outcome.busiest_requests_per_s;
    let over = if busiest > OBJECT_CALLS_PER_S as f64 { "!" } else { "" };
    object[2] = object[0].clone();
    object[3] = format!("{busiest:.0}{over}");
    (object[4], object[5]) = (percent(1.0), percent(1.0));
    (object[6], object[7]) = (format!("{:.0}", outcome.round_trips.p50), format!("{:.0}", outcome.round_trips.p99));
    let mut kv = row("KV each", Usage::with_kv_per_request(requests));
    (kv[11], kv[12]) = ("60+".into(), "1000000".into());
    [object, kv]
}

fn percent(part: f64) -> String {
    format!("{:.2}", part * 100.0)
}

fn seconds(ms: f64) -> String {
    format!("{:.2}", ms / 1_000.0)
}

/// Columns end where their widest cell ends.
fn table<const N: usize>(rows: &[[String; N]]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths: [usize; N] = std::array::from_fn(width);
    let line = |row: &[String; N]| {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:>width$}"));
        cells.collect::<Vec<_>>().join("  ") + "\n"
    };
    rows.iter().map(line).collect()
}
