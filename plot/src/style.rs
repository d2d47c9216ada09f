//! How charts look.

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// That something was drawn, or why not.
pub(crate) type Drawn<DB> = Result<(), DrawingAreaErrorKind<<DB as DrawingBackend>::ErrorType>>;

pub(crate) const SIZE: (u32, u32) = (860, 420);
pub(crate) const TEXT: u32 = 15;
pub(crate) const INK: RGBColor = RGBColor(51, 51, 51);
pub(crate) const GRID: RGBColor = RGBColor(217, 217, 217);
pub(crate) const LIGHT_GRID: RGBColor = RGBColor(240, 240, 240);
pub(crate) const LINE: u32 = 2;
/// Width of a letter, in pixels.
pub(crate) const LETTER: i32 = 7;
/// Width of a line of the legend without its words, in pixels.
pub(crate) const LEGEND_MARK: i32 = 40;

/// Okabe and Ito's colours, without yellow, which is too light on white.
const COLOURS: [RGBColor; 7] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
    RGBColor(0, 0, 0),
];

/// The colour of the series with this number.
pub(crate) fn colour(number: usize) -> RGBColor {
    COLOURS.into_iter().cycle().nth(number).unwrap_or(INK)
}

/// Text of the usual size whose place is at this side of it.
pub(crate) fn text(level: HPos, upright: VPos) -> TextStyle<'static> {
    ("sans-serif", TEXT).into_font().color(&INK).pos(Pos::new(level, upright))
}

/// About how wide the longest of these names is, in pixels.
pub(crate) fn width<'a>(names: impl Iterator<Item = &'a String>) -> i32 {
    let longest = names.map(|name| name.chars().count()).max().unwrap_or_default();
    i32::try_from(longest).unwrap_or_default() * LETTER
}

/// Draws the marker of the series with this number, at a pixel of the area.
pub(crate) fn draw_marker<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    number: usize,
    (x, y): (i32, i32),
) -> Drawn<DB> {
    let (fill, thin) = (colour(number).filled(), colour(number).stroke_width(LINE));
    let shape =
        |corners: &[(i32, i32)]| Polygon::new(corners.iter().map(|at| (x + at.0, y + at.1)).collect::<Vec<_>>(), fill);
    match number % 5 {
        0 => area.draw(&Circle::new((x, y), 4, fill)),
        1 => area.draw(&shape(&[(0, -6), (5, 4), (-5, 4)])),
        2 => area.draw(&shape(&[(-4, -4), (4, -4), (4, 4), (-4, 4)])),
        3 => area.draw(&shape(&[(0, -6), (6, 0), (0, 6), (-6, 0)])),
        _ => area.draw(&Cross::new((x, y), 4, thin)),
    }
}

/// A dashed line of the legend or the chart.
pub(crate) fn dashes(number: usize) -> [i32; 2] {
    [[8, 4], [2, 4], [8, 2]].into_iter().cycle().nth(number).unwrap_or([8, 4])
}

/// An upright dashed line of the chart, between two heights.
pub(crate) fn upright_line<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    x: i32,
    (top, bottom): (i32, i32),
    number: usize,
) -> Drawn<DB> {
    let [dash, gap] = dashes(number);
    let mut y = top;
    while y < bottom {
        area.draw(&PathElement::new(vec![(x, y), (x, (y + dash).min(bottom))], INK))?;
        y += dash + gap;
    }
    Ok(())
}

/// A line of the legend from one place to another, whole or dashed.
pub(crate) fn legend_line<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    y: i32,
    colour: RGBColor,
    dashed: Option<usize>,
) -> Drawn<DB> {
    let [dash, gap] = dashed.map_or([LEGEND_MARK, 0], dashes);
    let mut x = 0;
    while x < LEGEND_MARK - 8 {
        let end = (x + dash).min(LEGEND_MARK - 8);
        area.draw(&PathElement::new(vec![(x, y), (end, y)], colour.stroke_width(LINE)))?;
        x = end + gap;
    }
    Ok(())
}
