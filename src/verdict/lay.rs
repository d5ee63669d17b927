//! Laying verdicts over a record, and taking them off again.

use serde_json::Value;
use serde_json::json;

use crate::incident::Facts;
use crate::incident::Origin;
use crate::incident::Severity;
use crate::postmortem::StatedVerdict;
use crate::record::Overruled;
use crate::record::Record;
use crate::taxonomy::Facet;
use crate::verdict::Ruling;
use crate::verdict::field;
use crate::verdict::field::FactName;
use crate::verdict::field::Field;
use crate::verdict::field::Shape;
use crate::verdict::ledger::Standing;

/// The durations that follow from two clocks.
const DURATIONS: &[(&str, &str, &str)] = &[
    ("minutes_to_detect", "onset", "detected"),
    ("minutes_to_mitigate", "onset", "mitigated"),
    ("minutes_to_resolve", "onset", "resolved"),
];

/// Lays verdicts over a record that says what document and rules say, and keeps what they said. Verdicts of the ledger
/// prevail over those that the document states in its front matter; both are verdicts of people.
pub fn lay(record: &mut Record, stated: &[StatedVerdict], standing: &Standing<'_>) {
    let mut labels: Vec<StatedVerdict> = stated
        .iter()
        .filter(|stated| !standing.contains_key(&Field::Facet(stated.facet)))
        .cloned()
        .collect();
    for label in &labels {
        keep_label(record, label.facet, None);
    }
    for (field, verdict) in standing {
        let Ruling::Value(value) = &verdict.ruling else {
            continue;
        };
        let (text, by) = (value.clone().unwrap_or_default(), Some(verdict.id()));
        match field {
            Field::Facet(facet) => {
                keep_label(record, *facet, by);
                labels.push(StatedVerdict {
                    facet: *facet,
                    value: text,
                    line: 0,
                });
            }
            Field::Title => {
                keep(record, *field, by, json!(record.title));
                record.title = text;
            }
            Field::Kind => {
                keep(record, *field, by, json!(record.kind.id()));
                record.kind = field::kind(&text).unwrap_or(record.kind);
            }
            Field::Fact(name) => correct(record, *name, stored(*name, value.as_deref()), by),
        }
    }
    // All labels at once: what one verdict implies is not to be taken for what the rules said of the next. Their values
    // were read by the same lists, so none can be refused here.
    let _ = record.classification.overrule(&labels);
    settle_durations(record);
}

/// Takes verdicts off a record: title, kind and facts are again what the document says. The labels are left to be made
/// anew by the rules.
pub fn lift(record: &mut Record) {
    for (name, overruled) in std::mem::take(&mut record.lineage.overruled) {
        match name.parse() {
            Ok(Field::Title) => {
                record.title = overruled.before.as_str().unwrap_or_default().to_owned();
            }
            Ok(Field::Kind) => {
                let before = overruled.before.as_str().and_then(field::kind);
                record.kind = before.unwrap_or(record.kind);
            }
            Ok(Field::Fact(name)) => put(&mut record.facts, name, overruled.before),
            Ok(Field::Facet(_)) | Err(_) => {}
        }
    }
}

/// What a record says of a field, verdicts included; `None` for nothing.
pub fn said(record: &Record, field: Field) -> Option<String> {
    match field {
        Field::Facet(facet) => record.classification.value(facet),
        Field::Title => Some(record.title.clone()),
        Field::Kind => Some(record.kind.id().to_owned()),
        Field::Fact(name) => text(name.shape(), &get(&record.facts, name)),
    }
}

/// A field of which two records say different things.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The field.
    pub field: Field,
    /// What the one says; `None` for nothing.
    pub before: Option<String>,
    /// What the other says.
    pub after: Option<String>,
}

/// The fields of which two records of one incident say different things.
pub fn differences(before: &Record, after: &Record) -> Vec<Difference> {
    Field::all()
        .map(|field| Difference {
            field,
            before: said(before, field),
            after: said(after, field),
        })
        .filter(|difference| difference.before != difference.after)
        .collect()
}

/// A fact as it is stored with its places, a list where there may be several; null for nothing and for what is no fact.
pub fn fact(record: &Record, field: Field) -> Value {
    match field {
        Field::Fact(name) => get(&record.facts, name),
        _ => Value::Null,
    }
}

/// Puts a fact, as [`fact`] gives it, in its place.
pub fn set_fact(record: &mut Record, field: Field, value: Value) {
    if let Field::Fact(name) = field {
        put(&mut record.facts, name, value);
    }
}

