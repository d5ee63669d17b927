//! Bars: small columns by quarter, parts side by side, shares with their intervals.

use crate::report::selection::Members;
use crate::report::statistics::Share;
use crate::report::wording;

use crate::report::svg::Anchor;
use crate::report::svg::FAINT;
use crate::report::svg::GREY;
use crate::report::svg::INK;
use crate::report::svg::Ink;
use crate::report::svg::MUTED;
use crate::report::svg::NAMES;
use crate::report::svg::ON_STRONG;
use crate::report::svg::PALE;
use crate::report::svg::Pen;
use crate::report::svg::RULE;
use crate::report::svg::STRONG;
use crate::report::svg::WARM;
use crate::report::svg::WIDTH;

/// Height of a row of small columns, and of the highest column in it.
const ROW: f64 = 50.0;
const COLUMN: f64 = 26.0;

/// Height of a bar and of the row that it lies in.
const BAR: f64 = 20.0;
const BAR_ROW: f64 = 30.0;

/// Height of the highest column of a stack.
const STACK: f64 = 96.0;

/// The inks of the parts of a stack, with the ink of the number on each.
const PARTS: [(Ink, Ink); 4] = [
    (STRONG, ON_STRONG),
    (WARM, ON_STRONG),
    (GREY, INK),
    (FAINT, INK),
];

/// A row of small columns for each name; the last column is the period asked for.
pub(super) fn columns(pen: &mut Pen<'_>, labels: &[String], rows: &[(String, Vec<Members>)]) {
    let step = (WIDTH - NAMES) / labels.len().max(1) as f64;
    let most = rows
        .iter()
        .flat_map(|(_, counts)| counts)
        .map(Members::len)
        .max()
        .unwrap_or(0);
    for (at, (name, counts)) in rows.iter().enumerate() {
        let base = ROW * (at + 1) as f64 - 8.0;
        pen.name(base - 4.0, name);
        pen.line((NAMES, base), (WIDTH, base), RULE);
        for (column, members) in counts.iter().enumerate() {
            let x = NAMES + step * column as f64;
            let height = COLUMN * members.len() as f64 / most.max(1) as f64;
            let is_last = column + 1 == counts.len();
            let ink = if is_last { STRONG } else { PALE };
            if !members.is_empty() {
                pen.rect((x + step * 0.2, base - height), (step * 0.6, height), ink);
                let place = (x + step / 2.0, base - height - 4.0);
                pen.number(place, (Anchor::Middle, INK), members);
            }
        }
    }
    let bottom = ROW * rows.len() as f64 + 10.0;
    for (column, label) in labels.iter().enumerate() {
        let place = (NAMES + step * (column as f64 + 0.5), bottom);
        pen.text(place, (Anchor::Middle, MUTED), label);
    }
    pen.height = bottom + 10.0;
}

/// A column for each name, its parts on top of each other; the last column is the period asked for.
pub(super) fn stack(pen: &mut Pen<'_>, parts: &[&'static str], rows: &[(String, Vec<Members>)]) {
    let mut x = 0.0;
    for (part, (ink, _)) in parts.iter().zip(PARTS) {
        pen.rect((x, 4.0), (14.0, 14.0), ink);
        pen.text((x + 20.0, 16.0), (Anchor::Start, INK), part);
        x += 130.0;
    }
    let whole = |counts: &[Members]| counts.iter().map(Members::len).sum::<usize>();
    let most = rows.iter().map(|(_, counts)| whole(counts)).max();
    let unit = STACK / most.unwrap_or(0).max(1) as f64;
    let step = WIDTH / rows.len().max(1) as f64;
    let base = 46.0 + STACK;
    for (at, (name, counts)) in rows.iter().enumerate() {
        let middle = step * (at as f64 + 0.5);
        let is_last = at + 1 == rows.len();
        let mut y = base;
        for (members, (ink, on)) in counts.iter().zip(PARTS) {
            let height = unit * members.len() as f64;
            let left = middle - step * 0.32;
            pen.rect((left, y - height), (step * 0.64, height - 1.0), ink);
            if height >= 12.0 {
                let place = (middle, y - height / 2.0 + 4.0);
                pen.number(place, (Anchor::Middle, on), members);
            }
            y -= height;
        }
        let all = whole(counts).to_string();
        pen.text((middle, y - 6.0), (Anchor::Middle, INK), &all);
        let ink = if is_last { INK } else { MUTED };
        pen.text((middle, base + 18.0), (Anchor::Middle, ink), name);
    }
    pen.line((0.0, base), (WIDTH, base), RULE);
    pen.height = base + 26.0;
}

/// A share with its 95 % interval for each name.
pub(super) fn shares(pen: &mut Pen<'_>, rows: &[(String, Share, Members)]) {
    let (left, right) = (NAMES, WIDTH - 170.0);
    let place = |fraction: f64| left + (right - left) * fraction;
    let bottom = BAR_ROW * rows.len() as f64 + 8.0;
    for quarter in 0..=4 {
        let fraction = f64::from(quarter) / 4.0;
        pen.line((place(fraction), 4.0), (place(fraction), bottom), RULE);
        let words = format!("{:.0}%", fraction * 100.0);
        pen.text(
            (place(fraction), bottom + 16.0),
            (Anchor::Middle, MUTED),
            &words,
        );
    }
    for (at, (name, share, members)) in rows.iter().enumerate() {
        let y = 8.0 + BAR_ROW * at as f64;
        pen.name(y + 15.0, name);
        let fraction = share.fraction().unwrap_or(0.0);
        pen.rect((left, y + 2.0), (place(fraction) - left, BAR - 4.0), PALE);
        if let Some((low, high)) = share.interval() {
            let middle = y + BAR / 2.0;
            pen.rect(
                (place(low), middle - 1.0),
                (place(high) - place(low), 2.0),
                INK,
            );
            pen.rect((place(low) - 1.0, middle - 5.0), (2.0, 10.0), INK);
            pen.rect((place(high) - 1.0, middle - 5.0), (2.0, 10.0), INK);
        }
        pen.number((right + 34.0, y + 15.0), (Anchor::End, INK), members);
        let words = format!("of {}, {}", share.total, wording::share(*share));
        pen.text((right + 40.0, y + 15.0), (Anchor::Start, MUTED), &words);
    }
    pen.height = bottom + 26.0;
}
