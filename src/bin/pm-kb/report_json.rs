//! `pm-kb/report/1`: the report as JSON. Fields are added, never renamed. Ids are written as they are walked, not copied.

use pm_kb::report::OPEN_ACTIONS;
use pm_kb::report::Report;
use pm_kb::report::breakdown::Breakdown;
use pm_kb::report::breakdown::Slice;
use pm_kb::report::headline::Headline;
use pm_kb::report::headline::Topic;
use pm_kb::report::measure::Comparison;
use pm_kb::report::measure::Measured;
use pm_kb::report::period::Stretch;
use pm_kb::report::scope::Scope;
use pm_kb::report::scope::ValueShare;
use pm_kb::report::selection::Members;
use pm_kb::report::statistics::RateRatio;
use pm_kb::report::statistics::Share;
use pm_kb::taxonomy::Decay;
use pm_kb::taxonomy::Detection;
use pm_kb::taxonomy::FailureMode;
use serde::Serialize;
use serde::Serializer;

// The tests read this file by its path too, so the way to its parts is spelled out.
#[path = "report_json/amounts.rs"]
mod amounts;
#[path = "report_json/appendix.rs"]
mod appendix;

use amounts::cost;
use amounts::quartiles;
use amounts::stated;
use appendix::controls;
use appendix::data_checks;
use appendix::difference;
use appendix::first_looks;
use appendix::incidents;
use appendix::investments;
use appendix::misdiagnoses;
use appendix::open_actions;
use appendix::quality;
use appendix::repeats;
use appendix::rollbacks;

/// A JSON value that borrows from the report.
pub(crate) enum Value<'a> {
    Null,
    Bool(bool),
    Count(usize),
    Number(f64),
    Text(&'a str),
    Owned(String),
    Ids(&'a Report, &'a Members),
    List(Vec<Value<'a>>),
    Object(Vec<(&'a str, Value<'a>)>),
}

use Value::Bool;
use Value::Count;
use Value::Ids;
use Value::List;
use Value::Null;
use Value::Number;
use Value::Object;
use Value::Owned;
use Value::Text;

impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Null => to.serialize_unit(),
            Bool(value) => value.serialize(to),
            Count(value) => value.serialize(to),
            Number(value) => value.serialize(to),
            Text(value) => value.serialize(to),
            Owned(value) => value.serialize(to),
            Ids(report, members) => to.collect_seq(report.ids(members)),
            List(values) => values.serialize(to),
            Object(fields) => to.collect_map(fields.iter().map(|(name, value)| (name, value))),
        }
    }
}

/// The JSON document of a report.
pub(crate) fn report(report: &Report) -> Value<'_> {
    let request = &report.request;
    let mut fields = vec![
        ("schema", Text("pm-kb/report/1")),
        ("today", Owned(request.today.to_string())),
        ("filter", text(request.filter.as_deref())),
    ];
    fields.extend(scope(report, &report.asked));
    fields.extend([
        ("window", Object(scope(report, &report.window))),
        (
            "findings",
            list(&report.headlines, |one| finding(report, one)),
        ),
        ("rate", rate(report.rate)),
        ("cost", cost(report)),
        ("trend", List(trend(report))),
        ("breakdowns", breakdowns(report)),
        ("rollbacks", rollbacks(report)),
        ("misdiagnoses", misdiagnoses(report)),
        ("first_looks", first_looks(report)),
        ("data_checks", data_checks(report)),
        ("repeats", repeats(report)),
        ("controls", controls(report)),
        ("investments", investments(report)),
        ("quality", quality(report)),
        ("open_actions", open_actions(report)),
        (
            "open_actions_left_out",
            Count(report.open_actions.len().saturating_sub(OPEN_ACTIONS)),
        ),
        (
            "difference",
            report
                .difference
                .as_ref()
                .map_or(Null, |one| difference(report, one)),
        ),
        ("incidents", incidents(report)),
        (
            "provenance",
            Object(vec![
                ("kb_digest", text(request.provenance.kb_digest.as_deref())),
                ("rules", Text(&request.provenance.rules)),
                ("program", Text(&request.provenance.program)),
            ]),
        ),
    ]);
    Object(fields)
}

