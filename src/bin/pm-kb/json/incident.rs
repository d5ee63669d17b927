//! `pm-kb/incident/1`: one post-mortem with its facts, its labels and their evidence.

use std::collections::BTreeMap;

use pm_kb::classification::Classification;
use pm_kb::classification::Evidence;
use pm_kb::incident::ActionItem;
use pm_kb::incident::Fact;
use pm_kb::incident::Facts;
use pm_kb::incident::Moment;
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
    #[serde(flatten)]
    costs: Costs<'a>,
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

/// How long it took and what it cost, as they stand among an incident's fields.
#[derive(Serialize)]
struct Costs<'a> {
    minutes_to_detect: Option<i64>,
    minutes_to_diagnose: Option<i64>,
    minutes_to_mitigate: Option<i64>,
    minutes_to_resolve: Option<i64>,
    hours_lost: Option<f64>,
    money: Option<&'a str>,
    users_affected: Option<&'a str>,
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
pub(super) struct Span<'a> {
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
        date: facts.written_day().map(|day| day.to_string()),
        onset: moment(facts.onset.as_ref()),
        detected: moment(facts.detected.as_ref()),
        mitigated: moment(facts.mitigated.as_ref()),
        resolved: moment(facts.resolved.as_ref()),
        date_source: date_source(facts),
        quarter: record.quarter().map(|quarter| quarter.to_string()),
        labels: labels(classification),
        severity: severity(record),
        severity_raw: text(facts.severity_raw.as_ref()),
        services: texts(&facts.services),
        models: texts(&facts.models),
        assets: texts(&facts.assets),
        team: text(facts.team.as_ref()),
        trigger: text(facts.trigger.as_ref()),
        origin_team: text(facts.origin_team.as_ref()),
        costs: costs(facts),
        whys: texts(&facts.whys),
        action_items: facts.action_items.iter().map(action).collect(),
        links: texts(&facts.links),
        language: &record.language,
        evidence: classification.evidence.iter().map(span).collect(),
        counter_evidence: classification.counter_evidence.iter().map(span).collect(),
        rules: &classification.ruleset,
    }
}

fn costs(facts: &Facts) -> Costs<'_> {
    Costs {
        minutes_to_detect: value(facts.minutes_to_detect.as_ref()),
        minutes_to_diagnose: value(facts.minutes_to_diagnose.as_ref()),
        minutes_to_mitigate: value(facts.minutes_to_mitigate.as_ref()),
        minutes_to_resolve: value(facts.minutes_to_resolve.as_ref()),
        hours_lost: value(facts.hours_lost.as_ref()),
        money: text(facts.money.as_ref()),
        users_affected: text(facts.users_affected.as_ref()),
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

pub(super) fn span(evidence: &Evidence) -> Span<'_> {
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
pub(super) fn moment(fact: Option<&Fact<Moment>>) -> Option<String> {
    fact.map(|fact| match fact.value.offset_seconds {
        Some(_) => fact.value.instant().to_string(),
        None => fact.value.local.to_string(),
    })
}

/// `SEV0` to `SEV5`, where one is stated.
pub(super) fn severity(record: &Record) -> Option<String> {
    let severity = record.facts.severity.as_ref()?;
    Some(severity.value.to_string())
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
