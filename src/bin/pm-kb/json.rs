//! JSON, version 1: what scripts and agents read. Fields are added, never renamed.

use std::collections::BTreeMap;

use pm_kb::diagnostic::Diagnostic;
use pm_kb::diagnostic::Level;
use pm_kb::index::Facets;
use pm_kb::knowledge_base::Added;
use pm_kb::knowledge_base::Checkup;
use pm_kb::knowledge_base::Outcome;
use pm_kb::knowledge_base::Similar;
use pm_kb::knowledge_base::Status;
use pm_kb::query::Explanation;
use pm_kb::query::Hit;
use serde::Serialize;
use serde_json::Value;
use serde_json::json;

use crate::freshness::Freshness;
use crate::message;
use crate::status::Around;
use crate::terminal::escape_json;

mod evaluation;
mod export;
mod incident;
mod review;

pub(crate) use evaluation::evaluation;
pub(crate) use evaluation::facts_evaluation;
pub(crate) use evaluation::verdicts_evaluation;
pub(crate) use export::SCHEMA as EXPORT;
pub(crate) use export::exported;
pub(crate) use export::redacted;
pub(crate) use incident::incident;
use incident::moment;
use incident::severity;
pub(crate) use review::drawn;
pub(crate) use review::review;

/// A value on one line.
pub(crate) fn to_line(value: &impl Serialize) -> String {
    let json = serde_json::to_string(value).expect("strings, numbers and lists are always JSON");
    escape_json(&json)
}

/// A value as a document that people can read too.
pub(crate) fn to_document(value: &impl Serialize) -> String {
    let json =
        serde_json::to_string_pretty(value).expect("strings, numbers and lists are always JSON");
    escape_json(&json)
}

/// One result of a search: `pm-kb/hit/1`.
#[derive(Serialize)]
pub(crate) struct SearchHit<'a> {
    schema: &'static str,
    rank: usize,
    score: f32,
    id: &'a str,
    source: &'a str,
    title: &'a str,
    section: Option<&'static str>,
    line: Option<u32>,
    snippet: Option<&'a str>,
    marks: Vec<[usize; 2]>,
    failure_mode: &'static str,
    decay: &'static str,
    severity: Option<String>,
    date: Option<String>,
    onset: Option<String>,
    file: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    explanation: Option<Value>,
}

/// A hit's JSON; `marks` are byte ranges of the matched words in `snippet`.
pub(crate) fn hit(hit: &Hit, freshness: Freshness) -> SearchHit<'_> {
    let record = &hit.record;
    let passage = hit.passage.as_ref();
    SearchHit {
        schema: "pm-kb/hit/1",
        rank: hit.rank,
        score: hit.score,
        id: hit.id.as_str(),
        source: &record.source,
        title: &record.title,
        section: passage.map(|passage| passage.section.id()),
        line: passage.map(|passage| passage.line),
        snippet: passage.map(|passage| passage.snippet.as_str()),
        marks: passage.map_or_else(Vec::new, |passage| {
            passage
                .marks
                .iter()
                .map(|mark| [mark.start, mark.end])
                .collect()
        }),
        failure_mode: record.classification.failure_mode.id(),
        decay: record.classification.decay.id(),
        severity: severity(record),
        date: record.facts.written_day().map(|day| day.to_string()),
        onset: moment(record.facts.onset.as_ref()),
        file: freshness.id(),
        explanation: hit.explanation.as_ref().map(explanation),
    }
}

fn explanation(of: &Explanation) -> Value {
    let parts = of.parts.iter().map(|part| {
        json!({
            "typed": part.typed,
            "score": part.score,
            "zones": part.zones,
            "stand_in": part.is_stand_in,
        })
    });
    json!({
        "parts": parts.collect::<Vec<_>>(),
        "coverage": of.coverage,
        "nearness": of.nearness,
        "has_all": of.has_all,
    })
}

/// One similar incident: `pm-kb/similar/1`.
pub(crate) fn similar(similar: &Similar, freshness: Freshness) -> Value {
    let reasons = similar.likeness.reasons.iter();
    let reasons: Vec<Value> = reasons
        .map(|reason| json!({"of": reason.of.id(), "values": reason.values}))
        .collect();
    let mut value = serde_json::to_value(hit(&similar.hit, freshness)).unwrap_or_default();
    value["schema"] = json!("pm-kb/similar/1");
    value["reasons"] = json!(reasons);
    value
}

/// How all matches of a search spread: `pm-kb/facets/1`.
pub(crate) fn facets(total: usize, facets: &Facets) -> Value {
    let fields = facets.iter().map(|(field, values)| {
        let values = values
            .iter()
            .map(|(value, count)| json!({"value": value, "count": count}));
        ((*field).to_owned(), Value::Array(values.collect()))
    });
    json!({
        "schema": "pm-kb/facets/1",
        "total": total,
        "by": Value::Object(fields.collect()),
    })
}

