//! Field: what a verdict may speak of, and the values that it may have.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::civil::DateTime;

use crate::classification::Classification;
use crate::error::Error;
use crate::incident::Moment;
use crate::incident::Severity;
use crate::postmortem::DocumentKind;
use crate::taxonomy::Decay;
use crate::taxonomy::Detection;
use crate::taxonomy::Facet;
use crate::taxonomy::FailureMode;
use crate::taxonomy::FirstDiagnosis;
use crate::taxonomy::ModelDecayKind;
use crate::taxonomy::NoneKind;
use crate::taxonomy::Reason;
use crate::taxonomy::Response;
use crate::taxonomy::RollbackTarget;
use crate::taxonomy::Stage;

/// What kind of value a fact has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// A day.
    Day,
    /// A point in time.
    Clock,
    /// Whole minutes.
    Minutes,
    /// SEV0 to SEV5.
    Severity,
    /// A number, not negative.
    Number,
    /// Any text.
    Text,
    /// Several texts, separated by commas.
    Texts,
    /// Sentences one after another, separated by semicolons.
    Chain,
}

impl Shape {
    /// What stands between the parts of a value that has several.
    pub(crate) fn separator(self) -> Option<&'static str> {
        match self {
            Shape::Texts => Some(", "),
            Shape::Chain => Some("; "),
            _ => None,
        }
    }
}

/// The facts by the names that they have in [`crate::incident::Facts`] and in the JSON of an incident.
const FACTS: &[(&str, Shape)] = &[
    ("date", Shape::Day),
    ("onset", Shape::Clock),
    ("detected", Shape::Clock),
    ("mitigated", Shape::Clock),
    ("resolved", Shape::Clock),
    ("minutes_to_detect", Shape::Minutes),
    ("minutes_to_diagnose", Shape::Minutes),
    ("minutes_to_mitigate", Shape::Minutes),
    ("minutes_to_resolve", Shape::Minutes),
    ("severity", Shape::Severity),
    ("status", Shape::Text),
    ("services", Shape::Texts),
    ("models", Shape::Texts),
    ("assets", Shape::Texts),
    ("team", Shape::Text),
    ("origin_team", Shape::Text),
    ("trigger", Shape::Text),
    ("hours_lost", Shape::Number),
    ("money", Shape::Text),
    ("users_affected", Shape::Text),
    ("links", Shape::Texts),
    ("whys", Shape::Chain),
    ("url", Shape::Text),
];

/// Other names that people type for a field.
const SYNONYMS: &[(&str, &str)] = &[
    ("mode", "failure_mode"),
    ("rollback", "rollback_target"),
    ("service", "services"),
    ("model", "models"),
    ("asset", "assets"),
    ("day", "date"),
    ("started", "onset"),
    ("sev", "severity"),
];

/// The kinds of document, with the words that people type for them.
const KINDS: &[(&str, DocumentKind)] = &[
    ("postmortem", DocumentKind::Postmortem),
    ("incident", DocumentKind::Postmortem),
    ("template", DocumentKind::Template),
    ("index", DocumentKind::Index),
    ("meeting", DocumentKind::Meeting),
    ("duplicate", DocumentKind::Duplicate),
    ("several", DocumentKind::Several),
    ("several", DocumentKind::Several),
];

/// What a verdict speaks of: a label, a fact, the title, or what the document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// A label.
    Facet(Facet),
    /// A fact, by its place in the list of facts.
    Fact(FactName),
    /// The title.
    Title,
    /// What the document is: `incident`, or what is not counted.
    Kind,
}

/// A fact that a verdict may speak of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FactName(usize);

impl FactName {
    /// Its name.
    pub fn id(self) -> &'static str {
        FACTS[self.0].0
    }

    pub(super) fn shape(self) -> Shape {
        FACTS[self.0].1
    }
}

impl Field {
    /// Every field, labels first.
    pub fn all() -> impl Iterator<Item = Field> {
        let facets = Facet::ALL.iter().copied().map(Field::Facet);
        let facts = (0..FACTS.len()).map(|at| Field::Fact(FactName(at)));
        facets.chain([Field::Kind, Field::Title]).chain(facts)
    }

