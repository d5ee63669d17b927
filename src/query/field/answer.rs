//! Answer: what a record answers to the fields of a query.

use crate::classification::VerdictSource;
use crate::incident::ActionState;
use crate::incident::Fact;
use crate::query::field::Field;
use crate::query::field::fold;
use crate::record::Record;

/// The keys of front matter and metadata as they are compared.
pub(super) fn keys(record: &Record) -> impl Iterator<Item = String> {
    record.metadata.keys().map(|key| fold(key))
}

/// The ids of a field's labels; none for other fields.
pub(super) fn labels(field: &Field, record: &Record) -> Vec<&'static str> {
    let labels = &record.classification;
    match field {
        Field::Mode => vec![labels.failure_mode.id()],
        Field::Decay => vec![labels.decay.id()],
        Field::Confidence => vec![labels.confidence.id()],
        Field::Response => labels.response.iter().map(|value| value.id()).collect(),
        Field::Rollback => labels
            .rollback_target
            .iter()
            .map(|value| value.id())
            .collect(),
        Field::Detection => labels.detection.iter().map(|value| value.id()).collect(),
        Field::Stage => labels.stage.iter().map(|value| value.id()).collect(),
        Field::FirstDiagnosis => labels
            .first_diagnosis
            .iter()
            .map(|value| value.id())
            .collect(),
        _ => Vec::new(),
    }
}

pub(super) fn each<'a>(
    facts: impl IntoIterator<Item = &'a Fact<String>>,
    mut put: impl FnMut(&str),
) {
    for fact in facts {
        put(&fact.value);
    }
}

pub(super) fn flags(record: &Record) -> impl Iterator<Item = &'static str> {
    let labels = &record.classification;
    let labelled = labels
        .verdicts
        .values()
        .any(|source| *source == VerdictSource::Human);
    let dated = record.facts.day().is_some();
    [
        ("silent", labels.silent == Some(true)),
        ("misdiagnosed", labels.first_diagnosis.is_some()),
        ("classified", labels.is_classified()),
        ("unclassified", !labels.is_classified()),
        ("disputed", labels.disputed),
        ("contradictory", labels.contradictory),
        ("labelled", labelled),
        ("unreviewed", !labelled),
        ("near-miss", labels.near_miss),
        ("counted", record.is_counted()),
        ("dated", dated),
        ("undated", !dated),
    ]
    .into_iter()
    .filter_map(|(name, holds)| holds.then_some(name))
}

pub(super) fn presences(record: &Record) -> impl Iterator<Item = &'static str> {
    let facts = &record.facts;
    let labels = &record.classification;
    let open = |state| state == ActionState::Open;
    [
        ("actions", !facts.action_items.is_empty()),
        (
            "open-actions",
            facts.action_items.iter().any(|item| open(item.state)),
        ),
        ("date", facts.day().is_some()),
        ("onset", facts.onset.is_some()),
        ("severity", facts.severity.is_some()),
        ("service", !facts.services.is_empty()),
        ("model", !facts.models.is_empty()),
        ("asset", !facts.assets.is_empty()),
        ("team", facts.team.is_some()),
        ("status", facts.status.is_some()),
        ("trigger", facts.trigger.is_some()),
        ("response", !labels.response.is_empty()),
        ("rollback", labels.rollback_target.is_some()),
        ("detection", labels.detection.is_some()),
        ("first-diagnosis", labels.first_diagnosis.is_some()),
        ("stage", labels.stage.is_some()),
        ("evidence", !labels.evidence.is_empty()),
        ("whys", !facts.whys.is_empty()),
        ("hours-lost", facts.hours_lost.is_some()),
        ("money", facts.money.is_some()),
        ("users-affected", facts.users_affected.is_some()),
        ("links", !facts.links.is_empty()),
        ("url", facts.url.is_some()),
    ]
    .into_iter()
    .filter_map(|(name, holds)| holds.then_some(name))
}
