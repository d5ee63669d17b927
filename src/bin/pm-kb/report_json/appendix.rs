//! The appendix of `pm-kb/report/1`: rollbacks, misdiagnoses, repeats, controls, investments, quality, actions, incidents.

use pm_kb::report::OPEN_ACTIONS;
use pm_kb::report::Report;
use pm_kb::report::difference::Difference;
use pm_kb::report::difference::PatternDifference;
use pm_kb::report::rollback::RollbackRow;
use pm_kb::report::selection::Members;
use pm_kb::taxonomy::Facet;

use super::Value;
use super::Value::Bool;
use super::Value::Count;
use super::Value::Ids;
use super::Value::Null;
use super::Value::Number;
use super::Value::Object;
use super::Value::Owned;
use super::Value::Text;
use super::amounts::money;
use super::amounts::quartiles;
use super::amounts::stated;
use super::fraction;
use super::list;
use super::owned;
use super::rate;
use super::text;

pub(super) fn rollbacks(report: &Report) -> Value<'_> {
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

pub(super) fn misdiagnoses(report: &Report) -> Value<'_> {
    list(&report.ledger.beliefs, |belief| {
        Object(vec![
            ("first_diagnosis", Text(belief.first.id())),
            ("truth", Text(belief.truth)),
            ("minutes_to_diagnose", stated(belief.diagnose)),
            ("degraded_minutes", stated(belief.degraded)),
            ("hours_lost", stated(belief.hours)),
            ("incidents", Ids(report, &belief.incidents)),
        ])
    })
}

pub(super) fn first_looks(report: &Report) -> Value<'_> {
    list(&report.ledger.first_looks, |look| {
        Object(vec![
            ("at", Text(look.place)),
            ("minutes_to_diagnose", quartiles(look.diagnose)),
            ("degraded_minutes", quartiles(look.degraded)),
            ("hours_lost", stated(look.hours)),
            ("incidents", Ids(report, &look.incidents)),
        ])
    })
}

pub(super) fn data_checks(report: &Report) -> Value<'_> {
    list(&report.ledger.checks, |check| {
        Object(vec![
            ("check", Text(check.check)),
            ("degraded_minutes", stated(check.degraded)),
            ("shows", Ids(report, &check.shows)),
            ("misread", Ids(report, &check.misread)),
        ])
    })
}

pub(super) fn repeats(report: &Report) -> Value<'_> {
    let places = report.window.population.all.iter();
    let found = places.filter_map(|place| Some((place, report.repeats.get(place)?)));
    list(found, |(place, earlier)| {
        Object(vec![
            ("id", Text(report.entries[place].id.as_str())),
            ("earlier", Text(report.entries[earlier.place].id.as_str())),
            ("shared", Text(report.repeats.shared(earlier))),
            ("days", Number(earlier.days() as f64)),
            ("open_action", Bool(report.repeats.of_open_action(place))),
        ])
    })
}

pub(super) fn controls(report: &Report) -> Value<'_> {
    list(&report.funding, |one| {
        let control = &report.request.controls[one.control];
        Object(vec![
            ("id", Text(&control.id)),
            ("title", Text(&control.title)),
            ("count", Count(one.incidents.len())),
            ("unnoticed_minutes", stated(one.unnoticed)),
            ("degraded_minutes", stated(one.degraded)),
            ("hours_lost", stated(one.hours)),
            ("money", money(&one.money)),
            ("open_actions", Count(one.open_actions)),
            ("worst_severity", owned(one.worst)),
            ("incidents", Ids(report, &one.incidents)),
        ])
    })
}

pub(super) fn investments(report: &Report) -> Value<'_> {
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

pub(super) fn quality(report: &Report) -> Value<'_> {
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

pub(super) fn open_actions(report: &Report) -> Value<'_> {
    list(report.open_actions.iter().take(OPEN_ACTIONS), |one| {
        let entry = &report.entries[one.place];
        let action = entry.words().actions.get(one.item);
        let own = action.and_then(|action| action.team.as_deref());
        Object(vec![
            ("id", Text(entry.id.as_str())),
            ("text", text(action.map(|action| action.text.as_str()))),
            ("team", text(own.or(entry.team.as_deref()))),
            ("due", owned(action.and_then(|action| action.due))),
            ("days", one.age.map_or(Null, |days| Number(days as f64))),
            ("overdue", Bool(one.overdue)),
        ])
    })
}

pub(super) fn difference<'a>(report: &'a Report, difference: &'a Difference) -> Value<'a> {
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
/// A text; of an incident whose words were not read there is none.
fn told(text: &str) -> Value<'_> {
    (!text.is_empty()).then_some(text).map_or(Null, Text)
}

pub(super) fn incidents(report: &Report) -> Value<'_> {
    let (asked, window) = (&report.asked.population.all, &report.window.population.all);
    let places: Members = asked.iter().chain(window.iter()).collect();
    list(places.iter().collect::<Vec<_>>(), |place| {
        let entry = &report.entries[place];
        let labels = Facet::ALL.iter();
        let labels =
            labels.filter_map(|facet| Some((facet.id(), Owned(entry.labels.value(*facet)?))));
        Object(vec![
            ("id", Text(entry.id.as_str())),
            ("title", told(&entry.words().title)),
            ("source", told(&entry.words().source)),
            ("day", owned(entry.day)),
            ("severity", owned(entry.severity)),
            ("confidence", Text(entry.labels.confidence.id())),
            ("labels", Object(labels.collect())),
            ("human", list(&entry.labels.human, |facet| Text(facet.id()))),
        ])
    })
}
