//! `pm-kb/report/1`: the report as JSON. Fields are added, never renamed.

use pm_kb::incident::IncidentId;
use pm_kb::report::Report;
use pm_kb::report::measure::Comparison;
use pm_kb::report::measure::Measured;
use pm_kb::report::pattern::Benchmark;
use pm_kb::report::period::Stretch;
use pm_kb::report::scope::Scope;
use pm_kb::report::scope::ValueShare;
use pm_kb::report::selection::Members;
use pm_kb::report::statistics::Share;
use serde::Serialize;

/// The whole report.
#[derive(Serialize)]
pub struct Document<'a> {
    schema: &'static str,
    today: String,
    filter: Option<&'a str>,
    #[serde(flatten)]
    asked: Counted<'a>,
    window: Counted<'a>,
    provenance: Provenance<'a>,
}

/// What was counted in a stretch of time.
#[derive(Serialize)]
struct Counted<'a> {
    period: Period<'a>,
    population: Population<'a>,
    patterns: Vec<Pattern<'a>>,
    by_failure_mode: Vec<Value<'a>>,
    by_decay: Vec<Value<'a>>,
}

#[derive(Serialize)]
struct Period<'a> {
    name: &'a str,
    from: String,
    to: String,
}

#[derive(Serialize)]
struct Population<'a> {
    total: usize,
    classified: usize,
    unclassified: usize,
    undated: usize,
    not_counted: usize,
    human: usize,
    rule: usize,
    audited: usize,
    incidents: Vec<&'a IncidentId>,
    unclassified_incidents: Vec<&'a IncidentId>,
    undated_incidents: Vec<&'a IncidentId>,
}

#[derive(Serialize)]
struct Pattern<'a> {
    id: &'a str,
    title: &'a str,
    numerator: &'a str,
    denominator: &'a str,
    #[serde(flatten)]
    share: Fraction,
    corrected: Option<f64>,
    previous: Other<'a>,
    year_before: Option<Other<'a>>,
    benchmark: Option<Held<'a>>,
    finding: &'static str,
    incidents: Vec<&'a IncidentId>,
    among: Vec<&'a IncidentId>,
}

#[derive(Serialize)]
struct Fraction {
    count: usize,
    total: usize,
    share: Option<f64>,
    interval: Option<(f64, f64)>,
}

#[derive(Serialize)]
struct Other<'a> {
    period: Period<'a>,
    #[serde(flatten)]
    share: Fraction,
    p: f64,
    p_corrected: f64,
}

#[derive(Serialize)]
struct Held<'a> {
    share: f64,
    source: &'a str,
    anecdote: bool,
}

#[derive(Serialize)]
struct Value<'a> {
    value: &'static str,
    #[serde(flatten)]
    share: Fraction,
    previous: Other<'a>,
    year_before: Option<Other<'a>>,
    finding: &'static str,
    incidents: Vec<&'a IncidentId>,
}

#[derive(Serialize)]
struct Provenance<'a> {
    kb_digest: Option<&'a str>,
    rules: &'a str,
    program: &'a str,
}

/// The JSON document of a report.
pub fn report(report: &Report) -> Document<'_> {
    Document {
        schema: "pm-kb/report/1",
        today: report.request.today.to_string(),
        filter: report.request.filter.as_deref(),
        asked: counted(report, &report.asked),
        window: counted(report, &report.window),
        provenance: Provenance {
            kb_digest: report.request.provenance.kb_digest.as_deref(),
            rules: &report.request.provenance.rules,
            program: &report.request.provenance.program,
        },
    }
}

fn ids<'a>(report: &'a Report, members: &'a Members) -> Vec<&'a IncidentId> {
    report.ids(members).collect()
}

fn counted<'a>(report: &'a Report, scope: &'a Scope) -> Counted<'a> {
    let people = &scope.population;
    let values = |values: &'a [ValueShare]| values.iter().map(|one| value(report, one)).collect();
    Counted {
        period: period(&scope.stretch),
        population: Population {
            total: people.all.len(),
            classified: people.classified.len(),
            unclassified: people.unclassified.len(),
            undated: report.undated.len(),
            not_counted: report.not_counted.len(),
            human: people.human.len(),
            rule: people.rule.len(),
            audited: people.audited.len(),
            incidents: ids(report, &people.all),
            unclassified_incidents: ids(report, &people.unclassified),
            undated_incidents: ids(report, &report.undated),
        },
        patterns: scope
            .patterns
            .iter()
            .enumerate()
            .map(|(at, one)| pattern(report, at, one))
            .collect(),
        by_failure_mode: values(&scope.by_failure_mode),
        by_decay: values(&scope.by_decay),
    }
}

fn period(stretch: &Stretch) -> Period<'_> {
    Period {
        name: &stretch.name,
        from: stretch.days.first.to_string(),
        to: stretch.days.last.to_string(),
    }
}

fn pattern<'a>(report: &'a Report, at: usize, measured: &'a Measured) -> Pattern<'a> {
    let declared = &report.request.patterns[at];
    let (numerator, denominator) = declared.counted.words();
    Pattern {
        id: &declared.id,
        title: &declared.title,
        numerator,
        denominator,
        share: fraction(measured.share),
        corrected: None,
        previous: other(&measured.previous),
        year_before: measured.year_before.as_ref().map(other),
        benchmark: declared.benchmark.as_ref().map(held),
        finding: measured.finding.id(),
        incidents: ids(report, &measured.incidents),
        among: ids(report, &measured.among),
    }
}

fn fraction(share: Share) -> Fraction {
    Fraction {
        count: share.count,
        total: share.total,
        share: share.fraction(),
        interval: share.interval(),
    }
}

fn other(comparison: &Comparison) -> Other<'_> {
    Other {
        period: period(&comparison.stretch),
        share: fraction(comparison.share),
        p: comparison.probability,
        p_corrected: comparison.corrected,
    }
}

fn held(benchmark: &Benchmark) -> Held<'_> {
    Held {
        share: benchmark.share,
        source: &benchmark.source,
        anecdote: benchmark.anecdote,
    }
}

fn value<'a>(report: &'a Report, one: &'a ValueShare) -> Value<'a> {
    Value {
        value: one.value,
        share: fraction(one.measured.share),
        previous: other(&one.measured.previous),
        year_before: one.measured.year_before.as_ref().map(other),
        finding: one.measured.finding.id(),
        incidents: ids(report, &one.measured.incidents),
    }
}
