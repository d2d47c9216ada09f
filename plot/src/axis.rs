//! An axis: its words, its scale, and where its lines and numbers stand.

use plotters::coord::ranged1d::{DefaultFormatting, KeyPointHint, Ranged};

/// How values are laid out along an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// Evenly, from zero on or from the smallest value if that is below zero.
    Linear,
    /// By their logarithm. What is not above zero is left out.
    Log,
}

/// An axis of a chart.
#[derive(Debug, Clone)]
pub struct Axis {
    /// What it shows, with the unit.
    pub label: String,
    /// How values are laid out.
    pub scale: Scale,
}

/// The part of an axis that a chart shows, in the coordinates of its scale.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Range {
    pub(crate) from: f64,
    pub(crate) to: f64,
    /// Where a number stands.
    pub(crate) ticks: Vec<f64>,
    /// Where a faint line stands between two numbers.
    pub(crate) light: Vec<f64>,
}

impl Axis {
    /// An axis with even steps.
    #[must_use]
    pub fn linear(label: impl Into<String>) -> Self {
        Self { label: label.into(), scale: Scale::Linear }
    }

    /// An axis on which each step is ten times the one before.
    #[must_use]
    pub fn log(label: impl Into<String>) -> Self {
        Self { label: label.into(), scale: Scale::Log }
    }

    /// A value in the coordinates of the scale; none if it cannot be shown.
    pub(crate) fn place(&self, value: f64) -> Option<f64> {
        let place = if self.scale == Scale::Log { value.log10() } else { value };
        place.is_finite().then_some(place)
    }

    /// What is written at a place.
    pub(crate) fn text(&self, place: f64) -> String {
        number(if self.scale == Scale::Log { 10_f64.powf(place) } else { place })
    }

    /// The range that shows all of these places; none if there are none.
    pub(crate) fn range(&self, places: impl Iterator<Item = f64>) -> Option<Range> {
        let (least, most) =
            places.fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), place| (least.min(place), most.max(place)));
        (least <= most).then(|| match self.scale {
            Scale::Linear => linear(least.min(0.0), most),
            Scale::Log => logarithmic(least, most),
        })
    }
}

impl Ranged for Range {
    type FormatOption = DefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, limit: (i32, i32)) -> i32 {
        let share = (value - self.from) / (self.to - self.from);
        limit.0 + (share * f64::from(limit.1 - limit.0)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        if hint.weight().allow_light_points() { self.light.clone() } else { self.ticks.clone() }
    }

    fn range(&self) -> std::ops::Range<f64> {
        self.from..self.to
    }
}

fn linear(from: f64, most: f64) -> Range {
    let step = nice_step((most - from).max(f64::MIN_POSITIVE) / 5.0);
    let (first, last) = ((from / step).floor(), (most / step).ceil());
    let ticks = steps(first, last).map(|number| number * step).collect();
    Range { from: first * step, to: last * step, ticks, light: Vec::new() }
}

/// Whole decades carry numbers; where there are few of them, others do as well.
fn logarithmic(least: f64, most: f64) -> Range {
    let room = ((most - least) * 0.02).max(0.02);
    let (from, to) = (least - room, most + room);
    let at = |factors: &[u8]| -> Vec<f64> {
        let decades = steps(from.floor(), to.ceil());
        let places = decades.flat_map(|decade| factors.iter().map(move |factor| decade + f64::from(*factor).log10()));
        places.filter(|place| (from..=to).contains(place)).collect()
    };
    let ticks = match to - from {
        decades if decades > 2.5 => at(&[1]),
        decades if decades > 1.0 => at(&[1, 2, 5]),
        _ => at(&[1, 2, 3, 4, 6, 8]),
    };
    Range { from, to, ticks, light: at(&[1, 2, 3, 4, 5, 6, 7, 8, 9]) }
}

/// 1, 2 or 5 times a power of ten, at least this.
fn nice_step(least: f64) -> f64 {
    let power = 10_f64.powf(least.log10().floor());
    let factor = [1.0, 2.0, 5.0].into_iter().find(|factor| factor * power >= least).unwrap_or(10.0);
    factor * power
}

fn steps(first: f64, last: f64) -> impl Iterator<Item = f64> {
    std::iter::successors(Some(first), |number| Some(number + 1.0)).take_while(move |number| *number <= last)
}

/// A number as short as it can be said: `0.25`, `40`, `2k`, `1M`.
fn number(value: f64) -> String {
    let scaled = [(1e9, "G"), (1e6, "M"), (1e3, "k")].into_iter().find(|(unit, _)| value.abs() >= unit * 0.999_999);
    let (unit, suffix) = scaled.unwrap_or((1.0, ""));
    let digits = format!("{:.3}", value / unit);
    let short = digits.trim_end_matches('0').trim_end_matches('.');
    format!("{short}{suffix}")
}

#[cfg(test)]
mod tests {
    use super::{Axis, number};

    #[test]
    fn numbers_are_short() {
        let texts = [0.0, 0.25, 1.0, 40.0, 999.0, 1_000.0, 2_500.0, 1e6, 3e9].map(number);
        assert_eq!(texts, ["0", "0.25", "1", "40", "999", "1k", "2.5k", "1M", "3G"]);
    }

    #[test]
    fn decades_carry_the_numbers_of_a_logarithmic_axis() {
        let axis = Axis::log("x");
        let range = axis.range([1.0, 1e6].into_iter().filter_map(|value| axis.place(value))).expect("a range");
        let texts: Vec<String> = range.ticks.iter().map(|place| axis.text(*place)).collect();
        assert_eq!(texts, ["1", "10", "100", "1k", "10k", "100k", "1M"]);
        assert_eq!(axis.place(0.0), None, "zero has no logarithm");
    }

    #[test]
    fn an_even_axis_begins_at_zero_and_ends_beyond_the_last_value() {
        let range = Axis::linear("y").range([3.0, 7.3].into_iter()).expect("a range");
        assert_eq!((range.from, range.to, range.ticks), (0.0, 8.0, vec![0.0, 2.0, 4.0, 6.0, 8.0]));
    }
}
