//! Filter, Test: one condition on a record, read from text, and its meaning in memory.

use std::collections::BTreeSet;

use crate::incident::Severity;
use crate::postmortem::DocumentKind;
use crate::query::field;
use crate::query::field::Field;
use crate::query::period::Period;
use crate::record::Record;
use crate::taxonomy;
use crate::text::Span;

const KINDS: &[DocumentKind] = &[
    DocumentKind::Postmortem,
    DocumentKind::Template,
    DocumentKind::Index,
    DocumentKind::Meeting,
    DocumentKind::Duplicate,
    DocumentKind::Several,
];

/// What the value of a field must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    /// One of the record's values is this one, folded.
    Is(String),
    /// One of the record's values begins so, folded: `service:fraud*`.
    StartsWith(String),
    /// The severity has a rank from the first to the last.
    Ranks(u8, u8),
    /// The day of the incident lies in the period.
    Days(Period),
}

/// One condition on a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// What it speaks of.
    pub field: Field,
    /// What the value must be.
    pub test: Test,
    /// Where it stands in the query.
    pub span: Span,
}

impl Filter {
    /// Whether a record meets it. A record that states nothing meets no filter of that field.
    pub fn matches(&self, record: &Record) -> bool {
        match &self.test {
            Test::Days(period) => record.facts.day().is_some_and(|day| period.contains(day)),
            Test::Ranks(from, to) => {
                let rank = record.facts.severity.as_ref().map(|fact| fact.value.rank());
                rank.is_some_and(|rank| (*from..=*to).contains(&rank))
            }
            Test::Is(value) => self.field.has(record, value),
            Test::StartsWith(start) => {
                let values = self.field.values(record);
                values
                    .range(start.clone()..)
                    .next()
                    .is_some_and(|value| value.starts_with(start.as_str()))
            }
        }
    }
}

impl Test {
    /// Whether a text meets it that a record states.
    pub fn accepts(&self, text: &str) -> bool {
        let folded = field::fold(text);
        field::is_value(&folded)
            && match self {
                Test::Is(value) => folded == *value,
                Test::StartsWith(start) => folded.starts_with(start.as_str()),
                Test::Ranks(..) | Test::Days(_) => false,
            }
    }
}

/// A value that a field does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BadValue {
    /// What is wrong with it.
    pub(super) found: String,
    /// The nearest value that the field has.
    pub(super) suggestion: Option<String>,
}

/// Reads the value of a filter.
///
/// `name` is the field as typed, since `since:` and `after:` differ by a day; `keys` are those of the base, for `has:`.
pub(super) fn read(
    name: &str,
    field: &Field,
    value: &str,
    keys: &BTreeSet<String>,
) -> Result<Test, BadValue> {
    match field {
        Field::Quarter | Field::Date => days(field, value),
        Field::After | Field::Before => {
            let period = match name.to_lowercase().as_str() {
                "after" => Period::after(value),
                "before" => Period::before(value),
                "since" => Period::read(&format!(">={value}")),
                _ => Period::read(&format!("<={value}")),
            };
            period.map(Test::Days).ok_or_else(|| no_day(value))
        }
        Field::Severity => severity(value),
        Field::Has => presence(value, keys),
        _ => word(field, value),
    }
}

fn days(field: &Field, value: &str) -> Result<Test, BadValue> {
    let Some(period) = Period::read(value) else {
        let swapped = value
            .split_once("..")
            .map(|(from, to)| format!("{to}..{from}"));
        let suggestion = swapped.filter(|range| Period::read(range).is_some());
        return Err(match suggestion {
            Some(range) => BadValue {
                found: format!("`{value}` ends before it begins"),
                suggestion: Some(format!("{}:{range}", field.name())),
            },
            None => no_day(value),
        });
    };
    if *field == Field::Quarter && !period.is_of_quarters() {
        return Err(BadValue {
            found: format!("`{value}` is not a quarter as in `2026-Q3`"),
            suggestion: Some(format!("date:{value}")),
        });
    }
    Ok(Test::Days(period))
}

fn no_day(value: &str) -> BadValue {
    BadValue {
        found: format!(
            "`{value}` is not a day, month, quarter or year as in `2026-07-03`, `2026-07`, `2026-Q3`, `2026`"
        ),
        suggestion: None,
    }
}

fn severity(value: &str) -> Result<Test, BadValue> {
    let bad = || BadValue {
        found: format!("`{value}` is not a severity from SEV0 to SEV5"),
        suggestion: None,
    };
    let rank = |text: &str| rank(text).ok_or_else(bad);
    let (from, to) = if let Some((from, to)) = value.split_once("..") {
        let end = |text: &str, open: u8| {
            if text.is_empty() || text == "*" {
                Ok(open)
            } else {
                rank(text)
            }
        };
        (end(from, 0)?, end(to, 5)?)
    } else if let Some(rest) = value.strip_prefix("<=") {
        (0, rank(rest)?)
    } else if let Some(rest) = value.strip_prefix(">=") {
        (rank(rest)?, 5)
    } else if let Some(rest) = value.strip_prefix('<') {
        (0, rank(rest)?.checked_sub(1).ok_or_else(bad)?)
    } else if let Some(rest) = value.strip_prefix('>') {
        (rank(rest)? + 1, 5)
    } else {
        let rank = rank(value)?;
        (rank, rank)
    };
    if from > to {
        Err(bad())
    } else {
        Ok(Test::Ranks(from, to))
    }
}

