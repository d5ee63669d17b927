//! Corrected: a share with the errors of its labels taken out, as an audit has shown them, and both errors in its interval.
//!
//! The estimator is prediction-powered inference (Angelopoulos et al., Science 2023) with the predictions as strata: what
//! the rules say of all incidents, and what people found in a random sample of each thing that the rules say. Decision
//! 0044 says why, and how often its intervals hold the truth.

use crate::report::placing::Place;
use crate::report::statistics::Share;

/// An audit of fewer incidents corrects nothing.
pub const LEAST: usize = 10;

/// So many incidents beforehand are taken to be as right as the whole audit was, in every row of the table of errors: a
/// row of three incidents without an error is not known to be without errors.
const BEFOREHAND: f64 = 2.0;

/// The standard normal quantile of 97.5 %, for 95 % intervals.
const Z: f64 = 1.959_963_984_540_054;

/// Places: outside, among, counted.
const PLACES: usize = 3;

type Row = [f64; PLACES];

/// An audited incident in one share.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Checked {
    /// Where the rules put it.
    pub ruled: Place,
    /// Where it belongs.
    pub truth: Place,
    /// How many incidents it stands for, itself included: one over its probability to be drawn.
    pub weight: f64,
    /// Whether one of the labels that the share rests on was wrong, even where it made no difference.
    pub is_wrong: bool,
}

/// The incidents of a stretch of time in one share, by place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Those that people decided, not in an audit.
    pub known: [usize; PLACES],
    /// Those that only the rules know.
    pub unknown: [usize; PLACES],
    /// Those of the audit: where the rules put them, and where they belong.
    pub audited: [[usize; PLACES]; PLACES],
}

/// A share, corrected.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Corrected {
    /// The share, 0 to 1.
    pub share: f64,
    /// Its 95 % interval: chance and wrong labels.
    pub interval: (f64, f64),
    /// How many audited incidents it rests on.
    pub audited: usize,
}

/// Corrects a share by an audit; `None` where fewer than [`LEAST`] incidents were audited, or nothing is among.
pub fn correct(counts: &Counts, audit: &[Checked]) -> Option<Corrected> {
    if audit.len() < LEAST {
        return None;
    }
    let audited = audit.len();
    if audit
        .iter()
        .all(|one| !one.is_wrong && one.ruled == one.truth)
    {
        let [_, among, counted] = counts.as_labelled();
        let share = Share::of(counted, among + counted);
        return Some(Corrected {
            share: share.fraction()?,
            interval: share.interval()?,
            audited,
        });
    }
    let table = ErrorTable::of(audit);
    let share = counts.share(&table.seen)?;
    let (smooth, effective) = effective(counts, &table)?;
    let share = if share.is_finite() { share } else { smooth };
    Some(Corrected {
        share,
        interval: wilson(share, effective),
        audited,
    })
}

/// How often what the rules put in a place belongs in which, by the place that the rules chose.
struct ErrorTable {
    /// As it was seen.
    seen: [Row; PLACES],
    /// With what is taken beforehand.
    smooth: [Row; PLACES],
    /// So many incidents of equal weight would say as much.
    incidents: Row,
}

impl ErrorTable {
    fn of(audit: &[Checked]) -> ErrorTable {
        let weights: f64 = audit.iter().map(|one| one.weight).sum();
        let wrong = audit
            .iter()
            .filter(|one| one.is_wrong || one.ruled != one.truth);
        let wrong: f64 = wrong.map(|one| one.weight).sum::<f64>() / weights;
        let mut everywhere = [0.0; PLACES];
        for one in audit {
            everywhere[one.truth as usize] += one.weight / weights;
        }
        let mut table = ErrorTable {
            seen: [[0.0; PLACES]; PLACES],
            smooth: [[0.0; PLACES]; PLACES],
            incidents: [0.0; PLACES],
        };
        for ruled in 0..PLACES {
            let mut before = everywhere.map(|share| share * wrong);
            before[ruled] += 1.0 - wrong;
            let (seen, incidents) = row(audit, ruled);
            table.incidents[ruled] = incidents;
            table.seen[ruled] = if incidents > 0.0 { seen } else { before };
            for truth in 0..PLACES {
                let sum = seen[truth] * incidents + before[truth] * BEFOREHAND;
                table.smooth[ruled][truth] = sum / (incidents + BEFOREHAND);
            }
        }
        table
    }
}

