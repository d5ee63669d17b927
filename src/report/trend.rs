//! Trend: the labels of the last eight quarters, quarter by quarter.

use crate::quarter::Quarter;
use crate::tally::Entry;
use crate::taxonomy::Decay;
use crate::taxonomy::FailureMode;

use crate::report::period::Calendar;
use crate::report::population::incidents_in;
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
pub fn trend(entries: &[Entry], calendar: Calendar, last: Quarter) -> Vec<QuarterCounts> {
    (1 - QUARTERS..=0)
        .map(|back| {
            let quarter = last.shifted(back);
            let all = incidents_in(entries, calendar.days_of(quarter));
            let mode = |mode: &FailureMode| {
                all.filter(|entry| entry.labels.failure_mode == *mode)
                    .members()
            };
            let decay = |decay: &Decay| all.filter(|entry| entry.labels.decay == *decay).members();
            QuarterCounts {
                name: calendar.name(quarter),
                by_failure_mode: FailureMode::ALL.iter().map(mode).collect(),
                by_decay: Decay::ALL.iter().map(decay).collect(),
                all: all.members(),
            }
        })
        .collect()
}