/// What became of one document given to `add`: `pm-kb/add/1`.
#[derive(Serialize)]
pub(crate) struct AddLine<'a> {
    schema: &'static str,
    outcome: &'static str,
    id: Option<&'a str>,
    source: &'a str,
    kind: Option<&'static str>,
    failure_mode: Option<&'static str>,
    decay: Option<&'static str>,
    confidence: Option<&'static str>,
    problems: Vec<Remark<'a>>,
    notice: Option<&'a str>,
}

#[derive(Serialize)]
struct Remark<'a> {
    level: &'static str,
    line: Option<u32>,
    column: Option<u32>,
    message: &'a str,
    advice: Option<&'a str>,
}

/// The JSON object for a document that was stored, or found unchanged.
pub(crate) fn added(added: &Added) -> AddLine<'_> {
    let record = added.record.as_ref();
    let labels = record.map(|record| &record.classification);
    AddLine {
        schema: "pm-kb/add/1",
        outcome: added.outcome.id(),
        id: record.map(|record| record.id.as_str()),
        source: &added.source,
        kind: record.map(|record| record.kind.id()),
        failure_mode: labels.map(|labels| labels.failure_mode.id()),
        decay: labels.map(|labels| labels.decay.id()),
        confidence: labels.map(|labels| labels.confidence.id()),
        problems: problems(&added.diagnostics),
        notice: added.notice.as_deref(),
    }
}

/// The JSON object for an input that was refused.
pub(crate) fn refused<'a>(source: &'a str, diagnostics: &'a [Diagnostic]) -> AddLine<'a> {
    AddLine {
        schema: "pm-kb/add/1",
        outcome: Outcome::Refused.id(),
        id: None,
        source,
        kind: None,
        failure_mode: None,
        decay: None,
        confidence: None,
        problems: problems(diagnostics),
        notice: None,
    }
}

fn problems(diagnostics: &[Diagnostic]) -> Vec<Remark<'_>> {
    diagnostics
        .iter()
        .map(|one| Remark {
            level: one.level.id(),
            line: one.position.map(|at| at.line),
            column: one.position.map(|at| at.column),
            message: &one.message,
            advice: (!one.advice.is_empty()).then_some(one.advice.as_str()),
        })
        .collect()
}

/// A problem, as told on standard error: `pm-kb/problem/1`.
pub(crate) fn problem(problem: &message::Problem) -> String {
    to_line(&json!({
        "schema": "pm-kb/problem/1",
        "level": problem.level.unwrap_or(Level::Note).id(),
        "source": problem.source,
        "line": problem.position.map(|at| at.line),
        "column": problem.position.map(|at| at.column),
        "message": problem.message,
        "advice": (!problem.advice.is_empty()).then_some(&problem.advice),
    }))
}

/// The answer of the filter to a line that it cannot read or whose document is refused: `pm-kb/error/1`.
pub(crate) fn bad_line(line: usize, id: Option<&str>, error: &str) -> String {
    to_line(&json!({"schema": "pm-kb/error/1", "line": line, "id": id, "error": error}))
}

/// The state of a knowledge base: `pm-kb/status/1`.
pub(crate) fn status(status: &Status, around: &Around) -> Value {
    let by = |counts: Vec<(&'static str, usize)>| counts.into_iter().collect::<BTreeMap<_, _>>();
    json!({
        "schema": "pm-kb/status/1",
        "kb_id": status.kb_id,
        "format": status.format,
        "revision": status.revision,
        "documents": status.documents(),
        "incidents": status.incidents(),
        "unlabelled": status.unlabelled(),
        "undated": status.undated,
        "kinds": by(status.kinds.iter().map(|(kind, count)| (kind.id(), *count)).collect()),
        "failure_modes": by(status.failure_modes.iter().map(|(mode, count)| (mode.id(), *count)).collect()),
        "decay": by(status.decays.iter().map(|(decay, count)| (decay.id(), *count)).collect()),
        "labelled_by_other_rules": status.labelled_by_other_rules,
        "index_behind": status.index_behind,
        "sources_in_step": around.in_step,
        "sources_gone": around.gone,
        "sources_edited": around.edited,
        "sources_moved": around.moved,
        "sources_new": around.new,
        "verdicts": around.verdicts_given,
        "verdicts_behind": around.verdicts_behind,
        "verdicts_in_conflict": around.conflicts,
    })
}

/// What a check-up found: `pm-kb/checkup/1`.
pub(crate) fn checkup(checkup: &Checkup) -> Value {
    json!({
        "schema": "pm-kb/checkup/1",
        "clean": checkup.is_clean(),
        "record": checkup.record,
        "index": checkup.index,
        "repaired": checkup.repaired,
        "notes": checkup.notes,
    })
}

/// A backup that was written or restored: `pm-kb/backup/1`; the team's files that went along, and those left alone.
pub(crate) fn backup(
    done: &'static str,
    place: &str,
    documents: usize,
    (files, left): (&[String], &[String]),
) -> Value {
    json!({
        "schema": "pm-kb/backup/1",
        "done": done,
        "place": place,
        "documents": documents,
        "files": files,
        "left_alone": left,
    })
}

/// An index that was made anew: `pm-kb/rebuild/1`.
pub(crate) fn rebuilt(documents: usize) -> Value {
    json!({"schema": "pm-kb/rebuild/1", "documents": documents})
}
