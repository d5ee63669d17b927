//! `pm-kb/report/1`: the report as JSON. Fields are added, never renamed. Ids are written as they are walked, not copied.

use pm_kb::report::Report;
use pm_kb::report::breakdown::Breakdown;
use pm_kb::report::breakdown::Slice;
use pm_kb::report::difference::Difference;
use pm_kb::report::difference::PatternDifference;
use pm_kb::report::headline::Headline;
use pm_kb::report::headline::Topic;
use pm_kb::report::measure::Comparison;
use pm_kb::report::measure::Measured;
use pm_kb::report::period::Stretch;
use pm_kb::report::rollback::RollbackRow;
use pm_kb::report::scope::Scope;
use pm_kb::report::scope::ValueShare;
use pm_kb::report::selection::Members;
use pm_kb::report::selection::Stated;
use pm_kb::report::statistics::Quartiles;
use pm_kb::report::statistics::RateRatio;
use pm_kb::report::statistics::Share;
use pm_kb::taxonomy::Decay;
use pm_kb::taxonomy::Detection;
use pm_kb::taxonomy::Facet;
use pm_kb::taxonomy::FailureMode;
use serde::Serialize;
use serde::Serializer;

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
        ("trend", List(trend(report))),
        ("breakdowns", breakdowns(report)),
        ("rollbacks", rollbacks(report)),
        ("misdiagnoses", misdiagnoses(report)),
        ("first_looks", first_looks(report)),
        ("repeats", repeats(report)),
        ("controls", controls(report)),
        ("investments", investments(report)),
        ("quality", quality(report)),
        ("open_actions", open_actions(report)),
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
        ("corrected", Null),
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

fn quartiles<'a>(quartiles: Option<Quartiles>) -> Value<'a> {
    quartiles.map_or(Null, |found| {
        Object(vec![
            ("stated", Count(found.count)),
            ("low", Number(found.low)),
            ("median", Number(found.median)),
            ("high", Number(found.high)),
        ])
    })
}

fn stated<'a>(stated: Stated) -> Value<'a> {
    Object(vec![
        (
            "sum",
            if stated.stated > 0 {
                Number(stated.sum)
            } else {
                Null
            },
        ),
        ("stated", Count(stated.stated)),
        ("of", Count(stated.of)),
    ])
}

fn rollbacks(report: &Report) -> Value<'_> {
    let found = &report.rollbacks;
    let row = |row| {
        let row: &RollbackRow = row;
        let mut fields = vec![("value", Text(row.value))];
        fields.extend(fraction(row.share));
        fields.extend([
            ("helped", Count(row.helped.yes.len())),
            ("did_not_help", Count(row.helped.no.len())),
            ("not_told", Count(row.helped.unknown.len())),
            ("incidents", Ids(report, &row.incidents)),
        ]);
        Object(fields)
    };
    Object(vec![
        ("incidents", Ids(report, &found.all)),
        ("of_decay", Ids(report, &found.of_decay)),
        ("by_failure_mode", list(&found.by_mode, row)),
        ("by_target", list(&found.by_target, row)),
        ("target_not_told", Ids(report, &found.no_target)),
    ])
}

fn misdiagnoses(report: &Report) -> Value<'_> {
    list(&report.ledger.beliefs, |belief| {
        Object(vec![
            ("first_diagnosis", Text(belief.first.id())),
            ("truth", Text(belief.truth)),
            ("minutes_to_diagnose", stated(belief.diagnose)),
            ("hours_lost", stated(belief.hours)),
            ("incidents", Ids(report, &belief.incidents)),
        ])
    })
}

fn first_looks(report: &Report) -> Value<'_> {
    list(&report.ledger.first_looks, |look| {
        Object(vec![
            ("at", Text(look.place)),
            ("minutes_to_diagnose", quartiles(look.diagnose)),
            ("hours_lost", stated(look.hours)),
            ("incidents", Ids(report, &look.incidents)),
        ])
    })
}

fn repeats(report: &Report) -> Value<'_> {
    let places = report.window.population.all.iter();
    let found = places.filter_map(|place| Some((place, report.repeats.get(place)?)));
    list(found, |(place, earlier)| {
        Object(vec![
            ("id", Text(report.entries[place].id.as_str())),
            ("earlier", Text(report.entries[earlier.place].id.as_str())),
            ("shared", Text(&earlier.shared)),
            ("days", Number(earlier.days as f64)),
            ("open_action", Bool(report.repeats.of_open_action(place))),
        ])
    })
}

