//! Charts of lines.

use crate::axis::{Axis, Range};
use crate::{Error, style};
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::series::DashedLineSeries;
use plotters::style::text_anchor::{HPos, VPos};

/// A line through points, each with a marker.
#[derive(Debug, Clone)]
pub struct Series {
    /// Its name in the legend.
    pub name: String,
    /// From left to right.
    pub points: Vec<(f64, f64)>,
}

/// A dashed level line, such as a limit.
#[derive(Debug, Clone)]
pub struct Guide {
    /// Its name in the legend.
    pub name: String,
    /// At which value it stands.
    pub y: f64,
}

/// A chart of one or several lines, with a legend beside it.
#[derive(Debug, Clone)]
pub struct LineChart {
    /// The level axis.
    pub x: Axis,
    /// The upright axis.
    pub y: Axis,
    /// The lines, in the legend's order. Seven have colours of their own.
    pub series: Vec<Series>,
    /// Level lines.
    pub guides: Vec<Guide>,
}

impl LineChart {
    /// The chart as the text of an SVG file.
    ///
    /// # Errors
    /// If there is nothing that the axes can show, or it cannot be drawn.
    pub fn svg(&self) -> Result<String, Error> {
        let lines: Vec<Vec<(f64, f64)>> = self.series.iter().map(|series| self.places(series)).collect();
        let guides: Vec<f64> = self.guides.iter().filter_map(|guide| self.y.place(guide.y)).collect();
        let points = || lines.iter().flatten();
        let x = self.x.range(points().map(|(x, _)| *x)).ok_or(Error::NothingToShow)?;
        let y = self.y.range(points().map(|(_, y)| *y).chain(guides.iter().copied())).ok_or(Error::NothingToShow)?;
        let mut svg = String::new();
        self.draw(&mut svg, (x, y), &lines, &guides).map_err(|why| Error::Drawing(why.to_string()))?;
        Ok(svg)
    }

    /// The points that the axes can show.
    fn places(&self, series: &Series) -> Vec<(f64, f64)> {
        let place = |(x, y): &(f64, f64)| Some((self.x.place(*x)?, self.y.place(*y)?));
        series.points.iter().filter_map(place).collect()
    }

    fn draw(
        &self,
        svg: &mut String,
        (x, y): (Range, Range),
        lines: &[Vec<(f64, f64)>],
        guides: &[f64],
    ) -> style::Drawn<SVGBackend<'static>> {
        let root = SVGBackend::with_string(svg, style::SIZE).into_drawing_area();
        root.fill(&WHITE)?;
        let Range { from, to, .. } = x;
        let (left, right) = root.split_horizontally((style::SIZE.0 as i32 - self.legend_width()).max(0));
        let mut chart =
            ChartBuilder::on(&left).margin(14).x_label_area_size(48).y_label_area_size(62).build_cartesian_2d(x, y)?;
        chart
            .configure_mesh()
            .bold_line_style(style::GRID)
            .light_line_style(style::LIGHT_GRID)
            .axis_style(style::INK)
            .label_style(("sans-serif", style::TEXT, &style::INK))
            .axis_desc_style(("sans-serif", style::TEXT + 1, &style::INK))
            .x_desc(&self.x.label)
            .y_desc(&self.y.label)
            .x_label_formatter(&|place| self.x.text(*place))
            .y_label_formatter(&|place| self.y.text(*place))
            .draw()?;
        for (number, place) in guides.iter().enumerate() {
            let [dash, gap] = style::dashes(number);
            let ends = [from, to].map(|x| (x, *place));
            let line = DashedLineSeries::new(ends, dash, gap, style::INK.stroke_width(style::LINE));
            chart.draw_series(line)?;
        }
        for (number, line) in lines.iter().enumerate() {
            let colour = style::colour(number).stroke_width(style::LINE);
            chart.draw_series(LineSeries::new(line.iter().copied(), colour))?;
            for place in line {
                style::draw_marker(&root, number, chart.backend_coord(place))?;
            }
        }
        self.draw_legend(&right)?;
        root.present()
    }

    fn draw_legend(&self, area: &Area<'_>) -> style::Drawn<SVGBackend<'static>> {
        let series = self.series.iter().enumerate().map(|(number, series)| (&series.name, Mark::Series(number)));
        let guides = self.guides.iter().enumerate().map(|(number, guide)| (&guide.name, Mark::Guide(number)));
        for (row, (name, mark)) in (0..).zip(series.chain(guides)) {
            let y = LEGEND_TOP + row * LEGEND_ROW;
            match mark {
                Mark::Series(number) => {
                    style::legend_line(area, y, style::colour(number), None)?;
                    style::draw_marker(area, number, ((style::LEGEND_MARK - 8) / 2, y))?;
                }
                Mark::Guide(number) => style::legend_line(area, y, style::INK, Some(number))?,
            }
            area.draw(&Text::new(name.clone(), (style::LEGEND_MARK, y), style::text(HPos::Left, VPos::Center)))?;
        }
        Ok(())
    }

    /// In pixels, for the longest name.
    fn legend_width(&self) -> i32 {
        let names = self.series.iter().map(|series| &series.name).chain(self.guides.iter().map(|guide| &guide.name));
        style::LEGEND_MARK + style::width(names) + LEGEND_ROW
    }
}

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// What stands before a name in the legend.
enum Mark {
    Series(usize),
    Guide(usize),
}

/// Upper edge of the legend, and height of its rows, in pixels.
const LEGEND_TOP: i32 = 30;
const LEGEND_ROW: i32 = 24;

#[cfg(test)]
mod tests {
    use super::{Guide, LineChart, Series};
    use crate::{Axis, Error};

    fn chart(points: Vec<(f64, f64)>) -> LineChart {
        LineChart {
            x: Axis::log("isolates"),
            y: Axis::linear("renewals per second"),
            series: vec![Series { name: "lease 1 s".into(), points }],
            guides: vec![Guide { name: "target".into(), y: 300.0 }],
        }
    }

    #[test]
    fn a_chart_shows_its_words_and_its_points() {
        let svg = chart(vec![(10.0, 13.0), (1_000.0, 290.0)]).svg().expect("a chart");
        for words in ["isolates", "renewals per second", "lease 1 s", "target", "100", "400"] {
            assert!(svg.contains(words), "{words}");
        }
        assert_eq!(svg.matches("<circle").count(), 3, "two points, and the legend's");
    }

    #[test]
    fn what_a_logarithm_cannot_show_is_left_out() {
        let svg = chart(vec![(0.0, 13.0), (10.0, 13.0)]).svg().expect("a chart");
        assert_eq!(svg.matches("<circle").count(), 2, "one point, and the legend's");
        assert_eq!(chart(vec![(0.0, 13.0)]).svg(), Err(Error::NothingToShow));
    }
}
