//! Scope, Population, ValueShare: who is counted in a stretch of time, and how the labels are spread among them.

use std::collections::BTreeSet;

use crate::classification::VerdictSource;
use crate::incident::IncidentId;
use crate::tally::Entry;
use crate::taxonomy::Decay;
use crate::taxonomy::FailureMode;

use super::Members;
use super::period::Days;
use super::period::Stretch;
use super::statistics::Share;

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

/// One value of a label and the incidents that have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueShare {
    /// The value's id.
    pub value: &'static str,
    /// Its share of the classified.
    pub share: Share,
    /// Those that have it.
    pub incidents: Members,
}

/// What was counted in a stretch of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counts {
    /// The time.
    pub stretch: Stretch,
    /// Who is counted.
    pub population: Population,
    /// The six modes and `none`, in the order of the codebook.
    pub by_failure_mode: Vec<ValueShare>,
    /// Data decay, model decay, none, unknown.
    pub by_decay: Vec<ValueShare>,
}

/// The incidents of a stretch of time, as places in the entries.
pub fn incidents_in(entries: &[Entry], days: Days) -> Members {
    members(entries, |entry| {
        entry.is_counted && entry.day.is_some_and(|day| days.contains(day))
    })
}

/// The undated incidents of the whole base.
pub fn undated(entries: &[Entry]) -> Members {
    members(entries, |entry| entry.is_counted && entry.day.is_none())
}

/// The documents of the whole base that are no incidents: templates, index pages, duplicates.
pub fn not_counted(entries: &[Entry]) -> Members {
    members(entries, |entry| !entry.is_counted)
}

fn members(entries: &[Entry], holds: impl Fn(&Entry) -> bool) -> Members {
    (0..entries.len())
        .filter(|at| holds(&entries[*at]))
        .collect()
}

/// Those of some incidents for which something holds.
pub fn among(entries: &[Entry], of: &[usize], holds: impl Fn(&Entry) -> bool) -> Members {
    of.iter()
        .copied()
        .filter(|at| holds(&entries[*at]))
        .collect()
}

impl Counts {
    /// Counts the incidents of a stretch of time.
    pub fn of(entries: &[Entry], stretch: Stretch, audited: &BTreeSet<IncidentId>) -> Counts {
        let all = incidents_in(entries, stretch.days);
        let classified = among(entries, &all, |entry| {
            entry.labels.failure_mode != FailureMode::Unknown
        });
        let by = |source| among(entries, &classified, |entry| entry.labels.mode_by == source);
        let spread = |id: &'static str, incidents: Members| ValueShare {
            value: id,
            share: Share::of(incidents.len(), classified.len()),
            incidents,
        };
        let modes = FailureMode::ALL
            .iter()
            .filter(|mode| **mode != FailureMode::Unknown);
        Counts {
            by_failure_mode: modes
                .map(|mode| {
                    let has = |entry: &Entry| entry.labels.failure_mode == *mode;
                    spread(mode.id(), among(entries, &classified, has))
                })
                .collect(),
            by_decay: Decay::ALL
                .iter()
                .map(|decay| {
                    let has = |entry: &Entry| entry.labels.decay == *decay;
                    spread(decay.id(), among(entries, &classified, has))
                })
                .collect(),
            population: Population {
                unclassified: among(entries, &all, |entry| {
                    entry.labels.failure_mode == FailureMode::Unknown
                }),
                human: by(VerdictSource::Human),
                rule: by(VerdictSource::Rule),
                audited: among(entries, &all, |entry| audited.contains(&entry.id)),
                classified,
                all,
            },
            stretch,
        }
    }
}