fn keep_label(record: &mut Record, facet: Facet, by: Option<String>) {
    let before = json!(record.classification.value(facet));
    keep(record, Field::Facet(facet), by, before);
}

fn keep(record: &mut Record, field: Field, verdict: Option<String>, before: Value) {
    let overruled = Overruled { verdict, before };
    let fields = &mut record.lineage.overruled;
    fields.insert(field.id().to_owned(), overruled);
}

fn correct(record: &mut Record, name: FactName, value: Value, by: Option<String>) {
    let before = get(&record.facts, name);
    put(&mut record.facts, name, value);
    keep(record, Field::Fact(name), by, before);
}

fn get(facts: &Facts, name: FactName) -> Value {
    let all = serde_json::to_value(facts).unwrap_or_default();
    all.get(name.id()).cloned().unwrap_or_default()
}

/// Puts a fact in its place; a value that does not fit leaves the facts as they are.
fn put(facts: &mut Facts, name: FactName, value: Value) {
    let Ok(Value::Object(mut all)) = serde_json::to_value(&*facts) else {
        return;
    };
    all.insert(name.id().to_owned(), value);
    if let Ok(changed) = serde_json::from_value(Value::Object(all)) {
        *facts = changed;
    }
}

/// A fact as [`Facts`] is stored, from a value in its normal form.
fn stored(name: FactName, value: Option<&str>) -> Value {
    let whole = |value: Value| json!({"value": value, "line": 0, "origin": Origin::Verdict});
    let Some(value) = value else {
        return match name.shape() {
            Shape::Texts | Shape::Chain => json!([]),
            _ => Value::Null,
        };
    };
    match name.shape() {
        shape @ (Shape::Texts | Shape::Chain) => value
            .split(shape.separator().unwrap_or_default())
            .map(|text| whole(json!(text)))
            .collect::<Vec<_>>()
            .into(),
        Shape::Day | Shape::Text => whole(json!(value)),
        Shape::Clock => whole(json!(field::clock(value))),
        Shape::Minutes => whole(json!(value.parse::<i64>().ok())),
        Shape::Number => whole(json!(value.parse::<f64>().ok())),
        Shape::Severity => whole(json!(value.parse::<Severity>().ok())),
    }
}

/// A fact as it is stored, in its normal form; `None` for nothing.
fn text(shape: Shape, fact: &Value) -> Option<String> {
    if let Value::Array(facts) = fact {
        let texts: Vec<&str> = facts
            .iter()
            .filter_map(|fact| fact.get("value")?.as_str())
            .collect();
        let between = shape.separator().unwrap_or(", ");
        return (!texts.is_empty()).then(|| texts.join(between));
    }
    let value = fact.get("value")?;
    match shape {
        Shape::Severity => serde_json::from_value::<Severity>(value.clone())
            .ok()
            .map(|severity| severity.to_string()),
        Shape::Clock => serde_json::from_value(value.clone())
            .ok()
            .map(|moment| field::clock_text(&moment)),
        _ => match value {
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        },
    }
}

