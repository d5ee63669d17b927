//! Change: what a record says now and what it said before, field by field, and by whom or which rule.

use std::collections::BTreeSet;

use pm_kb::classification::Classification;
use pm_kb::classification::Evidence;
use pm_kb::classification::VerdictSource;
use pm_kb::knowledge_base::Changed;
use pm_kb::record::Record;
use pm_kb::taxonomy::Decay;
use pm_kb::taxonomy::Facet;
use pm_kb::taxonomy::FailureMode;
use pm_kb::verdict;
use pm_kb::verdict::Difference;
use pm_kb::verdict::Field;
use serde::Serialize;

use crate::terminal::clean;

/// What made records change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// Verdicts of people.
    People,
    /// Other rules.
    Rules,
}

/// One field that says something else now: `pm-kb/change/1`.
#[derive(Serialize)]
pub(crate) struct Change<'a> {
    schema: &'static str,
    id: &'a str,
    field: &'static str,
    before: Option<String>,
    after: Option<String>,
    by: &'static str,
    rule: Option<&'a str>,
}

/// Field by field, what a record says now and what it said before.
pub(crate) fn objects(changed: &Changed, cause: Cause) -> Vec<Change<'_>> {
    verdict::differences(&changed.before, &changed.after)
        .into_iter()
        .map(|difference| Change {
            schema: "pm-kb/change/1",
            id: changed.after.id.as_str(),
            field: difference.field.id(),
            by: by(&changed.after, difference.field, cause),
            rule: doer(changed, &difference).map(|doer| doer.rule),
            before: difference.before,
            after: difference.after,
        })
        .collect()
}

/// The same as lines of text: `ID  field: before → after  (who)`; one that says so where nothing differs.
pub(crate) fn lines(changed: &Changed, cause: Cause) -> Vec<String> {
    let id = clean(changed.after.id.as_str());
    let differences = verdict::differences(&changed.before, &changed.after);
    if differences.is_empty() {
        return vec![format!("{id}  as it was")];
    }
    differences
        .into_iter()
        .map(|difference| {
            let value = |value: &Option<String>| clean(value.as_deref().unwrap_or("nothing"));
            let who = match doer(changed, &difference) {
                Some(doer) if doer.has_ceased => {
                    format!("{} no longer says so", clean(doer.rule))
                }
                Some(doer) => clean(doer.rule),
                None => match by(&changed.after, difference.field, cause) {
                    "human" => "a person".to_owned(),
                    "document" => "the document".to_owned(),
                    "alias" => "aliases.toml".to_owned(),
                    _ => "no rule says so any more".to_owned(),
                },
            };
            let who = match (cause, who.as_str()) {
                (Cause::People, "a person") => String::new(),
                _ => format!("  ({who})"),
            };
            format!(
                "{id}  {}: {} → {}{who}",
                difference.field,
                value(&difference.before),
                value(&difference.after)
            )
        })
        .collect()
}

/// Who says what a field says now.
fn by(record: &Record, field: Field, cause: Cause) -> &'static str {
    match field {
        Field::Facet(facet) => match record.classification.verdicts.get(&facet) {
            Some(VerdictSource::Human) => "human",
            _ if cause == Cause::People && follows_a_person(record) => "human",
            _ => "rule",
        },
        _ => match record.lineage.overruled.get(field.id()) {
            Some(overruled) if overruled.verdict.is_some() => "human",
            // Lengths of time follow from the clocks that a person gave.
            Some(_) if field.id().starts_with("minutes_") => "human",
            Some(_) => "alias",
            None => "document",
        },
    }
}

/// Whether a person gave the mode, which other labels follow.
fn follows_a_person(record: &Record) -> bool {
    let field = Facet::FailureMode;
    record.classification.verdicts.get(&field) == Some(&VerdictSource::Human)
}

/// What begins the name of a table of words in evidence.
const WORDS: &str = "PMK-WORDS-";

/// Which rule did it.
struct Doer<'a> {
    rule: &'a str,
    /// It speaks for what the field said before, and does so no more.
    has_ceased: bool,
}

/// The rule that speaks most for what a label says now, or that has ceased to speak for what it said before; `None`
/// where people gave it.
fn doer<'a>(changed: &'a Changed, difference: &Difference) -> Option<Doer<'a>> {
    let Field::Facet(facet) = difference.field else {
        return None;
    };
    let (before, after) = (
        &changed.before.classification,
        &changed.after.classification,
    );
    if after.verdicts.get(&facet) == Some(&VerdictSource::Human) {
        return None;
    }
    if facet == Facet::Decay && is_settled_otherwise(before, after) {
        return Some(Doer {
            rule: "decay.data_drift",
            has_ceased: false,
        });
    }
    let values = |of: &Option<String>| -> Vec<String> {
        let text = of.as_deref().unwrap_or_default().split(',');
        text.filter(|value| !value.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let (old, new) = (values(&difference.before), values(&difference.after));
    let without = |all: &[String], others: &[String]| -> Vec<String> {
        let left = all.iter().filter(|value| !others.contains(value));
        left.cloned().collect()
    };
    let (gained, lost) = (without(&new, &old), without(&old, &new));
    let speaks = strongest((after, before), facet, &gained).map(|rule| (rule, false));
    let ceased = || strongest((before, after), facet, &lost).map(|rule| (rule, true));
    let (rule, has_ceased) = speaks.or_else(ceased)?;
    Some(Doer { rule, has_ceased })
}

/// Whether data drift counts as another decay than before, and nothing else has changed about the cause.
fn is_settled_otherwise(before: &Classification, after: &Classification) -> bool {
    let is_drift = |of: &Classification| of.failure_mode == FailureMode::DataDrift;
    let is_decay = |of: &Classification| matches!(of.decay, Decay::DataDecay | Decay::ModelDecay);
    is_drift(before) && is_drift(after) && is_decay(before) && is_decay(after)
}

/// The rule that speaks most for one of some values, or for the label that they follow from: one that the other labels
/// do not know before one that they know, and a rule before the table of words.
fn strongest<'a>(
    (labels, others): (&'a Classification, &Classification),
    facet: Facet,
    values: &[String],
) -> Option<&'a str> {
    let known: BTreeSet<&str> = others
        .evidence
        .iter()
        .map(|one| one.rule.as_str())
        .collect();
    let rank = |one: &Evidence| {
        let is_new = !known.contains(one.rule.as_str());
        (is_new, !one.rule.starts_with(WORDS))
    };
    let of = |facet: Facet, fits: &dyn Fn(&str) -> bool| {
        labels
            .evidence
            .iter()
            .filter(|one| one.facet == facet && fits(&one.value))
            .max_by(|a, b| {
                let by_rank = rank(a).cmp(&rank(b));
                by_rank.then(a.contribution.total_cmp(&b.contribution))
            })
            .map(|one| one.rule.as_str())
    };
    if values.is_empty() {
        return None;
    }
    let mode = labels.failure_mode.id();
    of(facet, &|value| values.iter().any(|one| one == value)).or_else(|| match facet {
        Facet::Decay | Facet::ModelDecayKind | Facet::NoneKind => {
            of(Facet::FailureMode, &|value| value == mode)
        }
        Facet::RollbackTarget | Facet::RollbackHelped => {
            of(Facet::Response, &|value| value == "rollback")
        }
        _ => None,
    })
}