fn text(value: Option<&str>) -> Value<'_> {
    value.map_or(Null, Text)
}

fn owned<'a>(value: Option<impl ToString>) -> Value<'a> {
    value.map_or(Null, |value| Owned(value.to_string()))
}

fn list<'a, T>(values: impl IntoIterator<Item = T>, each: impl FnMut(T) -> Value<'a>) -> Value<'a> {
    List(values.into_iter().map(each).collect())
}

fn scope<'a>(report: &'a Report, scope: &'a Scope) -> Vec<(&'a str, Value<'a>)> {
    let people = &scope.population;
    let values = |values: &'a [ValueShare]| {
        list(values, |one| {
            let mut fields = vec![
                ("value", Text(one.value)),
                ("count", Count(one.measured.share.count)),
            ];
            fields.extend(measured(report, &one.measured));
            Object(fields)
        })
    };
    vec![
        ("period", period(&scope.stretch)),
        (
            "population",
            Object(vec![
                ("total", Count(people.all.len())),
                ("classified", Count(people.classified.len())),
                ("unclassified", Count(people.unclassified.len())),
                ("undated", Count(report.undated.len())),
                ("not_counted", Count(report.not_counted.len())),
                ("human", Count(people.human.len())),
                ("rule", Count(people.rule.len())),
                ("audited", Count(people.audited.len())),
                ("incidents", Ids(report, &people.all)),
                ("unclassified_incidents", Ids(report, &people.unclassified)),
                ("undated_incidents", Ids(report, &report.undated)),
            ]),
        ),
        (
            "patterns",
            List(
                (0..scope.patterns.len())
                    .map(|at| pattern(report, scope, at))
                    .collect(),
            ),
        ),
        ("by_failure_mode", values(&scope.by_failure_mode)),
        ("by_decay", values(&scope.by_decay)),
    ]
}

fn period(stretch: &Stretch) -> Value<'_> {
    Object(vec![
        ("name", Text(&stretch.name)),
        ("from", Owned(stretch.days.first.to_string())),
        ("to", Owned(stretch.days.last.to_string())),
    ])
}

fn pattern<'a>(report: &'a Report, scope: &'a Scope, at: usize) -> Value<'a> {
    let declared = &report.request.patterns[at];
    let found = &scope.patterns[at];
    let (numerator, denominator) = declared.counted.words();
    let mut fields = vec![
        ("id", Text(&declared.id)),
        ("title", Text(&declared.title)),
        ("numerator", Count(found.share.count)),
        ("denominator", Count(found.share.total)),
        ("numerator_query", Text(numerator)),
        ("denominator_query", Text(denominator)),
    ];
    fields.extend(measured(report, found));
    fields.push(("among", Ids(report, &found.among)));
    if std::ptr::eq(scope, &raw const report.window) {
        let other = report.sensitivities[at];
        fields.push((
            "without_low_confidence",
            Object(fraction(other.without_low)),
        ));
        let drift = other.drift_as_model.map(|share| Object(fraction(share)));
        fields.push(("data_drift_as_model_decay", drift.unwrap_or(Null)));
    }
    let benchmark = declared.benchmark.as_ref().map(|one| {
        Object(vec![
            ("share", Number(one.share)),
            ("source", Text(&one.source)),
            ("anecdote", Bool(one.anecdote)),
        ])
    });
    fields.push(("benchmark", benchmark.unwrap_or(Null)));
    Object(fields)
}

fn measured<'a>(report: &'a Report, found: &'a Measured) -> Vec<(&'a str, Value<'a>)> {
    vec![
        ("total", Count(found.share.total)),
        ("share", found.share.fraction().map_or(Null, Number)),
        ("interval", interval(found.share.interval())),
        (
            "corrected",
            found.corrected.map_or(Null, |one| Number(one.share)),
        ),
        (
            "corrected_interval",
            interval(found.corrected.map(|one| one.interval)),
        ),
        ("previous", comparison(&found.previous)),
        (
            "year_before",
            found.year_before.as_ref().map_or(Null, comparison),
        ),
        ("finding", Text(found.finding.id())),
        ("incidents", Ids(report, &found.incidents)),
    ]
}

