//! Population: who is counted in a stretch of time, and who is not.

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::classification::VerdictSource;
use crate::incident::IncidentId;
use crate::tally::Entry;
use crate::taxonomy::Facet;
use crate::taxonomy::FailureMode;

use crate::report::period::Days;
use crate::report::selection::Members;
use crate::report::selection::Selection;

/// Who is counted in a stretch of time.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Population {
    /// The dated incidents: classified and unclassified.
    pub all: Members,
    /// Those with a failure mode; `none` is one.
    pub classified: Members,
    /// Those whose failure mode is not known.
    pub unclassified: Members,
    /// Those classified by a person.
    pub human: Members,
    /// Those classified by rule.
    pub rule: Members,
    /// Those whose labels a person has checked in an audit.
    pub audited: Members,
}

impl Population {
    /// Sorts some incidents by who labelled them.
    pub fn of(all: &Selection<'_>, audited: &BTreeSet<IncidentId>) -> Population {
        let classified = all.filter(is_classified);
        let by = |source| classified.filter(|entry| entry.labels.by(Facet::FailureMode) == source);
        Population {
            all: all.members(),
            unclassified: all.filter(|entry| !is_classified(entry)).members(),
            human: by(VerdictSource::Human).members(),
            rule: by(VerdictSource::Rule).members(),
            audited: all.filter(|entry| audited.contains(&entry.id)).members(),
            classified: classified.members(),
        }
    }
}

/// Whether a failure mode could be given; `none` counts as one.
pub fn is_classified(entry: &Entry) -> bool {
    entry.labels.failure_mode != FailureMode::Unknown
}

/// Entries with the days of those that are counted side by side: every stretch of time is looked for among all of them.
pub struct Dated<'a> {
    entries: &'a [Entry],
    days: Vec<Option<Date>>,
}

impl<'a> Dated<'a> {
    /// Puts the days of some entries side by side.
    pub fn of(entries: &'a [Entry]) -> Dated<'a> {
        let days = entries.iter();
        let days = days.map(|entry| entry.day.filter(|_| entry.is_counted));
        Dated {
            entries,
            days: days.collect(),
        }
    }

    /// The incidents of some days.
    pub fn within(&self, days: Days) -> Selection<'a> {
        let places = (0..).zip(&self.days);
        let within = places.filter(|(_, day)| day.is_some_and(|day| days.contains(day)));
        Selection::at(self.entries, &within.map(|(place, _)| place).collect())
    }
}

/// The undated incidents of the whole base.
pub fn undated(entries: &[Entry]) -> Members {
    Selection::of(entries, |entry| entry.is_counted && entry.day.is_none()).members()
}

/// The documents of the whole base that are no incidents: templates, index pages, duplicates.
pub fn not_counted(entries: &[Entry]) -> Members {
    Selection::of(entries, |entry| !entry.is_counted).members()
}