    /// The name as it stands in files, commands and outputs.
    pub fn id(self) -> &'static str {
        match self {
            Field::Facet(facet) => facet.id(),
            Field::Fact(fact) => fact.id(),
            Field::Title => "title",
            Field::Kind => "kind",
        }
    }

    /// A value as it is kept: in the words of the codebook, dates as ISO 8601, sets sorted; `None` where an empty text,
    /// `-` or `null` says that there is none.
    ///
    /// # Errors
    /// [`Error::Invalid`] with the values that would be accepted and the one that was most likely meant.
    pub fn normal(self, text: &str) -> Result<Option<String>, Error> {
        let text = text.trim();
        if text.is_empty() || text == "-" || text == "null" {
            return match self {
                Field::Facet(Facet::FailureMode | Facet::Decay | Facet::NearMiss)
                | Field::Title
                | Field::Kind => Err(self.bad(text, "a value, for it cannot be without one")),
                _ => Ok(None),
            };
        }
        match self {
            Field::Facet(facet) => self.label(facet, text),
            Field::Title => Ok(text.to_owned()),
            Field::Kind => kind(text).map(|kind| kind.id().to_owned()).ok_or_else(|| {
                let kinds: Vec<&str> = KINDS.iter().map(|(name, _)| *name).collect();
                self.choose(text, &kinds)
            }),
            Field::Fact(fact) => self.fact(fact.shape(), text),
        }
        .map(Some)
    }

    fn label(self, facet: Facet, text: &str) -> Result<String, Error> {
        let mut trial = Classification::unknown(Reason::NotStated, "");
        trial
            .set(facet, text)
            .map_err(|error| match choices(facet) {
                choices if choices.is_empty() => error,
                choices => self.choose(text, &choices),
            })?;
        trial
            .value(facet)
            .ok_or_else(|| self.bad(text, "a value of the codebook"))
    }

    fn fact(self, shape: Shape, text: &str) -> Result<String, Error> {
        let wrong = |expected| self.bad(text, expected);
        Ok(match shape {
            Shape::Day => text
                .parse::<Date>()
                .map_err(|_| wrong("a day as in `2026-07-03`"))?
                .to_string(),
            Shape::Clock => clock_text(&clock(text).ok_or_else(|| {
                wrong("a time as in `2026-07-03T04:10Z`, or without `Z` where no zone is known")
            })?),
            Shape::Minutes => text
                .parse::<i64>()
                .ok()
                .filter(|minutes| (0..=52_560_000).contains(minutes))
                .ok_or_else(|| wrong("whole minutes, not negative"))?
                .to_string(),
            Shape::Severity => text
                .parse::<Severity>()
                .map_err(|_| wrong("SEV0 to SEV5, or P0 to P5"))?
                .to_string(),
            Shape::Number => text
                .parse::<f64>()
                .ok()
                .filter(|number| number.is_finite() && *number >= 0.0)
                .ok_or_else(|| wrong("a number, not negative"))?
                .to_string(),
            Shape::Text => text.to_owned(),
            shape @ (Shape::Texts | Shape::Chain) => {
                let between = shape.separator().unwrap_or_default();
                let parts = text.split(between.trim_end()).map(str::trim);
                let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
                parts.join(between)
            }
        })
    }

    fn bad(self, text: &str, expected: &str) -> Error {
        Error::Invalid {
            what: self.id(),
            value: text.to_owned(),
            expected: expected.to_owned(),
        }
    }

    fn choose(self, text: &str, choices: &[&str]) -> Error {
        let meant = nearest(text, choices.iter().copied())
            .map(|meant| format!("; did you mean `{meant}`?"))
            .unwrap_or_default();
        self.bad(text, &format!("one of {}{meant}", choices.join(", ")))
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.id())
    }
}

impl FromStr for Field {
    type Err = Error;

    fn from_str(text: &str) -> Result<Field, Error> {
        let folded = text.trim().to_lowercase().replace(['-', ' '], "_");
        let named = SYNONYMS.iter().find(|(name, _)| *name == folded);
        let name = named.map_or(folded.as_str(), |(_, field)| field);
        Field::all()
            .find(|field| field.id() == name)
            .ok_or_else(|| {
                let known: Vec<&str> = Field::all().map(Field::id).collect();
                let meant = nearest(&folded, known.iter().copied())
                    .map(|meant| format!("; did you mean `{meant}`?"))
                    .unwrap_or_default();
                Error::Invalid {
                    what: "field",
                    value: text.to_owned(),
                    expected: format!("one of {}{meant}", known.join(", ")),
                }
            })
    }
}

