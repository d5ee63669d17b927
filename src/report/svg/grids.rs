//! A table whose cells are the darker the more incidents they have.

use crate::report::selection::Members;

use crate::report::svg::Anchor;
use crate::report::svg::INK;
use crate::report::svg::Ink;
use crate::report::svg::MUTED;
use crate::report::svg::NAMES;
use crate::report::svg::ON_STRONG;
use crate::report::svg::Pen;
use crate::report::svg::WIDTH;

const ROW: f64 = 34.0;
const TOP: f64 = 26.0;

/// From pale to dark, each with the ink of the number on it.
const SHADES: [(Ink, Ink); 5] = [
    (Ink("shade-0", "#f1f4f7"), MUTED),
    (Ink("shade-1", "#d3e1ee"), INK),
    (Ink("shade-2", "#a3bfdb"), INK),
    (Ink("shade-3", "#3f7cb5"), ON_STRONG),
    (Ink("shade-4", "#174a7e"), ON_STRONG),
];

/// Draws the cells with their counts.
pub(super) fn heat(pen: &mut Pen<'_>, columns: &[&'static str], rows: &[(String, Vec<Members>)]) {
    let step = (WIDTH - NAMES) / columns.len().max(1) as f64;
    let most = rows
        .iter()
        .flat_map(|(_, cells)| cells)
        .map(Members::len)
        .max()
        .unwrap_or(0);
    for (column, title) in columns.iter().enumerate() {
        let place = (NAMES + step * (column as f64 + 0.5), TOP - 9.0);
        pen.text(place, (Anchor::Middle, MUTED), title);
    }
    for (at, (name, cells)) in rows.iter().enumerate() {
        let y = TOP + ROW * at as f64;
        pen.name(y + ROW / 2.0 + 4.0, name);
        for (column, members) in cells.iter().enumerate() {
            let (ink, on) = SHADES[shade(members.len(), most)];
            let x = NAMES + step * column as f64;
            pen.rect((x, y), (step - 2.0, ROW - 2.0), ink);
            let place = (x + step / 2.0, y + ROW / 2.0 + 4.0);
            pen.number(place, (Anchor::Middle, on), members);
        }
    }
    pen.height = TOP + ROW * rows.len() as f64 + 4.0;
}

/// 0 for none, else 1 to 4 in equal steps up to the most.
fn shade(count: usize, most: usize) -> usize {
    if count == 0 {
        0
    } else {
        (count * 4).div_ceil(most.max(1)).clamp(1, 4)
    }
}
