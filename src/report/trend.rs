//! Trend: the labels of the last eight quarters, quarter by quarter.

use crate::quarter::Quarter;
use crate::taxonomy::Decay;
use crate::taxonomy::FailureMode;

use crate::report::period::Calendar;
use crate::report::population::Dated;
use crate::report::selection::Members;

/// How many quarters a trend shows.
pub const QUARTERS: i32 = 8;

/// The labels of one quarter.
#[derive(Debug, Clone, PartialEq)]
pub struct QuarterCounts {
    /// Its name.
    pub name: String,
    /// Its incidents.
    pub all: Members,
    /// Those of each failure mode, in the order of [`FailureMode::ALL`].
    pub by_failure_mode: Vec<Members>,
    /// Those of each decay, in the order of [`Decay::ALL`].
    pub by_decay: Vec<Members>,
}

/// The eight quarters up to one, oldest first.
pub fn trend(dated: &Dated<'_>, calendar: Calendar, last: Quarter) -> Vec<QuarterCounts> {
    (1 - QUARTERS..=0)
        .map(|back| {
            let quarter = last.shifted(back);
            let all = dated.within(calendar.days_of(quarter));
            QuarterCounts {
                name: calendar.name(quarter),
                by_failure_mode: all.sorted_by(FailureMode::ALL, |entry| entry.labels.failure_mode),
                by_decay: all.sorted_by(Decay::ALL, |entry| entry.labels.decay),
                all: all.members(),
            }
        })
        .collect()
}
