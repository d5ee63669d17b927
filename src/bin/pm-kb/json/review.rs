//! `pm-kb/review/1`: an incident whose label a person should look at, and why. `pm-kb/drawn/1`: one to be read blind.

use pm_kb::audit::Drawn;
use pm_kb::knowledge_base::ReviewItem;
use pm_kb::taxonomy::Facet;
use serde_json::Value;
use serde_json::json;

use crate::json::incident::span;

/// An incident of the queue: `pm-kb/review/1`.
pub(crate) fn review(rank: usize, item: &ReviewItem) -> Value {
    let (record, queued) = (&item.record, &item.queued);
    let labels = &record.classification;
    let day = record.facts.day();
    json!({
        "schema": "pm-kb/review/1",
        "rank": rank,
        "id": record.id.as_str(),
        "title": record.title,
        "source": record.source,
        "date": day.map(|day| day.to_string()),
        "failure_mode": labels.failure_mode.id(),
        "decay": labels.decay.id(),
        "response": labels.response.iter().map(|one| one.id()).collect::<Vec<_>>(),
        "first_diagnosis": labels.value(Facet::FirstDiagnosis),
        "confidence": labels.confidence.id(),
        "probability": labels.probability,
        "why": queued.why.iter().map(|why| why.id()).collect::<Vec<_>>(),
        "effect": queued.effect,
        "doubt": queued.doubt,
        "worth": queued.worth(),
        "moves": queued.moves,
        "alternatives": item.alternatives.iter().map(|mode| mode.id()).collect::<Vec<_>>(),
        "evidence": labels.evidence.iter().map(span).collect::<Vec<_>>(),
        "counter_evidence": labels.counter_evidence.iter().map(span).collect::<Vec<_>>(),
    })
}

/// An incident that was drawn to be read blind, without what the rules say of it: `pm-kb/drawn/1`.
pub(crate) fn drawn(drawn: &Drawn) -> Value {
    json!({
        "schema": "pm-kb/drawn/1",
        "audit": drawn.audit,
        "id": drawn.incident.as_str(),
        "seed": drawn.seed,
    })
}