fn fraction<'a>(share: Share) -> Vec<(&'a str, Value<'a>)> {
    vec![
        ("count", Count(share.count)),
        ("total", Count(share.total)),
        ("share", share.fraction().map_or(Null, Number)),
        ("interval", interval(share.interval())),
    ]
}

fn interval<'a>(ends: Option<(f64, f64)>) -> Value<'a> {
    ends.map_or(Null, |(low, high)| List(vec![Number(low), Number(high)]))
}

fn comparison(comparison: &Comparison) -> Value<'_> {
    let mut fields = vec![("period", period(&comparison.stretch))];
    fields.extend(fraction(comparison.share));
    fields.push(("p", Number(comparison.probability)));
    fields.push(("p_corrected", Number(comparison.corrected)));
    Object(fields)
}

fn rate<'a>(rate: Option<RateRatio>) -> Value<'a> {
    rate.map_or(Null, |rate| {
        Object(vec![
            ("ratio", Number(rate.ratio)),
            ("interval", interval(Some(rate.interval))),
            ("significant", Bool(rate.is_significant())),
        ])
    })
}

fn finding<'a>(report: &'a Report, headline: &Headline) -> Value<'a> {
    let (topic, id) = match headline.topic {
        Topic::FailedMost(at) => ("failed-most", report.window.by_failure_mode[at].value),
        Topic::Pattern(at) => ("pattern", report.request.patterns[at].id.as_str()),
    };
    let proof = headline
        .proof
        .iter()
        .map(|place| report.entries[*place].id.as_str());
    Object(vec![
        ("topic", Text(topic)),
        ("id", Text(id)),
        ("score", Number(headline.score)),
        ("shown_by", list(proof, Text)),
    ])
}

fn trend(report: &Report) -> Vec<Value<'_>> {
    let quarters = report.trend.iter();
    quarters
        .map(|quarter| {
            let modes = FailureMode::ALL.iter().zip(&quarter.by_failure_mode);
            let decays = Decay::ALL.iter().zip(&quarter.by_decay);
            Object(vec![
                ("quarter", Text(&quarter.name)),
                ("total", Count(quarter.all.len())),
                (
                    "by_failure_mode",
                    Object(
                        modes
                            .map(|(one, members)| (one.id(), Count(members.len())))
                            .collect(),
                    ),
                ),
                (
                    "by_decay",
                    Object(
                        decays
                            .map(|(one, members)| (one.id(), Count(members.len())))
                            .collect(),
                    ),
                ),
            ])
        })
        .collect()
}

fn breakdowns(report: &Report) -> Value<'_> {
    let each = |one| {
        let breakdown: &Breakdown = one;
        let fields = Object(vec![
            ("not_stated", Count(breakdown.unstated.len())),
            ("values", list(&breakdown.slices, |one| slice(report, one))),
        ]);
        (breakdown.by.id(), fields)
    };
    Object(report.breakdowns.iter().map(each).collect())
}

fn slice<'a>(report: &'a Report, slice: &'a Slice) -> Value<'a> {
    let mut fields = vec![("value", Text(&slice.value))];
    fields.extend(fraction(slice.share));
    let names = Detection::ALL
        .iter()
        .map(|one| one.id())
        .chain(["not-told"]);
    let noticed = names
        .zip(&slice.noticed)
        .map(|(name, members)| (name, Count(members.len())));
    fields.extend([
        ("minutes_to_detect", quartiles(slice.clocks.detect)),
        ("minutes_to_diagnose", quartiles(slice.clocks.diagnose)),
        ("minutes_to_mitigate", quartiles(slice.clocks.mitigate)),
        ("minutes_to_resolve", quartiles(slice.clocks.resolve)),
        ("degraded_minutes", stated(slice.degraded)),
        ("unnoticed_minutes", stated(slice.unnoticed)),
        ("hours_lost", stated(slice.hours)),
        ("detection", Object(noticed.collect())),
        ("silent", Count(slice.silent.yes.len())),
        ("announced", Count(slice.silent.no.len())),
        ("worst_severity", owned(slice.worst)),
        ("incidents", Ids(report, &slice.incidents)),
    ]);
    Object(fields)
}
