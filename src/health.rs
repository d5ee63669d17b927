//! Health: what intake understood of some documents and what it did not, in numbers and by name.

use std::collections::BTreeMap;

use crate::incident::IncidentId;
use crate::postmortem::DocumentKind;
use crate::postmortem::SectionKind;
use crate::record::Record;
use crate::taxonomy::Facet;
use crate::taxonomy::Reason;

/// Whether a record states something.
type Has = fn(&Record) -> bool;

/// What is looked for in every incident, in the order in which it is told.
const FIELDS: &[(&str, Has)] = &[
    ("date", |record| record.facts.day().is_some()),
    ("severity", |record| record.facts.severity.is_some()),
    ("services", |record| !record.facts.services.is_empty()),
    ("models", |record| !record.facts.models.is_empty()),
    ("assets", |record| !record.facts.assets.is_empty()),
    ("team", |record| record.facts.team.is_some()),
    ("onset", |record| record.facts.onset.is_some()),
    ("detected", |record| record.facts.detected.is_some()),
    ("resolved", |record| record.facts.resolved.is_some()),
    ("minutes_to_detect", |record| {
        record.facts.minutes_to_detect.is_some()
    }),
    ("minutes_to_resolve", |record| {
        record.facts.minutes_to_resolve.is_some()
    }),
    ("cause section", has_cause),
    ("action items", |record| {
        !record.facts.action_items.is_empty()
    }),
    ("hours_lost", |record| record.facts.hours_lost.is_some()),
    ("money", |record| record.facts.money.is_some()),
    ("users_affected", |record| {
        record.facts.users_affected.is_some()
    }),
    ("detection", |record| {
        record.classification.value(Facet::Detection).is_some()
    }),
    ("first_diagnosis", |record| {
        record.classification.value(Facet::FirstDiagnosis).is_some()
    }),
];

/// What may be wrong with documents, with what mends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Finding {
    /// A near or exact copy of another; not counted.
    Duplicate,
    /// Several incidents on one page; not counted.
    Several,
    /// A template, an index or a meeting page; not counted.
    NotAnIncident,
    /// No date is stated: it counts in no quarter.
    Undated,
    /// No section tells the cause.
    WithoutCause,
    /// No rules for its language.
    Language,
    /// No label could be given.
    Unclassified,
    /// A person and the rules disagree.
    Disputed,
}

impl Finding {
    /// Every finding, in the order in which they are told.
    pub const ALL: &'static [Finding] = &[
        Finding::Duplicate,
        Finding::Several,
        Finding::NotAnIncident,
        Finding::Undated,
        Finding::WithoutCause,
        Finding::Language,
        Finding::Unclassified,
        Finding::Disputed,
    ];

    /// The id as it stands in outputs.
    pub fn id(self) -> &'static str {
        match self {
            Finding::Duplicate => "duplicates",
            Finding::Several => "several on one page",
            Finding::NotAnIncident => "not incidents",
            Finding::Undated => "undated",
            Finding::WithoutCause => "without a cause section",
            Finding::Language => "language not supported",
            Finding::Unclassified => "without a label",
            Finding::Disputed => "disputed",
        }
    }

    /// What mends it: what to type, or what to write in the document.
    pub fn mend(self) -> &'static str {
        match self {
            Finding::Duplicate => {
                "pm-kb list kind:duplicate; if one is another incident: pm-kb label ID kind=incident"
            }
            Finding::Several => {
                "pm-kb add PAGE --split-on LEVEL; if it is one incident: pm-kb label ID kind=incident"
            }
            Finding::NotAnIncident => {
                "pm-kb list --all -kind:postmortem -kind:duplicate -kind:several; if one is an incident: pm-kb label ID kind=incident"
            }
            Finding::Undated => {
                "pm-kb list is:undated; then: pm-kb label ID date=2026-07-03, or --date-order dmy with add"
            }
            Finding::WithoutCause => {
                "give the cause a heading such as `Root cause`, or: pm-kb label ID mode=…"
            }
            Finding::Language => "pm-kb label ID mode=…",
            Finding::Unclassified => "pm-kb list is:unclassified; then: pm-kb label ID mode=…",
            Finding::Disputed => "pm-kb list is:disputed",
        }
    }
}

/// What intake understood of some documents and what it did not.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Health {
    /// How many documents there are.
    pub documents: usize,
    /// How many of them are counted as incidents.
    pub incidents: usize,
    /// In how many incidents something is found, in the order in which it is told.
    pub found: Vec<(&'static str, usize)>,
    /// The documents of each finding, in the order in which they were taken in.
    pub findings: BTreeMap<Finding, Vec<IncidentId>>,
}

impl Health {
    /// Takes in one more document.
    pub fn take(&mut self, record: &Record) {
        self.documents += 1;
        if self.found.is_empty() {
            self.found = FIELDS.iter().map(|(name, _)| (*name, 0)).collect();
        }
        let mut find = |finding: Finding| {
            let ids = self.findings.entry(finding).or_default();
            ids.push(record.id.clone());
        };
        if !record.is_counted() {
            find(match record.kind {
                DocumentKind::Duplicate => Finding::Duplicate,
                DocumentKind::Several => Finding::Several,
                _ => Finding::NotAnIncident,
            });
            return;
        }
        let labels = &record.classification;
        let is_language = labels.reason == Some(Reason::Language);
        for (is_so, finding) in [
            (record.facts.day().is_none(), Finding::Undated),
            (!has_cause(record), Finding::WithoutCause),
            (is_language, Finding::Language),
            (
                !labels.is_classified() && !is_language,
                Finding::Unclassified,
            ),
            (labels.disputed, Finding::Disputed),
        ] {
            if is_so {
                find(finding);
            }
        }
        self.incidents += 1;
        for ((_, count), (_, has)) in self.found.iter_mut().zip(FIELDS) {
            *count += usize::from(has(record));
        }
    }

    /// The health of some records.
    pub fn of<'a>(records: impl IntoIterator<Item = &'a Record>) -> Health {
        let mut health = Health::default();
        records.into_iter().for_each(|record| health.take(record));
        health
    }

    /// In how many incidents something is found.
    pub fn count(&self, name: &str) -> usize {
        let found = self.found.iter().find(|(field, _)| *field == name);
        found.map_or(0, |(_, count)| *count)
    }
}

/// Whether some section tells the cause.
fn has_cause(record: &Record) -> bool {
    let sections = &record.lineage.sections;
    [
        SectionKind::RootCause,
        SectionKind::Trigger,
        SectionKind::Contributing,
    ]
    .iter()
    .any(|cause| sections.contains(cause))
        || !record.facts.whys.is_empty()
}