/// The kind of document that a word stands for.
pub(super) fn kind(text: &str) -> Option<DocumentKind> {
    let folded = text.trim().to_lowercase().replace(['-', '_'], "");
    KINDS
        .iter()
        .find(|(name, _)| *name == folded)
        .map(|(_, kind)| *kind)
}

/// The time that a text gives: with an offset, or local where it has none.
pub(super) fn clock(text: &str) -> Option<Moment> {
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Some(Moment {
            local: jiff::tz::Offset::UTC.to_datetime(instant),
            offset_seconds: Some(0),
        });
    }
    let local = text.parse::<DateTime>().ok()?;
    // A bare day is no time: midnight would be a guess.
    text.contains(':').then_some(Moment {
        local,
        offset_seconds: None,
    })
}

/// A time as [`clock`] reads it.
pub(super) fn clock_text(moment: &Moment) -> String {
    match moment.offset_seconds {
        Some(_) => moment.instant().to_string(),
        None => moment.local.to_string(),
    }
}

/// The values of a label; none where they are `yes` and `no`.
fn choices(facet: Facet) -> Vec<&'static str> {
    fn ids<T: Copy>(all: &[T], id: impl Fn(T) -> &'static str) -> Vec<&'static str> {
        all.iter().map(|value| id(*value)).collect()
    }
    match facet {
        Facet::FailureMode => ids(FailureMode::ALL, FailureMode::id),
        Facet::Decay => ids(Decay::ALL, Decay::id),
        Facet::Response => ids(Response::ALL, Response::id),
        Facet::RollbackTarget => ids(RollbackTarget::ALL, RollbackTarget::id),
        Facet::Detection => ids(Detection::ALL, Detection::id),
        Facet::FirstDiagnosis => ids(FirstDiagnosis::ALL, FirstDiagnosis::id),
        Facet::Stage => ids(Stage::ALL, Stage::id),
        Facet::ModelDecayKind => ids(ModelDecayKind::ALL, ModelDecayKind::id),
        Facet::NoneKind => ids(NoneKind::ALL, NoneKind::id),
        Facet::RollbackHelped | Facet::Silent | Facet::NearMiss => Vec::new(),
    }
}

/// The candidate that was most likely meant.
fn nearest<'a>(text: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let folded = text.to_lowercase().replace([' ', '_'], "-");
    let near = |candidate: &str| {
        let candidate = candidate.replace('_', "-");
        let part = folded.chars().count() >= 3 && candidate.contains(&folded);
        let similar = strsim::jaro_winkler(&folded, &candidate);
        if part { similar.max(0.9) } else { similar }
    };
    candidates
        .map(|candidate| (near(candidate), candidate))
        .filter(|(nearness, _)| *nearness >= 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normal(field: &str, text: &str) -> Result<Option<String>, String> {
        let field: Field = field.parse().expect("a field");
        field.normal(text).map_err(|error| error.to_string())
    }

    #[test]
    fn values_are_kept_in_one_form() {
        for (field, text, kept) in [
            ("mode", "Schema drift", Some("schema-drift")),
            ("response", "backfill, rollback", Some("rollback,backfill")),
            ("severity", "p2", Some("SEV2")),
            ("onset", "2026-07-03T04:10Z", Some("2026-07-03T04:10:00Z")),
            ("onset", "2026-07-03 04:10", Some("2026-07-03T04:10:00")),
            ("services", " a ,, b", Some("a, b")),
            ("silent", "yes", Some("true")),
            ("kind", "incident", Some("postmortem")),
            ("detection", "-", None),
            ("team", "", None),
        ] {
            assert_eq!(normal(field, text), Ok(kept.map(str::to_owned)), "{field}");
        }
    }

    #[test]
    fn what_is_no_value_is_refused_and_the_nearest_named() {
        let told = |field, text| normal(field, text).expect_err("refused");
        assert!(told("mode", "feature-stalenes").contains("did you mean `feature-staleness`?"));
        assert!(told("mode", "staleness").contains("did you mean `feature-staleness`?"));
        assert!(told("kind", "incidnet").contains("did you mean `incident`?"));
        assert!(told("date", "03/07/2026").contains("a day as in"));
        assert!(told("onset", "2026-07-03").contains("a time as in"));
        assert!(told("minutes_to_detect", "-3").contains("not negative"));
        assert!(told("mode", "-").contains("cannot be without"));
        let unknown = "severty".parse::<Field>().expect_err("no field");
        assert!(unknown.to_string().ends_with("did you mean `severity`?"));
    }
}
