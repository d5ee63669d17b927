//! Change: what a record says now and what it said before, field by field, and by whom or which rule.

use pm_kb::classification::VerdictSource;
use pm_kb::knowledge_base::Changed;
use pm_kb::record::Record;
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
            rule: rule(&changed.after, &difference),
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
            let who = match rule(&changed.after, &difference) {
                Some(rule) => clean(rule),
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
            Some(_) => "alias",
            None => "document",
        },
    }
}

/// Whether a person gave the mode, which other labels follow.
fn follows_a_person(record: &Record) -> bool {
    let field = pm_kb::taxonomy::Facet::FailureMode;
    record.classification.verdicts.get(&field) == Some(&VerdictSource::Human)
}

/// The rule that speaks most for what a label says now, where rules gave it.
fn rule<'a>(record: &'a Record, difference: &Difference) -> Option<&'a str> {
    let Field::Facet(facet) = difference.field else {
        return None;
    };
    let labels = &record.classification;
    if labels.verdicts.get(&facet) == Some(&VerdictSource::Human) {
        return None;
    }
    let after = difference.after.as_deref()?;
    let values: Vec<&str> = after.split(',').collect();
    labels
        .evidence
        .iter()
        .filter(|one| one.facet == facet && values.contains(&one.value.as_str()))
        .max_by(|a, b| a.contribution.total_cmp(&b.contribution))
        .map(|one| one.rule.as_str())
}
