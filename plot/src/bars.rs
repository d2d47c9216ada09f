//! Charts of level bars, a row each.

use crate::axis::{Axis, Range};
use crate::{Error, style};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

/// A bar from zero to a value.
#[derive(Debug, Clone)]
pub struct Bar {
    /// What stands before it.
    pub name: String,
    /// Where it ends.
    pub value: f64,
    /// The range in which it was seen, drawn as a thin line.
    pub range: (f64, f64),
    /// Which colour it has, by number: bars of one kind have one.
    pub kind: usize,
}

/// A chart of bars, the first one on top.
#[derive(Debug, Clone)]
pub struct BarChart {
    /// What the bars' length is; its scale is even.
    pub label: String,
    /// The bars.
    pub bars: Vec<Bar>,
    /// Upright dashed lines, such as limits.
    pub guides: Vec<f64>,
}

/// Heights of a row and of the bar in it, in pixels.
const ROW: i32 = 26;
const THICKNESS: i32 = 14;

/// Room for the axis below and around everything, in pixels.
const BELOW: i32 = 52;
const AROUND: i32 = 14;

impl BarChart {
    /// The chart as the text of an SVG file.
    ///
    /// # Errors
    /// If there is no bar, or it cannot be drawn.
    pub fn svg(&self) -> Result<String, Error> {
        let axis = Axis::linear(self.label.clone());
        let ends = self.bars.iter().flat_map(|bar| [bar.value, bar.range.1]).chain(self.guides.iter().copied());
        let range = axis.range(ends.filter_map(|end| axis.place(end))).ok_or(Error::NothingToShow)?;
        let mut svg = String::new();
        self.draw(&mut svg, &axis, &range).map_err(|why| Error::Drawing(why.to_string()))?;
        Ok(svg)
    }

    fn draw(&self, svg: &mut String, axis: &Axis, range: &Range) -> style::Drawn<SVGBackend<'static>> {
        let rows = i32::try_from(self.bars.len()).unwrap_or_default();
        let (width, bottom) = (style::SIZE.0, 2 * AROUND + rows * ROW);
        let area = SVGBackend::with_string(svg, (width, (bottom + BELOW).unsigned_abs())).into_drawing_area();
        area.fill(&WHITE)?;
        let left = 2 * AROUND + style::width(self.bars.iter().map(|bar| &bar.name));
        let right = i32::try_from(width).unwrap_or_default() - 2 * AROUND - 4 * style::LETTER;
        let at = |value: f64| range.map(&value, (left, right));
        for tick in &range.ticks {
            let x = at(*tick);
            area.draw(&PathElement::new(vec![(x, AROUND), (x, bottom)], style::GRID))?;
            area.draw(&Text::new(axis.text(*tick), (x, bottom + 6), style::text(HPos::Center, VPos::Top)))?;
        }
        let middle = ((left + right) / 2, bottom + 28);
        area.draw(&Text::new(self.label.clone(), middle, style::text(HPos::Center, VPos::Top)))?;
        for (row, bar) in (0..).zip(&self.bars) {
            let y = 2 * AROUND + row * ROW;
            let colour = style::colour(bar.kind);
            area.draw(&Text::new(bar.name.clone(), (left - 8, y), style::text(HPos::Right, VPos::Center)))?;
            let corners = [(at(0.0), y - THICKNESS / 2), (at(bar.value), y + THICKNESS / 2)];
            area.draw(&Rectangle::new(corners, colour.mix(0.75).filled()))?;
            let (least, most) = bar.range;
            area.draw(&PathElement::new(vec![(at(least), y), (at(most), y)], style::INK))?;
            let value = (at(most.max(bar.value)) + 6, y);
            area.draw(&Text::new(format!("{:.2}", bar.value), value, style::text(HPos::Left, VPos::Center)))?;
        }
        for (number, guide) in self.guides.iter().enumerate() {
            style::upright_line(&area, at(*guide), (AROUND, bottom), number)?;
        }
        area.draw(&PathElement::new(vec![(left, bottom), (right, bottom)], style::INK))?;
        area.present()
    }
}

#[cfg(test)]
mod tests {
    use super::{Bar, BarChart};
    use crate::Error;

    #[test]
    fn a_chart_shows_its_words_and_its_bars() {
        let bar = |name: &str, value| Bar { name: name.into(), value, range: (0.9 * value, 1.1 * value), kind: 0 };
        let bars = vec![bar("JS authorizer", 1.4), bar("edge", 1.2)];
        let svg = BarChart { label: "CPU".into(), bars, guides: vec![1.0] }.svg().expect("a chart");
        for words in ["JS authorizer", "edge", "CPU", "1.40", "1.20", "0.5"] {
            assert!(svg.contains(words), "{words}");
        }
        assert_eq!(svg.matches("<rect").count(), 3, "two bars, and the ground");
    }

    #[test]
    fn no_bar_is_no_chart() {
        let chart = BarChart { label: "CPU".into(), bars: vec![], guides: vec![] };
        assert_eq!(chart.svg(), Err(Error::NothingToShow));
    }
}