/// `SEV1`, `sev-1`, `S1`, `P1`, `1`, `critical`: the number as written, words by the scale of [`Severity`].
fn rank(text: &str) -> Option<u8> {
    let folded = field::fold(text);
    let rank = match folded.as_str() {
        "critical" => 1,
        "high" | "major" => 2,
        "medium" => 3,
        "low" => 4,
        other => ["severity", "sev", "s", "p", ""]
            .iter()
            .find_map(|prefix| other.strip_prefix(prefix))
            .map(|rest| rest.trim_start_matches('-'))
            .filter(|rest| rest.len() == 1)?
            .parse()
            .ok()?,
    };
    Severity::of_rank(rank).map(Severity::rank)
}

fn word(field: &Field, value: &str) -> Result<Test, BadValue> {
    let start = value
        .strip_suffix('*')
        .filter(|start| !field::fold(start).is_empty());
    if let Some(start) = start.filter(|_| choices(field).is_none()) {
        return Ok(Test::StartsWith(field::fold(start)));
    }
    let folded = field::fold(value);
    if folded.is_empty() {
        return Err(BadValue {
            found: format!("`{}:` has no value", field.name()),
            suggestion: None,
        });
    }
    let folded = match folded.as_str() {
        "labelling-error" => "labeling-error".to_owned(),
        "labeled" => "labelled".to_owned(),
        _ => folded,
    };
    match choices(field) {
        Some(choices) if !choices.contains(&folded.as_str()) => Err(BadValue {
            found: format!("`{value}` is no value of `{}:`", field.name()),
            suggestion: nearest(&folded, choices).map(|value| format!("{}:{value}", field.name())),
        }),
        _ => Ok(Test::Is(folded)),
    }
}

/// The value of `has:`, in the singular or the plural.
fn presence(value: &str, keys: &BTreeSet<String>) -> Result<Test, BadValue> {
    let folded = field::fold(value);
    let names = || {
        field::PRESENCES
            .iter()
            .copied()
            .chain(keys.iter().map(String::as_str))
    };
    let plural = format!("{folded}s");
    let singular = folded.trim_end_matches('s');
    match names().find(|name| [folded.as_str(), plural.as_str(), singular].contains(name)) {
        Some(name) => Ok(Test::Is(name.to_owned())),
        None => Err(BadValue {
            found: format!("`{value}` is no value of `has:`"),
            suggestion: nearest(&folded, names()).map(|name| format!("has:{name}")),
        }),
    }
}

/// The values of a field whose list is closed.
fn choices(field: &Field) -> Option<Vec<&'static str>> {
    fn ids<T: Copy>(all: &[T], id: impl Fn(T) -> &'static str) -> Option<Vec<&'static str>> {
        Some(all.iter().map(|value| id(*value)).collect())
    }
    match field {
        Field::Mode => ids(taxonomy::FailureMode::ALL, taxonomy::FailureMode::id),
        Field::Decay => ids(taxonomy::Decay::ALL, taxonomy::Decay::id),
        Field::Response => ids(taxonomy::Response::ALL, taxonomy::Response::id),
        Field::Rollback => ids(taxonomy::RollbackTarget::ALL, taxonomy::RollbackTarget::id),
        Field::Detection => ids(taxonomy::Detection::ALL, taxonomy::Detection::id),
        Field::Stage => ids(taxonomy::Stage::ALL, taxonomy::Stage::id),
        Field::FirstDiagnosis => ids(taxonomy::FirstDiagnosis::ALL, taxonomy::FirstDiagnosis::id),
        Field::Confidence => ids(taxonomy::Confidence::ALL, taxonomy::Confidence::id),
        Field::Kind => ids(KINDS, DocumentKind::id),
        Field::Is => Some(field::FLAGS.to_vec()),
        _ => None,
    }
}

/// The candidate that was most likely meant: one that the text is a part of, else the one nearest by edits.
pub(super) fn nearest<'a>(
    text: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    let length = text.chars().count();
    let allowed = match length {
        0..=2 => return None,
        3..=4 => 1,
        5..=8 => 2,
        _ => 3,
    };
    candidates
        .into_iter()
        .filter_map(|candidate| {
            let distance = strsim::osa_distance(text, candidate);
            if distance <= allowed {
                return Some((distance, candidate));
            }
            let part = candidate
                .split('-')
                .any(|part| part.starts_with(text) || strsim::osa_distance(text, part) <= 1);
            (part || candidate.contains(text)).then_some((allowed + 1, candidate))
        })
        .min()
        .map(|(_, candidate)| candidate.to_owned())
}