/// Where the audited incidents of one place belong, each counted as often as it stands for others; and so many incidents
/// of equal weight would say as much (Kish, 1965).
fn row(audit: &[Checked], ruled: usize) -> (Row, f64) {
    let of: Vec<&Checked> = audit
        .iter()
        .filter(|one| one.ruled as usize == ruled)
        .collect();
    // An incident that was sure to be drawn stands for no other; where all were, they speak for what came later.
    let stands_for_others = of.iter().any(|one| one.weight > 1.0);
    let weight = |one: &Checked| match stands_for_others {
        true => one.weight - 1.0,
        false => one.weight,
    };
    let (mut row, mut sum, mut squares) = ([0.0; PLACES], 0.0, 0.0);
    for one in &of {
        row[one.truth as usize] += weight(one);
        sum += weight(one);
        squares += weight(one) * weight(one);
    }
    match sum > 0.0 {
        true => (row.map(|weight| weight / sum), sum * sum / squares),
        false => (row, 0.0),
    }
}

impl Counts {
    /// All of them by the place that they have now.
    fn as_labelled(&self) -> [usize; PLACES] {
        let mut places = [0; PLACES];
        for (at, place) in places.iter_mut().enumerate() {
            let audited: usize = self.audited.iter().map(|row| row[at]).sum();
            *place = self.known[at] + self.unknown[at] + audited;
        }
        places
    }

    /// The share where the unknown are divided as the table says.
    fn share(&self, table: &[Row; PLACES]) -> Option<f64> {
        let mut places = [0.0; PLACES];
        for (truth, place) in places.iter_mut().enumerate() {
            let audited: usize = self.audited.iter().map(|row| row[truth]).sum();
            let guessed = self.unknown.iter().zip(table);
            let guessed: f64 = guessed
                .map(|(unknown, row)| *unknown as f64 * row[truth])
                .sum();
            *place = (self.known[truth] + audited) as f64 + guessed;
        }
        let among = places[1] + places[2];
        (among > 0.0).then(|| places[2] / among)
    }

    fn total(&self) -> f64 {
        let audited: usize = self.audited.iter().flatten().sum();
        let others = self.known.iter().chain(&self.unknown);
        (others.sum::<usize>() + audited) as f64
    }
}

/// The share by the smoothed table, and so many incidents without a wrong label would leave it as unsure as it is: what
/// chance makes of the incidents and of the audit is added up by linearization.
fn effective(counts: &Counts, table: &ErrorTable) -> Option<(f64, f64)> {
    let all = counts.total();
    let groups = groups(counts, table);
    let part = |truth: usize| {
        let sizes = groups.iter().map(|(size, row)| size / all * row[truth]);
        sizes.sum::<f64>()
    };
    let (counted, among) = (part(2), part(1) + part(2));
    if among <= 0.0 {
        return None;
    }
    let share = counted / among;
    // What one incident at each place adds to the error of the share.
    let value = [0.0, -share / among, (1.0 - share) / among];
    let between = groups
        .iter()
        .map(|(size, row)| size / all * mean(row, &value).powi(2));
    let variance = between.sum::<f64>() / all + of_labels(counts, table, &value) / (all * all);
    let most = among * all;
    let spread = share * (1.0 - share);
    let effective = match variance > 0.0 && spread > 0.0 {
        true => (spread / variance).min(most),
        false => most,
    };
    Some((share, effective))
}

