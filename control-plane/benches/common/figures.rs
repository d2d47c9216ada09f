//! Figures of several rounds, as people read them.

/// The middle one, of an odd number of figures.
pub(crate) fn median(figures: &[f64]) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

/// The least and the most.
pub(crate) fn range(figures: &[f64]) -> (f64, f64) {
    figures.iter().fold((f64::MAX, 0.0_f64), |(low, high), figure| (low.min(*figure), high.max(*figure)))
}

/// The middle one with the range of all.
pub(crate) fn with_range(figures: &[f64]) -> String {
    let (low, high) = range(figures);
    format!("{} ({}–{})", short(median(figures)), short(low), short(high))
}

/// Three digits that matter.
pub(crate) fn short(figure: f64) -> String {
    match figure {
        100.0.. => format!("{figure:.0}"),
        10.0.. => format!("{figure:.1}"),
        _ => format!("{figure:.2}"),
    }
}