/// Computes anew the durations that follow from a corrected clock, unless they are stated or a verdict themselves.
fn settle_durations(record: &mut Record) {
    for (duration, from, to) in DURATIONS {
        let is_corrected = |name: &str| record.lineage.overruled.contains_key(name);
        if is_corrected(duration) || !(is_corrected(from) || is_corrected(to)) {
            continue;
        }
        let Ok(Field::Fact(name)) = duration.parse() else {
            continue;
        };
        let before = get(&record.facts, name);
        if !before.is_null() && before.get("origin") != Some(&json!(Origin::Computed)) {
            continue;
        }
        let facts = &record.facts;
        let ends = match *to {
            "detected" => &facts.detected,
            "mitigated" => &facts.mitigated,
            _ => &facts.resolved,
        };
        let minutes = facts.onset.as_ref().zip(ends.as_ref());
        let minutes = minutes.map(|(onset, end)| onset.value.minutes_until(&end.value));
        let value = match minutes.filter(|minutes| *minutes >= 0) {
            Some(minutes) => json!({"value": minutes, "line": 0, "origin": Origin::Computed}),
            None => Value::Null,
        };
        if value != before {
            correct(record, name, value, None);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use jiff::Timestamp;

    use super::*;
    use crate::classification::Classification;
    use crate::classification::VerdictSource;
    use crate::incident::IncidentId;
    use crate::postmortem::DocumentKind;
    use crate::record::Lineage;
    use crate::taxonomy::FailureMode;
    use crate::taxonomy::Reason;
    use crate::verdict::Ledger;
    use crate::verdict::Verdict;

    fn record() -> Record {
        let mut facts = Facts::default();
        for (name, value) in [
            ("onset", "2026-07-03T04:00:00Z"),
            ("detected", "2026-07-03T05:00:00Z"),
            ("severity", "SEV3"),
        ] {
            let Ok(Field::Fact(name)) = name.parse() else {
                panic!("a fact")
            };
            put(&mut facts, name, stored(name, Some(value)));
        }
        Record {
            id: "a".parse().expect("an id"),
            source: String::new(),
            path: String::new(),
            kind: DocumentKind::Template,
            language: "en".to_owned(),
            title: "As written".to_owned(),
            facts,
            metadata: BTreeMap::new(),
            classification: Classification::unknown(Reason::NotStated, "pack"),
            lineage: Lineage::default(),
        }
    }

    fn ledger(rulings: &[(&str, &str)]) -> Ledger {
        let mut ledger = Ledger::default();
        for (field, value) in rulings {
            let field: Field = field.parse().expect("a field");
            ledger.add(Verdict {
                incident: "a".parse().expect("an id"),
                field,
                ruling: Ruling::Value(field.normal(value).expect("a value")),
                why: String::new(),
                author: String::new(),
                time: Timestamp::UNIX_EPOCH,
                overrules: None,
                rules: String::new(),
                document: String::new(),
                replaces: Vec::new(),
            });
        }
        ledger
    }

    #[test]
    fn every_field_takes_a_value_and_gives_it_back() {
        let values = [
            ("date", "2026-01-02"),
            ("onset", "2026-01-02T03:04:00"),
            ("minutes_to_diagnose", "17"),
            ("severity", "SEV1"),
            ("services", "a, b"),
            ("hours_lost", "2.5"),
            ("team", "risk"),
            ("title", "Another"),
            ("kind", "postmortem"),
            ("mode", "labeling-error"),
            ("response", "rollback,backfill"),
            ("silent", "true"),
        ];
        let ledger = ledger(&values);
        let id: IncidentId = "a".parse().expect("an id");
        let plain = record();
        let mut laid = plain.clone();
        lay(&mut laid, &[], &ledger.standing(&id));
        for (field, value) in values {
            let field: Field = field.parse().expect("a field");
            assert_eq!(said(&laid, field).as_deref(), Some(value), "{field}");
        }
        assert_eq!(laid.classification.failure_mode, FailureMode::LabelingError);
        let by = laid.classification.verdicts.get(&Facet::FailureMode);
        assert_eq!(by, Some(&VerdictSource::Human));

        lift(&mut laid);
        laid.classification.clone_from(&plain.classification);
        assert_eq!(laid, plain);
    }

    #[test]
    fn a_corrected_clock_moves_the_duration_that_was_computed_from_it() {
        let ledger = ledger(&[("detected", "2026-07-03T04:30:00Z")]);
        let id: IncidentId = "a".parse().expect("an id");
        let mut laid = record();
        lay(&mut laid, &[], &ledger.standing(&id));
        let field: Field = "minutes_to_detect".parse().expect("a field");
        assert_eq!(said(&laid, field).as_deref(), Some("30"));
        lift(&mut laid);
        assert_eq!(laid, record());
    }

    #[test]
    fn the_ledger_prevails_over_front_matter_and_both_are_of_people() {
        let stated = |facet, value: &str| StatedVerdict {
            facet,
            value: value.to_owned(),
            line: 2,
        };
        let stated = [
            stated(Facet::FailureMode, "data-drift"),
            stated(Facet::Detection, "staff"),
        ];
        let ledger = ledger(&[("mode", "none")]);
        let id: IncidentId = "a".parse().expect("an id");
        let mut laid = record();
        lay(&mut laid, &stated, &ledger.standing(&id));
        assert_eq!(laid.classification.failure_mode, FailureMode::None);
        let human = laid.classification.verdicts.values();
        assert_eq!(human.filter(|by| **by == VerdictSource::Human).count(), 2);
        let kept = &laid.lineage.overruled;
        assert!(kept["failure_mode"].verdict.is_some());
        assert_eq!(kept["detection"].verdict, None);
    }
}
