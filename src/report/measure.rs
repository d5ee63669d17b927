//! Measured: a pattern's share in one stretch of time, beside the stretches that it is held against.

use crate::error::Error;
use crate::tally::Entry;
use crate::tally::Tally;

use super::Members;
use super::pattern::Pattern;
use super::period::Days;
use super::period::Stretch;
use super::population::among;
use super::population::incidents_in;
use super::statistics::Share;
use super::statistics::holm;

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
    /// The same, corrected by Holm's method for the number of patterns compared.
    pub corrected: f64,
}

/// A pattern's share in one stretch of time.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// Where the pattern stands among those of the report.
    pub pattern: usize,
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
}

/// A pattern with the places of its filters among the questions of the tally.
pub struct Asked {
    numerator: usize,
    denominator: usize,
}

impl Asked {
    /// Finds the filters of a pattern among the questions that a tally was counted with.
    ///
    /// # Errors
    /// [`Error::Invalid`] where the tally was not asked about them.
    pub fn of(pattern: &Pattern, tally: &Tally) -> Result<Asked, Error> {
        let place = |text: &str| {
            tally
                .questions()
                .iter()
                .position(|question| question == text)
                .ok_or_else(|| Error::Invalid {
                    what: "filter",
                    value: text.to_owned(),
                    expected: "one that the tally was counted with".to_owned(),
                })
        };
        Ok(Asked {
            numerator: place(&pattern.numerator.text)?,
            denominator: place(&pattern.denominator.text)?,
        })
    }

    fn split(&self, entries: &[Entry], days: Days) -> (Members, Members) {
        let all = incidents_in(entries, days);
        let denominator = among(entries, &all, |entry| entry.answers(self.denominator));
        let numerator = among(entries, &denominator, |entry| entry.answers(self.numerator));
        (numerator, denominator)
    }

    fn share(&self, entries: &[Entry], days: Days) -> Share {
        let (numerator, denominator) = self.split(entries, days);
        Share::of(numerator.len(), denominator.len())
    }
}

/// The stretches of time of one measurement.
pub struct Against<'a> {
    /// The time asked for.
    pub stretch: &'a Stretch,
    /// The one directly before.
    pub previous: &'a Stretch,
    /// The same one a year earlier.
    pub year_before: Option<&'a Stretch>,
}

/// Measures patterns in a stretch of time, corrected together: one family of tests for each stretch compared with.
pub fn measure(entries: &[Entry], asked: &[Asked], against: &Against<'_>) -> Vec<Measured> {
    let mut measured: Vec<Measured> = asked
        .iter()
        .enumerate()
        .map(|(at, pattern)| {
            let (incidents, among) = pattern.split(entries, against.stretch.days);
            let share = Share::of(incidents.len(), among.len());
            let compare = |stretch: &Stretch| {
                let other = pattern.share(entries, stretch.days);
                let probability = share.fisher(other);
                Comparison {
                    stretch: stretch.clone(),
                    share: other,
                    probability,
                    corrected: 1.0,
                }
            };
            Measured {
                pattern: at,
                share,
                incidents,
                among,
                previous: compare(against.previous),
                year_before: against.year_before.map(compare),
                finding: Finding::TooFew,
            }
        })
        .collect();
    correct(&mut measured, |one| Some(&mut one.previous));
    correct(&mut measured, |one| one.year_before.as_mut());
    for one in &mut measured {
        one.finding = one.claim();
    }
    measured
}

/// Corrects one comparison of every pattern for their number. A pattern without incidents on a side is no test.
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
        } else if self.previous.corrected < LEVEL {
            Finding::Significant
        } else {
            Finding::NotSignificant
        }
    }
}