fn controls(report: &Report) -> Value<'_> {
    list(&report.funding, |one| {
        let control = &report.request.controls[one.control];
        Object(vec![
            ("id", Text(&control.id)),
            ("title", Text(&control.title)),
            ("count", Count(one.incidents.len())),
            ("unnoticed_minutes", stated(one.unnoticed)),
            ("degraded_minutes", stated(one.degraded)),
            ("hours_lost", stated(one.hours)),
            ("open_actions", Count(one.open_actions)),
            ("worst_severity", owned(one.worst)),
            ("incidents", Ids(report, &one.incidents)),
        ])
    })
}

fn investments(report: &Report) -> Value<'_> {
    list(&report.effects, |effect| {
        let investment = &report.request.investments[effect.investment];
        Object(vec![
            ("what", Text(&investment.what)),
            ("date", Owned(investment.date.to_string())),
            ("filter", Text(&investment.filter.text)),
            ("days", Number(effect.days as f64)),
            ("before", Ids(report, &effect.before)),
            ("after", Ids(report, &effect.after)),
            ("rate", rate(effect.ratio)),
        ])
    })
}

fn quality(report: &Report) -> Value<'_> {
    let quality = &report.quality;
    let reviewed = quality
        .to_review
        .iter()
        .map(|place| report.entries[*place].id.as_str());
    Object(vec![
        (
            "stated",
            Object(
                quality
                    .stating
                    .iter()
                    .map(|one| (one.field, Object(fraction(one.share))))
                    .collect(),
            ),
        ),
        (
            "unclassified",
            Object(
                quality
                    .reasons
                    .iter()
                    .map(|(reason, members)| (*reason, Ids(report, members)))
                    .collect(),
            ),
        ),
        ("disputed", Ids(report, &quality.disputed)),
        ("contradictory", Ids(report, &quality.contradictory)),
        ("low_confidence", Ids(report, &quality.low_confidence)),
        ("lag_days", quartiles(quality.lag)),
        ("to_review", list(reviewed, Text)),
    ])
}

fn open_actions(report: &Report) -> Value<'_> {
    list(&report.open_actions, |one| {
        let entry = &report.entries[one.place];
        let action = &entry.actions[one.item];
        Object(vec![
            ("id", Text(entry.id.as_str())),
            ("text", Text(&action.text)),
            (
                "team",
                text(
                    action
                        .team
                        .as_ref()
                        .or(entry.team.as_ref())
                        .map(String::as_str),
                ),
            ),
            ("due", owned(action.due)),
            ("days", one.age.map_or(Null, |days| Number(days as f64))),
            ("overdue", Bool(one.overdue)),
        ])
    })
}

fn difference<'a>(report: &'a Report, difference: &'a Difference) -> Value<'a> {
    let pattern = |one| {
        let one: &'a PatternDifference = one;
        let steps = list(&one.steps, |step| {
            let mut fields = vec![("cause", Text(step.cause.id()))];
            fields.extend(fraction(step.share));
            fields.push(("moved", list(&step.moved, |id| Text(id))));
            Object(fields)
        });
        Object(vec![
            ("id", Text(&report.request.patterns[one.pattern].id)),
            ("before", Object(fraction(one.before))),
            ("after", Object(fraction(one.after))),
            ("steps", steps),
        ])
    };
    Object(vec![
        ("since", Owned(difference.since.to_string())),
        ("rules_then", text(difference.rules.as_deref())),
        ("unchanged", Count(difference.unchanged)),
        ("patterns", list(&difference.patterns, pattern)),
    ])
}

/// The incidents of the window and the period, with the labels that a later report compares.
fn incidents(report: &Report) -> Value<'_> {
    let (asked, window) = (&report.asked.population.all, &report.window.population.all);
    let places: Members = asked.iter().chain(window.iter()).collect();
    list(places.iter().collect::<Vec<_>>(), |place| {
        let entry = &report.entries[place];
        let labels = Facet::ALL.iter();
        let labels =
            labels.filter_map(|facet| Some((facet.id(), Owned(entry.labels.value(*facet)?))));
        Object(vec![
            ("id", Text(entry.id.as_str())),
            ("title", Text(&entry.title)),
            ("source", Text(&entry.source)),
            ("day", owned(entry.day)),
            ("severity", owned(entry.severity)),
            ("confidence", Text(entry.labels.confidence.id())),
            ("labels", Object(labels.collect())),
            ("human", list(&entry.labels.human, |facet| Text(facet.id()))),
        ])
    })
}
