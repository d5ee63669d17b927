//! Measured: a share in one stretch of time, beside the stretches that it is held against.

use crate::report::correction::Corrected;
use crate::report::period::Stretch;
use crate::report::selection::Members;
use crate::report::selection::Selection;
use crate::report::statistics::Share;
use crate::report::statistics::holm;

/// Below this many incidents a share is printed, and nothing is claimed of it.
pub const TOO_FEW: usize = 8;

/// A difference counts as significant where its corrected probability is below this.
pub const LEVEL: f64 = 0.05;

/// What may be claimed of a share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finding {
    /// It differs from the stretch before by more than chance explains.
    Significant,
    /// It does not.
    NotSignificant,
    /// It rests on too few incidents.
    TooFew,
}

impl Finding {
    /// The id as it stands in outputs.
    pub fn id(self) -> &'static str {
        match self {
            Finding::Significant => "significant",
            Finding::NotSignificant => "not-significant",
            Finding::TooFew => "too-few",
        }
    }
}

/// The same share in another stretch of time, and how probable the difference is by chance.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// The other time.
    pub stretch: Stretch,
    /// The share there.
    pub share: Share,
    /// By Fisher's exact test, two-sided.
    pub probability: f64,
    /// The same, corrected by Holm's method for the number of shares compared together.
    pub corrected: f64,
}

impl Comparison {
    /// Whether the difference is more than chance explains.
    pub fn is_significant(&self) -> bool {
        self.corrected < LEVEL
    }
}

/// A share in one stretch of time.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// n of N.
    pub share: Share,
    /// The incidents of the numerator.
    pub incidents: Members,
    /// The incidents of the denominator.
    pub among: Members,
    /// The stretch directly before.
    pub previous: Comparison,
    /// The same stretch a year earlier, where that is another one.
    pub year_before: Option<Comparison>,
    /// What may be claimed.
    pub finding: Finding,
    /// The share with wrong labels taken out, where there was an audit.
    pub corrected: Option<Corrected>,
}

/// Incidents with the stretch of time that they lie in.
pub struct Within<'a> {
    /// The time.
    pub stretch: Stretch,
    /// The incidents.
    pub incidents: Selection<'a>,
}

/// The stretches of time of one measurement.
pub struct Against<'a> {
    /// The time asked for.
    pub now: Within<'a>,
    /// The one directly before.
    pub previous: Within<'a>,
    /// The same one a year earlier.
    pub year_before: Option<Within<'a>>,
}

/// What is counted among some incidents: the numerator and the denominator.
pub type Split<'s> = Box<dyn for<'a> Fn(&Selection<'a>) -> (Selection<'a>, Selection<'a>) + 's>;

/// Measures some shares together: they are one family of tests for each stretch compared with.
pub fn measure(splits: &[Split<'_>], against: &Against<'_>) -> Vec<Measured> {
    let mut measured: Vec<Measured> = splits.iter().map(|split| one(split, against)).collect();
    correct(&mut measured, |one| Some(&mut one.previous));
    correct(&mut measured, |one| one.year_before.as_mut());
    for one in &mut measured {
        one.finding = one.claim();
    }
    measured
}

fn one(split: &Split<'_>, against: &Against<'_>) -> Measured {
    let (numerator, denominator) = split(&against.now.incidents);
    let share = numerator.share_of(&denominator);
    let compare = |within: &Within<'_>| {
        let (numerator, denominator) = split(&within.incidents);
        let other = numerator.share_of(&denominator);
        Comparison {
            stretch: within.stretch.clone(),
            share: other,
            probability: share.fisher(other),
            corrected: 1.0,
        }
    };
    Measured {
        share,
        incidents: numerator.members(),
        among: denominator.members(),
        previous: compare(&against.previous),
        year_before: against.year_before.as_ref().map(compare),
        finding: Finding::TooFew,
        corrected: None,
    }
}

/// Corrects one comparison of every share for their number. A share of nothing, on either side, is no test.
fn correct(measured: &mut [Measured], pick: impl Fn(&mut Measured) -> Option<&mut Comparison>) {
    let mut tests: Vec<&mut Comparison> = measured
        .iter_mut()
        .filter(|one| one.share.total > 0)
        .filter_map(pick)
        .filter(|comparison| comparison.share.total > 0)
        .collect();
    let probabilities: Vec<f64> = tests.iter().map(|test| test.probability).collect();
    for (test, corrected) in tests.iter_mut().zip(holm(&probabilities)) {
        test.corrected = corrected;
    }
}

impl Measured {
    fn claim(&self) -> Finding {
        if self.share.total < TOO_FEW {
            Finding::TooFew
        } else if self.previous.is_significant() {
            Finding::Significant
        } else {
            Finding::NotSignificant
        }
    }
}
