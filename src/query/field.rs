//! Field, Flag, Presence: what a filter can speak of, and what a record answers.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::postmortem::SectionKind;
use crate::record::Record;

mod answer;

use answer::each;
use answer::flags;
use answer::keys;
use answer::labels;
use answer::presences;

/// The longest value in bytes that a filter can ask for; longer texts are for words to find.
const LONGEST_VALUE: usize = 200;

/// What a filter speaks of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// `id:`
    Id,
    /// `mode:`, the primary failure mode
    Mode,
    /// `decay:`
    Decay,
    /// `response:`, any of those carried out
    Response,
    /// `rollback:model`, the target of a rollback
    Rollback,
    /// `detection:`
    Detection,
    /// `stage:`
    Stage,
    /// `first-diagnosis:`
    FirstDiagnosis,
    /// `severity:`
    Severity,
    /// `service:`
    Service,
    /// `asset:`
    Asset,
    /// `model:`
    Model,
    /// `team:`
    Team,
    /// `status:`
    Status,
    /// `confidence:`
    Confidence,
    /// `kind:`, what the document is
    Kind,
    /// `quarter:2026-Q3`
    Quarter,
    /// `date:2026-01-01..2026-03-31`
    Date,
    /// `after:2026-06`, later than the last day of it; `since:` includes it
    After,
    /// `before:2026-Q3`, earlier than the first day of it; `until:` includes it
    Before,
    /// `is:silent`, `is:misdiagnosed` …
    Is,
    /// `has:actions` …
    Has,
    /// Any other key of front matter or metadata, folded as by [`fold`].
    Key(String),
}

/// Every field but the free keys, with its names; the first is the one that is shown.
const NAMES: &[(Field, &[&str])] = &[
    (Field::Id, &["id"]),
    (Field::Mode, &["mode", "failure-mode"]),
    (Field::Decay, &["decay"]),
    (Field::Response, &["response", "responses"]),
    (Field::Rollback, &["rollback", "rollback-target"]),
    (Field::Detection, &["detection"]),
    (Field::Stage, &["stage"]),
    (Field::FirstDiagnosis, &["first-diagnosis"]),
    (Field::Severity, &["severity", "sev"]),
    (Field::Service, &["service", "services"]),
    (Field::Asset, &["asset", "assets"]),
    (Field::Model, &["model", "models"]),
    (Field::Team, &["team"]),
    (Field::Status, &["status"]),
    (Field::Confidence, &["confidence"]),
    (Field::Kind, &["kind"]),
    (Field::Quarter, &["quarter"]),
    (Field::Date, &["date", "day"]),
    (Field::After, &["after", "since"]),
    (Field::Before, &["before", "until"]),
    (Field::Is, &["is"]),
    (Field::Has, &["has"]),
];

/// The values of `is:`.
pub(super) const FLAGS: &[&str] = &[
    "silent",
    "misdiagnosed",
    "classified",
    "unclassified",
    "disputed",
    "contradictory",
    "labelled",
    "unreviewed",
    "near-miss",
    "counted",
    "dated",
    "undated",
];

/// The values of `has:` besides the keys of front matter and metadata.
pub(super) const PRESENCES: &[&str] = &[
    "actions",
    "open-actions",
    "date",
    "onset",
    "severity",
    "service",
    "model",
    "asset",
    "team",
    "status",
    "trigger",
    "response",
    "rollback",
    "detection",
    "first-diagnosis",
    "stage",
    "evidence",
    "whys",
    "hours-lost",
    "money",
    "users-affected",
    "links",
    "url",
];

impl Field {
    /// The field of a name as typed; `None` where it is none of the closed list.
    pub(super) fn of_name(name: &str) -> Option<Field> {
        let name = name.to_lowercase().replace('_', "-");
        NAMES
            .iter()
            .find(|(_, names)| names.contains(&name.as_str()))
            .map(|(field, _)| field.clone())
    }

    /// The name as it is shown and indexed; keys keep their own.
    pub fn name(&self) -> &str {
        match self {
            Field::Key(key) => key,
            closed => NAMES
                .iter()
                .find(|(field, _)| field == closed)
                .map_or("", |(_, names)| names[0]),
        }
    }

