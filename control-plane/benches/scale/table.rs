//! What was measured, for people.

use crate::SIZES;
use crate::common::figures::{median, short, with_range};
use crate::measure::Measurement;
use crate::subject::Subject;
use std::fmt::{self, Display, Formatter};
use std::sync::Arc;

/// Times that many tokens may take, in those that few take.
const RATIO_MAX: f64 = 2.0;

/// Figures of both sizes, round by round.
pub(crate) struct Table {
    is_postgres: bool,
    rows: Vec<Row>,
}

struct Row {
    measurement: Measurement,
    figures: [Vec<f64>; 2],
    tails: [Vec<f64>; 2],
}

impl Table {
    pub(crate) fn new(subjects: [&Arc<Subject>; 2]) -> Self {
        let row = |measurement| Row { measurement, figures: Default::default(), tails: Default::default() };
        Self { is_postgres: subjects[0].is_postgres(), rows: Measurement::all().into_iter().map(row).collect() }
    }

    pub(crate) fn add(&mut self, measurement: Measurement, column: usize, figure: f64, tail: Option<f64>) {
        let row = self.rows.iter_mut().find(|row| row.measurement == measurement).unwrap();
        row.figures[column].push(figure);
        row.tails[column].extend(tail);
    }

    /// A sentence for each that takes too long with many tokens.
    pub(crate) fn slower(&self) -> Vec<String> {
        let judged = self.rows.iter().filter(|row| row.measurement != Measurement::Memory);
        let slower = judged.filter(|row| row.ratio() > RATIO_MAX);
        slower.map(|row| format!("{}: {:.2} times the time, more than {RATIO_MAX}.", row.name(), row.ratio())).collect()
    }

    fn row(&self, measurement: Measurement) -> &Row {
        self.rows.iter().find(|row| row.measurement == measurement).unwrap()
    }
}

impl Row {
    fn name(&self) -> String {
        match self.measurement {
            Measurement::Latency(operation) => format!("{}, ms", operation.name()),
            Measurement::Rate(operation) => format!("{}, 16 in flight, per s", operation.name()),
            Measurement::Memory => "memory, MiB".into(),
        }
    }

    /// How much longer it takes with many tokens.
    fn ratio(&self) -> f64 {
        let (few, many) = (median(&self.figures[0]), median(&self.figures[1]));
        if matches!(self.measurement, Measurement::Rate(_)) { few / many } else { many / few }
    }

    /// How much longer than the bare statement it takes, with many tokens.
    fn to_bare(&self, table: &Table) -> Option<f64> {
        let own = median(&self.figures[1]);
        match self.measurement {
            Measurement::Latency(operation) => {
                Some(own / median(&table.row(Measurement::Latency(operation.bare()?)).figures[1]))
            }
            Measurement::Rate(operation) => {
                Some(median(&table.row(Measurement::Rate(operation.bare()?)).figures[1]) / own)
            }
            Measurement::Memory => None,
        }
    }

    fn cell(&self, column: usize) -> String {
        let tail = match self.tails[column].as_slice() {
            [] => String::new(),
            tails => format!(", 95 %: {}", short(median(tails))),
        };
        format!("{}{tail}", with_range(&self.figures[column]))
    }
}

impl Display for Table {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let database = if self.is_postgres { "Postgres" } else { "SQLite" };
        let [few, many] = SIZES.map(|size| format!("{size} tokens"));
        writeln!(
            f,
            "\n{:<42}  {few:<32}  {many:<32}  {:>6}  {:>7}",
            format!("{database}, median of rounds (range)"),
            "ratio",
            "to bare"
        )?;
        for row in &self.rows {
            let to_bare = row.to_bare(self).map(|ratio| format!("{ratio:.1}")).unwrap_or_default();
            let (name, cells) = (row.name(), [row.cell(0), row.cell(1)]);
            writeln!(f, "{name:<42}  {:<32}  {:<32}  {:>6.2}  {to_bare:>7}", cells[0], cells[1], row.ratio())?;
        }
        Ok(())
    }
}
