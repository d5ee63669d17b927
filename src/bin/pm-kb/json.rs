//! JSON, version 1: what scripts and agents read. Fields are added, never renamed.

use std::collections::BTreeMap;

use pm_kb::classification::Classification;
use pm_kb::classification::Evidence;
use pm_kb::diagnostic::Diagnostic;
use pm_kb::evaluation::Evaluation;
use pm_kb::evaluation::Score;
use pm_kb::incident::ActionItem;
use pm_kb::incident::Fact;
use pm_kb::incident::Facts;
use pm_kb::incident::Moment;
use pm_kb::knowledge_base::Added;
use pm_kb::knowledge_base::Outcome;
use pm_kb::knowledge_base::Status;
use pm_kb::query::Hit;
use pm_kb::record::Record;
use serde::Serialize;

/// One post-mortem with its labels: `pm-kb/incident/1`.
#[derive(Serialize)]
pub(crate) struct Incident<'a> {
    schema: &'static str,
    id: &'a str,
    source: &'a str,
    url: Option<&'a str>,
    title: &'a str,
    kind: &'static str,
    status: Option<&'a str>,
    date: Option<String>,
    onset: Option<String>,
    detected: Option<String>,
    mitigated: Option<String>,
    resolved: Option<String>,
    date_source: Option<&'static str>,
    quarter: Option<String>,
    #[serde(flatten)]
    labels: Labels,
    severity: Option<String>,
    severity_raw: Option<&'a str>,
    services: Vec<&'a str>,
    models: Vec<&'a str>,
    assets: Vec<&'a str>,
    team: Option<&'a str>,
    trigger: Option<&'a str>,
    origin_team: Option<&'a str>,
    minutes_to_detect: Option<i64>,
    minutes_to_diagnose: Option<i64>,
    minutes_to_mitigate: Option<i64>,
    minutes_to_resolve: Option<i64>,
    hours_lost: Option<f64>,
    money: Option<&'a str>,
    users_affected: Option<&'a str>,
    whys: Vec<&'a str>,
    action_items: Vec<Action<'a>>,
    links: Vec<&'a str>,
    language: &'a str,
    evidence: Vec<Span<'a>>,
    counter_evidence: Vec<Span<'a>>,
    rules: &'a str,
}

/// The labels, as they stand among an incident's fields.
#[derive(Serialize)]
struct Labels {
    failure_mode: &'static str,
    secondary: Vec<Secondary>,
    decay: &'static str,
    model_decay_kind: Option<&'static str>,
    none_kind: Option<&'static str>,
    reason: Option<&'static str>,
    confidence: &'static str,
    probability: f64,
    verdicts: BTreeMap<&'static str, &'static str>,
    disputed: bool,
    contradictory: bool,
    response: Vec<&'static str>,
    rollback_target: Option<&'static str>,
    rollback_helped: Option<bool>,
    detection: Option<&'static str>,
    silent: Option<bool>,
    first_diagnosis: Option<&'static str>,
    near_miss: bool,
    stage: Option<&'static str>,
}

#[derive(Serialize)]
struct Secondary {
    mode: &'static str,
    role: &'static str,
}

#[derive(Serialize)]
struct Action<'a> {
    text: &'a str,
    owner: Option<&'a str>,
    team: Option<&'a str>,
    due: Option<String>,
    state: &'static str,
    link: Option<&'a str>,
    line: u32,
}

#[derive(Serialize)]
struct Span<'a> {
    facet: &'static str,
    value: &'a str,
    rule: &'a str,
    state: &'static str,
    section: &'static str,
    line: u32,
    column: u32,
    quote: &'a str,
    contribution: f64,
}