    /// The names that a suggestion may be taken from.
    pub(super) fn names() -> impl Iterator<Item = &'static str> {
        NAMES.iter().flat_map(|(_, names)| names.iter().copied())
    }

    /// Whether it speaks of the day of the incident.
    pub fn is_of_days(&self) -> bool {
        matches!(
            self,
            Field::Quarter | Field::Date | Field::After | Field::Before
        )
    }

    /// Whether it speaks of labels alone, and of whether an incident is counted and dated.
    pub(super) fn is_of_labels(&self) -> bool {
        matches!(
            self,
            Field::Mode
                | Field::Decay
                | Field::Response
                | Field::Rollback
                | Field::Detection
                | Field::Stage
                | Field::FirstDiagnosis
                | Field::Confidence
                | Field::Is
        )
    }

    /// Whether it speaks of what a tally holds of every record.
    pub(super) fn is_of_columns(&self) -> bool {
        let names = [
            Field::Id,
            Field::Severity,
            Field::Service,
            Field::Asset,
            Field::Model,
            Field::Team,
        ];
        self.is_of_labels() || self.is_of_days() || names.contains(self)
    }

    /// What a record answers, folded as by [`fold`]; empty where it states nothing, and for fields of days.
    pub fn values(&self, record: &Record) -> BTreeSet<String> {
        let mut values = BTreeSet::new();
        let mut put = |value: &str| {
            let value = fold(value);
            if is_value(&value) {
                values.insert(value);
            }
        };
        let facts = &record.facts;
        match self {
            Field::Id => put(record.id.as_str()),
            Field::Kind => put(record.kind.id()),
            Field::Severity => {
                let rank = facts.severity.as_ref().map(|fact| fact.value.rank());
                rank.iter().for_each(|rank| put(&rank.to_string()));
            }
            Field::Service => each(&facts.services, put),
            Field::Asset => each(&facts.assets, put),
            Field::Model => each(&facts.models, put),
            Field::Team => each(&facts.team, put),
            Field::Status => each(&facts.status, put),
            Field::Is => flags(record).for_each(put),
            Field::Has => {
                let own = keys(record).filter(|key| !PRESENCES.contains(&key.as_str()));
                presences(record).for_each(&mut put);
                own.for_each(|key| put(&key));
            }
            Field::Key(key) => {
                let named = record
                    .metadata
                    .iter()
                    .filter(|(name, _)| fold(name) == *key);
                for (_, text) in named {
                    put(text);
                    text.split(',').for_each(&mut put);
                }
            }
            label => labels(label, record).into_iter().for_each(put),
        }
        values
    }

    /// Whether one of [`Field::values`] is this one. Labels are compared as they are, since their ids are folded already:
    /// a report asks dozens of filters of every record.
    pub(super) fn has(&self, record: &Record, value: &str) -> bool {
        let labels = &record.classification;
        match self {
            Field::Mode => labels.failure_mode.id() == value,
            Field::Decay => labels.decay.id() == value,
            Field::Response => labels.response.iter().any(|one| one.id() == value),
            Field::Rollback => labels.rollback_target.is_some_and(|one| one.id() == value),
            Field::Detection => labels.detection.is_some_and(|one| one.id() == value),
            Field::Stage => labels.stage.is_some_and(|one| one.id() == value),
            Field::FirstDiagnosis => labels.first_diagnosis.is_some_and(|one| one.id() == value),
            Field::Confidence => labels.confidence.id() == value,
            Field::Kind => record.kind.id() == value,
            Field::Is => flags(record).any(|flag| flag == value),
            other => other.values(record).contains(value),
        }
    }

    /// Every field that a record answers with values: the closed list without the fields of days, and its own keys.
    pub fn of_record(record: &Record) -> impl Iterator<Item = Field> {
        NAMES
            .iter()
            .map(|(field, _)| field.clone())
            .filter(|field| !field.is_of_days())
            .chain(keys(record).map(Field::Key))
    }
}

/// Whether a folded text can be asked for.
pub(super) fn is_value(folded: &str) -> bool {
    (1..=LONGEST_VALUE).contains(&folded.len())
}

/// The section that a name as typed stands for; the ids of [`SectionKind`] and a few words people use for them.
pub(super) fn section(name: &str) -> Option<SectionKind> {
    let name = name.to_lowercase().replace('_', "-");
    match name.as_str() {
        "causes" | "root-causes" => Some(SectionKind::RootCause),
        "action-item" | "action-items" => Some(SectionKind::Actions),
        "lesson" => Some(SectionKind::Lessons),
        "fix" => Some(SectionKind::Resolution),
        other => other.parse().ok(),
    }
}

/// The names of sections that a suggestion may be taken from.
pub(super) fn section_names() -> impl Iterator<Item = &'static str> {
    SectionKind::ALL.iter().map(|kind| kind.id())
}

/// A value as it is compared: compatibility forms, case and accents folded, `_`, `-` and spaces made one `-`.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let characters = text
        .nfkd()
        .filter(|character| !is_combining_mark(*character))
        .flat_map(char::to_lowercase);
    for character in characters {
        if character.is_whitespace() || character.is_control() || matches!(character, '_' | '-') {
            if !folded.is_empty() && !folded.ends_with('-') {
                folded.push('-');
            }
        } else {
            folded.push(character);
        }
    }
    folded.truncate(folded.trim_end_matches('-').len());
    folded
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::taxonomy;

    #[test]
    fn the_ids_of_labels_are_folded_already() {
        let labels = [
            taxonomy::FailureMode::ALL
                .iter()
                .map(|one| one.id())
                .collect::<Vec<_>>(),
            taxonomy::Decay::ALL.iter().map(|one| one.id()).collect(),
            taxonomy::Response::ALL.iter().map(|one| one.id()).collect(),
            taxonomy::RollbackTarget::ALL
                .iter()
                .map(|one| one.id())
                .collect(),
            taxonomy::Detection::ALL
                .iter()
                .map(|one| one.id())
                .collect(),
            taxonomy::Stage::ALL.iter().map(|one| one.id()).collect(),
            taxonomy::FirstDiagnosis::ALL
                .iter()
                .map(|one| one.id())
                .collect(),
            taxonomy::Confidence::ALL
                .iter()
                .map(|one| one.id())
                .collect(),
            FLAGS.to_vec(),
        ];
        for id in labels.into_iter().flatten() {
            assert_eq!(fold(id), id, "`Field::has` compares it as it is");
        }
    }
}
