//! SVG charts of the README: on white, in colours that the colour-blind can tell apart. Lines have a marker each and bars
//! their name and value beside them, so that they can be read in print too.
//!
//! A chart is a value; [`LineChart::svg`] and [`BarChart::svg`] draw it. What is drawn from the same values is the same
//! text, so that a chart can be checked in.

mod axis;
mod bars;
mod lines;
mod style;

pub use axis::{Axis, Scale};
pub use bars::{Bar, BarChart};
pub use lines::{Guide, LineChart, Series};

/// Why a chart cannot be drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// There is no point or bar that the scales of its axes can show.
    NothingToShow,
    /// The library that draws said so.
    Drawing(String),
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NothingToShow => f.write_str("the chart has no point or bar that its axes can show"),
            Self::Drawing(why) => write!(f, "the chart cannot be drawn: {why}"),
        }
    }
}

impl std::error::Error for Error {}
