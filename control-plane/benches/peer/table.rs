//! What was measured, for people and for machines.

use crate::common::figures::{median, range, with_range};
use crate::measure::Figures;
use crate::operation::{self, Operation};
use serde_json::{Value, json};
use std::fmt::{self, Display, Formatter};

/// Servers that are measured.
const SERVERS: usize = 4;

/// The one that others are compared with: the last.
const PEER: usize = SERVERS - 1;

/// CPU time that the first server may take to create a token or to verify one, in that of the peer: one of both has to
/// keep to it.
const RATIO_MAX: f64 = 0.25;

/// Figures of all servers, round by round.
pub(crate) struct Table {
    servers: [&'static str; SERVERS],
    lines: Vec<(Operation, [Vec<Figures>; SERVERS])>,
}

impl Table {
    pub(crate) fn new(servers: [&'static str; SERVERS]) -> Self {
        Self { servers, lines: operation::ALL.map(|operation| (operation, Default::default())).into() }
    }

    pub(crate) fn add(&mut self, operation: Operation, server: usize, figures: Figures) {
        let (_, of_each) = self.lines.iter_mut().find(|(own, _)| *own == operation).unwrap();
        of_each[server].push(figures);
    }

    pub(crate) fn json(&self) -> Value {
        let spread = |figures: &[f64]| {
            let (least, most) = range(figures);
            json!({ "median": median(figures), "least": least, "most": most })
        };
        let rows = self.rows().map(|row| {
            json!({
                "operation": row.operation.name(),
                "server": row.server,
                "perS": spread(&row.per_s),
                "cpuUs": spread(&row.server_us),
                "databaseCpuUs": row.database_us.as_deref().map(spread),
                "cpuToPeer": spread(&row.to_peer),
            })
        });
        json!({ "peer": self.servers[PEER], "lines": rows.collect::<Vec<_>>() })
    }

    /// A sentence, if the first server takes too much.
    pub(crate) fn verdict(&self) -> Option<String> {
        let judged = self.rows().filter(|row| row.server == self.servers[0]);
        let judged = judged.filter(|row| matches!(row.operation, Operation::Create | Operation::Verify));
        let ratios: Vec<_> = judged.map(|row| median(&row.to_peer)).collect();
        let keeps = ratios.iter().any(|ratio| *ratio <= RATIO_MAX);
        (!keeps)
            .then(|| format!("to create and to verify: {ratios:.2?} of the peer's CPU time, more than {RATIO_MAX}."))
    }

    fn rows(&self) -> impl Iterator<Item = Row> {
        self.lines.iter().flat_map(|(operation, of_each)| {
            self.servers.iter().zip(of_each).map(|(server, own)| Row::new(*operation, server, own, &of_each[PEER]))
        })
    }
}

/// An operation at a server, by rounds.
struct Row {
    operation: Operation,
    server: &'static str,
    per_s: Vec<f64>,
    server_us: Vec<f64>,
    /// None if the server is its own database.
    database_us: Option<Vec<f64>>,
    /// CPU time, the database's included, in that of the peer in the same round.
    to_peer: Vec<f64>,
}

impl Row {
    fn new(operation: Operation, server: &'static str, own: &[Figures], peer: &[Figures]) -> Self {
        Self {
            operation,
            server,
            per_s: own.iter().map(|figures| figures.per_s).collect(),
            server_us: own.iter().map(|figures| figures.server_us).collect(),
            database_us: own.iter().map(|figures| figures.database_us).collect(),
            to_peer: own.iter().zip(peer).map(|(own, peer)| own.total_us() / peer.total_us()).collect(),
        }
    }
}

impl Display for Table {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "\n{:<29}  {:<18}  {:<18}  {:<18}  CPU × {}",
            "median of rounds (range)", "per s", "CPU µs", "+ database's", self.servers[PEER]
        )?;
        for row in self.rows() {
            let name = format!("{}: {}", row.operation.name(), row.server);
            let database = row.database_us.as_deref().map(with_range).unwrap_or_default();
            let (per_s, server, to_peer) =
                (with_range(&row.per_s), with_range(&row.server_us), with_range(&row.to_peer));
            writeln!(f, "{name:<29}  {per_s:<18}  {server:<18}  {database:<18}  {to_peer}")?;
        }
        Ok(())
    }
}