/// An incident's JSON.
pub(crate) fn incident(record: &Record) -> Incident<'_> {
    let facts = &record.facts;
    let classification = &record.classification;
    Incident {
        schema: "pm-kb/incident/1",
        id: record.id.as_str(),
        source: &record.source,
        url: text(facts.url.as_ref()),
        title: &record.title,
        kind: record.kind.id(),
        status: text(facts.status.as_ref()),
        date: facts.day().map(|day| day.to_string()),
        onset: moment(facts.onset.as_ref()),
        detected: moment(facts.detected.as_ref()),
        mitigated: moment(facts.mitigated.as_ref()),
        resolved: moment(facts.resolved.as_ref()),
        date_source: date_source(facts),
        quarter: record.quarter().map(|quarter| quarter.to_string()),
        labels: labels(classification),
        severity: facts
            .severity
            .as_ref()
            .map(|severity| severity.value.to_string()),
        severity_raw: text(facts.severity_raw.as_ref()),
        services: texts(&facts.services),
        models: texts(&facts.models),
        assets: texts(&facts.assets),
        team: text(facts.team.as_ref()),
        trigger: text(facts.trigger.as_ref()),
        origin_team: text(facts.origin_team.as_ref()),
        minutes_to_detect: value(facts.minutes_to_detect.as_ref()),
        minutes_to_diagnose: value(facts.minutes_to_diagnose.as_ref()),
        minutes_to_mitigate: value(facts.minutes_to_mitigate.as_ref()),
        minutes_to_resolve: value(facts.minutes_to_resolve.as_ref()),
        hours_lost: value(facts.hours_lost.as_ref()),
        money: text(facts.money.as_ref()),
        users_affected: text(facts.users_affected.as_ref()),
        whys: texts(&facts.whys),
        action_items: facts.action_items.iter().map(action).collect(),
        links: texts(&facts.links),
        language: &record.language,
        evidence: classification.evidence.iter().map(span).collect(),
        counter_evidence: classification.counter_evidence.iter().map(span).collect(),
        rules: &classification.ruleset,
    }
}

fn labels(of: &Classification) -> Labels {
    Labels {
        failure_mode: of.failure_mode.id(),
        secondary: of
            .secondary
            .iter()
            .map(|secondary| Secondary {
                mode: secondary.mode.id(),
                role: secondary.role.id(),
            })
            .collect(),
        decay: of.decay.id(),
        model_decay_kind: of.model_decay_kind.map(|kind| kind.id()),
        none_kind: of.none_kind.map(|kind| kind.id()),
        reason: of.reason.map(|reason| reason.id()),
        confidence: of.confidence.id(),
        probability: of.probability,
        verdicts: of
            .verdicts
            .iter()
            .map(|(facet, source)| (facet.id(), source.id()))
            .collect(),
        disputed: of.disputed,
        contradictory: of.contradictory,
        response: of.response.iter().map(|response| response.id()).collect(),
        rollback_target: of.rollback_target.map(|target| target.id()),
        rollback_helped: of.rollback_helped,
        detection: of.detection.map(|detection| detection.id()),
        silent: of.silent,
        first_diagnosis: of.first_diagnosis.map(|diagnosis| diagnosis.id()),
        near_miss: of.near_miss,
        stage: of.stage.map(|stage| stage.id()),
    }
}

fn action(item: &ActionItem) -> Action<'_> {
    Action {
        text: &item.text,
        owner: item.owner.as_deref(),
        team: item.team.as_deref(),
        due: item.due.map(|due| due.to_string()),
        state: item.state.id(),
        link: item.link.as_deref(),
        line: item.line,
    }
}

fn span(evidence: &Evidence) -> Span<'_> {
    Span {
        facet: evidence.facet.id(),
        value: &evidence.value,
        rule: &evidence.rule,
        state: evidence.state.id(),
        section: evidence.section.id(),
        line: evidence.line,
        column: evidence.column,
        quote: &evidence.quote,
        contribution: evidence.contribution,
    }
}

/// The source of the day that the incident counts in.
fn date_source(facts: &Facts) -> Option<&'static str> {
    let onset = facts.onset.as_ref().map(|onset| onset.origin);
    onset
        .or(facts.date.as_ref().map(|date| date.origin))
        .map(|origin| origin.id())
}

/// A moment as ISO 8601: in UTC where a zone is stated, else as it is written.
fn moment(fact: Option<&Fact<Moment>>) -> Option<String> {
    fact.map(|fact| match fact.value.offset_seconds {
        Some(_) => fact.value.instant().to_string(),
        None => fact.value.local.to_string(),
    })
}

fn text(fact: Option<&Fact<String>>) -> Option<&str> {
    fact.map(|fact| fact.value.as_str())
}

fn texts(facts: &[Fact<String>]) -> Vec<&str> {
    facts.iter().map(|fact| fact.value.as_str()).collect()
}

fn value<T: Copy>(fact: Option<&Fact<T>>) -> Option<T> {
    fact.map(|fact| fact.value)
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
}

/// A hit's JSON; `marks` are byte ranges of the matched words in `snippet`.
pub(crate) fn hit(hit: &Hit) -> SearchHit<'_> {
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
        severity: record
            .facts
            .severity
            .as_ref()
            .map(|severity| severity.value.to_string()),
        date: record.facts.day().map(|day| day.to_string()),
        onset: moment(record.facts.onset.as_ref()),
    }
}