/// The incidents by what is known of them: each row of the table, then those whose place is known.
fn groups(counts: &Counts, table: &ErrorTable) -> Vec<(f64, Row)> {
    let mut groups = Vec::new();
    for ruled in 0..PLACES {
        let audited: usize = counts.audited[ruled].iter().sum();
        groups.push((
            (counts.unknown[ruled] + audited) as f64,
            table.smooth[ruled],
        ));
        let mut sure = [0.0; PLACES];
        sure[ruled] = 1.0;
        groups.push((counts.known[ruled] as f64, sure));
    }
    groups
}

/// What is unsure because labels were checked on some incidents only, times the square of all.
fn of_labels(counts: &Counts, table: &ErrorTable, value: &Row) -> f64 {
    let rows = table.smooth.iter().enumerate().map(|(ruled, row)| {
        let square = (0..PLACES).map(|at| row[at] * value[at] * value[at]);
        let within = (square.sum::<f64>() - mean(row, value).powi(2)).max(0.0);
        let audited = counts.audited[ruled].iter().sum::<usize>() as f64;
        let unknown = counts.unknown[ruled] as f64;
        let said = table.incidents[ruled].max(1.0);
        // Those audited are known, the unknown are guessed from them, and the two go together.
        within * (audited + unknown * unknown / said + 2.0 * audited * unknown / said)
    });
    rows.sum()
}

fn mean(row: &Row, value: &Row) -> f64 {
    (0..PLACES).map(|at| row[at] * value[at]).sum()
}

/// Wilson's interval of a share of so many incidents, which need be neither whole numbers.
pub(super) fn wilson(share: f64, of: f64) -> (f64, f64) {
    let z2 = Z * Z;
    let centre = share + z2 / (2.0 * of);
    let spread = Z
        * (share * (1.0 - share) / of + z2 / (4.0 * of * of))
            .max(0.0)
            .sqrt();
    let scale = 1.0 + z2 / of;
    let (low, high) = ((centre - spread) / scale, (centre + spread) / scale);
    (low.clamp(0.0, 1.0), high.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(ruled: Place, truth: Place) -> Checked {
        Checked {
            ruled,
            truth,
            weight: 5.0,
            is_wrong: ruled != truth,
        }
    }

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-9
    }

    #[test]
    fn without_a_wrong_label_it_is_wilsons() {
        let audit = [checked(Place::Counted, Place::Counted); 12];
        let counts = Counts {
            known: [1, 2, 3],
            unknown: [9, 30, 10],
            audited: [[2, 0, 0], [0, 4, 0], [0, 0, 6]],
        };
        let corrected = correct(&counts, &audit).expect("an audit");
        let share = Share::of(19, 55);
        assert_eq!(Some(corrected.interval), share.interval());
        assert_eq!(Some(corrected.share), share.fraction());
        assert_eq!(correct(&counts, &audit[..9]), None);
        // The general way comes to the same where every place is known.
        let known = Counts {
            known: [4, 36, 19],
            ..Counts::default()
        };
        let mut audit = audit.to_vec();
        audit.push(checked(Place::Counted, Place::Among));
        let corrected = correct(&known, &audit).expect("an audit");
        let (low, high) = share.interval().expect("some");
        assert!(close(corrected.interval.0, low) && close(corrected.interval.1, high));
    }

    #[test]
    fn what_the_audit_found_wrong_is_taken_out_of_the_rest() {
        // Of ten that the rules counted two do not belong there, of ten among one does.
        let mut audit = vec![checked(Place::Counted, Place::Counted); 8];
        audit.extend([checked(Place::Counted, Place::Among); 2]);
        audit.extend([checked(Place::Among, Place::Among); 9]);
        audit.push(checked(Place::Among, Place::Counted));
        let counts = Counts {
            unknown: [0, 60, 40],
            ..Counts::default()
        };
        let corrected = correct(&counts, &audit).expect("an audit");
        assert!(close(corrected.share, 0.4 * 0.8 + 0.6 * 0.1));
        let (low, high) = Share::of(40, 100).interval().expect("some");
        assert!(corrected.interval.1 - corrected.interval.0 > high - low);
    }
}
