//! Durations as dots on a scale from a minute to months, over the box of their quartiles.

use crate::report::statistics::Quartiles;
use crate::report::wording;

use crate::report::svg::Anchor;
use crate::report::svg::INK;
use crate::report::svg::MUTED;
use crate::report::svg::NAMES;
use crate::report::svg::PALE;
use crate::report::svg::Pen;
use crate::report::svg::RULE;
use crate::report::svg::STRONG;
use crate::report::svg::WIDTH;

const ROW: f64 = 40.0;
const RIGHT: f64 = 110.0;

/// With more values than this, a row shows its quartiles and ends only.
const DOTS: usize = 60;

/// The marks of the scale in minutes.
const MARKS: [(f64, &str); 8] = [
    (1.0, "1 min"),
    (10.0, "10 min"),
    (60.0, "1 h"),
    (360.0, "6 h"),
    (1_440.0, "1 day"),
    (10_080.0, "1 wk"),
    (43_200.0, "1 mo"),
    (259_200.0, "6 mo"),
];

/// Draws a row for each name.
pub(super) fn spread(pen: &mut Pen<'_>, rows: &[(String, Vec<f64>, Option<Quartiles>)]) {
    let (first, last) = (MARKS[0].0.ln(), MARKS[MARKS.len() - 1].0.ln());
    let place = |minutes: f64| {
        let at = (minutes.max(1.0).ln() - first) / (last - first);
        NAMES + 6.0 + (WIDTH - NAMES - RIGHT - 12.0) * at.clamp(0.0, 1.0)
    };
    let bottom = ROW * rows.len() as f64 + 4.0;
    for (minutes, words) in MARKS {
        pen.line((place(minutes), 4.0), (place(minutes), bottom), RULE);
        pen.text(
            (place(minutes), bottom + 16.0),
            (Anchor::Middle, MUTED),
            words,
        );
    }
    for (at, (name, values, quartiles)) in rows.iter().enumerate() {
        let middle = ROW * (at as f64 + 0.5) + 2.0;
        pen.name(middle + 4.0, name);
        let right = (WIDTH - RIGHT + 10.0, middle + 4.0);
        let Some(found) = quartiles else {
            pen.text(right, (Anchor::Start, MUTED), "not told");
            continue;
        };
        let (low, high) = (place(found.low), place(found.high));
        pen.rect((low, middle - 9.0), ((high - low).max(2.0), 18.0), PALE);
        if values.len() > DOTS {
            let end = |of: fn(f64, f64) -> f64| values.iter().copied().reduce(of).unwrap_or(0.0);
            let (least, most) = (place(end(f64::min)), place(end(f64::max)));
            pen.line((least, middle), (most, middle), INK);
        } else {
            dots(pen, values, (middle, &place));
        }
        pen.rect((place(found.median) - 1.5, middle - 12.0), (3.0, 24.0), INK);
        let words = format!("{} ({})", wording::duration(found.median), found.count);
        pen.text(right, (Anchor::Start, INK), &words);
    }
    pen.height = bottom + 26.0;
}

/// A dot for each value; those that would hide another move up or down.
fn dots(pen: &mut Pen<'_>, values: &[f64], (middle, place): (f64, &dyn Fn(f64) -> f64)) {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    let mut last = f64::MIN;
    let mut crowd: u8 = 0;
    for value in values {
        let x = place(value);
        crowd = if x - last < 7.0 { (crowd + 1) % 3 } else { 0 };
        let y = middle + [0.0, -7.0, 7.0][usize::from(crowd)];
        last = x;
        let (class, colour) = (STRONG.0, STRONG.1);
        pen.out.push_str(&format!(
            "<circle class=\"{class}\" cx=\"{}\" cy=\"{}\" r=\"3.5\" fill=\"{colour}\" fill-opacity=\"0.85\"/>\n",
            super::round(x),
            super::round(y)
        ));
    }
}