/// What became of one document given to `add`: `pm-kb/add/1`.
#[derive(Serialize)]
struct AddLine<'a> {
    schema: &'static str,
    outcome: &'static str,
    id: Option<&'a str>,
    source: &'a str,
    kind: Option<&'static str>,
    failure_mode: Option<&'static str>,
    decay: Option<&'static str>,
    confidence: Option<&'static str>,
    problems: Vec<Problem<'a>>,
}

#[derive(Serialize)]
struct Problem<'a> {
    level: &'static str,
    line: Option<u32>,
    column: Option<u32>,
    message: &'a str,
    advice: &'a str,
}

/// The JSON line for a document that was stored, or found unchanged.
pub(crate) fn added(added: &Added) -> String {
    let record = added.record.as_ref();
    let labels = record.map(|record| &record.classification);
    let line = AddLine {
        schema: "pm-kb/add/1",
        outcome: added.outcome.id(),
        id: record.map(|record| record.id.as_str()),
        source: &added.source,
        kind: record.map(|record| record.kind.id()),
        failure_mode: labels.map(|labels| labels.failure_mode.id()),
        decay: labels.map(|labels| labels.decay.id()),
        confidence: labels.map(|labels| labels.confidence.id()),
        problems: problems(&added.diagnostics),
    };
    to_line(&line)
}

/// The JSON line for an input that was refused.
pub(crate) fn refused(source: &str, diagnostics: &[Diagnostic]) -> String {
    to_line(&AddLine {
        schema: "pm-kb/add/1",
        outcome: Outcome::Refused.id(),
        id: None,
        source,
        kind: None,
        failure_mode: None,
        decay: None,
        confidence: None,
        problems: problems(diagnostics),
    })
}

fn problems(diagnostics: &[Diagnostic]) -> Vec<Problem<'_>> {
    diagnostics
        .iter()
        .map(|one| Problem {
            level: one.level.id(),
            line: one.position.map(|at| at.line),
            column: one.position.map(|at| at.column),
            message: &one.message,
            advice: &one.advice,
        })
        .collect()
}

fn to_line(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("strings, numbers and lists are always JSON")
}

/// An evaluation of the rules: `pm-kb/evaluation/1`.
pub(crate) fn evaluation(of: &Evaluation) -> String {
    let score = |score: Score| serde_json::json!({"right": score.right, "of": score.of, "share": score.share()});
    let facets: serde_json::Map<String, serde_json::Value> = of
        .facets
        .iter()
        .map(|(name, one)| ((*name).to_owned(), score(*one)))
        .collect();
    let calibration: serde_json::Map<String, serde_json::Value> = of
        .calibration
        .iter()
        .map(|(sure, one)| (sure.to_string(), score(*one)))
        .collect();
    let modes: Vec<serde_json::Value> = of
        .modes
        .iter()
        .map(|(mode, one)| {
            serde_json::json!({"value": mode.id(), "gold": one.gold, "given": one.given, "right": one.right,
                "precision": one.precision(), "recall": one.recall(), "f1": one.f1()})
        })
        .collect();
    let confusion: Vec<serde_json::Value> = of
        .confusion
        .iter()
        .map(|((gold, given), count)| serde_json::json!({"gold": gold.id(), "given": given.id(), "count": count}))
        .collect();
    serde_json::json!({
        "schema": "pm-kb/evaluation/1",
        "failure_mode": score(of.strict),
        "failure_mode_lenient": score(of.lenient),
        "macro_f1": of.macro_f1(),
        "mode_and_rollback": score(of.mode_and_rollback),
        "coverage": score(of.coverage),
        "false_modes": score(of.false_modes),
        "facets": facets,
        "modes": modes,
        "confusion": confusion,
        "calibration": calibration,
    })
    .to_string()
}

/// The answer of the filter to a line that it cannot read: `pm-kb/error/1`.
pub(crate) fn bad_line(line: usize, error: &str) -> String {
    serde_json::json!({"schema": "pm-kb/error/1", "line": line, "error": error}).to_string()
}

/// The state of a knowledge base: `pm-kb/status/1`.
pub(crate) fn status(status: &Status, gone: &[String]) -> String {
    let by = |counts: Vec<(&'static str, usize)>| counts.into_iter().collect::<BTreeMap<_, _>>();
    serde_json::json!({
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
        "sources_gone": gone,
    })
    .to_string()
}
