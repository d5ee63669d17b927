//! What was first believed and what was true, and which look at the data would have shown it.

use crate::report::Report;
use crate::report::diagnosis::Belief;
use crate::report::diagnosis::FirstLook;
use crate::report::measure::TOO_FEW;
use crate::report::outline::Block;
use crate::report::outline::Inline;
use crate::report::outline::Section;
use crate::report::outline::Table;
use crate::report::selection::Members;
use crate::report::selection::Stated;
use crate::report::statistics::Quartiles;
use crate::report::wording;

/// The sections about wrong first diagnoses.
pub(super) fn sections(report: &Report) -> Vec<Section> {
    vec![misdiagnoses(report), first_looks(report)]
}

fn misdiagnoses(report: &Report) -> Section {
    let ledger = &report.ledger;
    let section = super::section("misdiagnoses", "First diagnosis wrong");
    if ledger.beliefs.is_empty() {
        let line = vec![Inline::text("No wrong first diagnosis is told.")];
        return Section {
            blocks: vec![Block::Paragraph(line)],
            ..section
        };
    }
    let mut table = Table::of_incidents(&[
        "First believed",
        "In truth",
        "#incidents",
        "#detection to true cause",
        "#degraded",
        "#hours lost",
    ]);
    for belief in &ledger.beliefs {
        table.row(vec![
            vec![Inline::code(belief.first.id())],
            vec![Inline::code(belief.truth)],
            vec![report.listed(&belief.incidents)],
            vec![Inline::Text(wording::total_minutes(belief.diagnose))],
            vec![Inline::Text(wording::total_minutes(belief.degraded))],
            vec![Inline::Text(wording::total_hours(belief.hours))],
        ]);
    }
    let add = |pick: &dyn Fn(&Belief) -> Stated| {
        let sums = ledger.beliefs.iter().map(pick);
        sums.fold(Stated::default(), |sum, one| Stated {
            sum: sum.sum + one.sum,
            stated: sum.stated + one.stated,
            of: sum.of + one.of,
        })
    };
    let all: Members = (ledger.beliefs.iter())
        .flat_map(|one| one.incidents.iter())
        .collect();
    let total = |pick: &dyn Fn(&Belief) -> Stated| wording::total_minutes(add(pick));
    table.row(vec![
        vec![Inline::Strong("All".to_owned())],
        Vec::new(),
        vec![report.counted(&all, "is:misdiagnosed", &report.window.stretch)],
        vec![Inline::Text(total(&|one| one.diagnose))],
        vec![Inline::Text(total(&|one| one.degraded))],
        vec![Inline::Text(wording::total_hours(add(&|one| one.hours)))],
    ]);
    Section {
        blocks: vec![Block::Table(table)],
        ..section
    }
}

fn first_looks(report: &Report) -> Section {
    let ledger = &report.ledger;
    let section = super::section("first-looks", "Was the data checked first");
    let looks = &ledger.first_looks;
    if looks.iter().all(|look| look.incidents.is_empty()) {
        let line = vec![Inline::text("In no incident was the data at fault.")];
        return Section {
            blocks: vec![Block::Paragraph(line)],
            ..section
        };
    }
    let mut table = Table::new(&[
        "Data at fault; the team looked first at",
        "#incidents",
        "#detection to true cause: median (quartiles; k)",
        "#degraded: median (quartiles; k)",
        "#hours lost",
    ]);
    for look in looks {
        table.row(vec![
            vec![Inline::text(look.place)],
            vec![report.listed(&look.incidents)],
            vec![Inline::Text(wording::quartiles(look.diagnose))],
            vec![Inline::Text(wording::quartiles(look.degraded))],
            vec![Inline::Text(wording::total_hours(look.hours))],
        ]);
    }
    let mut checks = Table::of_incidents(&[
        "The look at the data that shows it",
        "#incidents",
        "#first read as something else",
        "#degraded in these",
    ]);
    for check in ledger.checks.iter().filter(|one| !one.shows.is_empty()) {
        checks.row(vec![
            vec![Inline::text(check.check)],
            vec![report.listed(&check.shows)],
            vec![report.listed(&check.misread)],
            vec![Inline::Text(wording::total_minutes(check.degraded))],
        ]);
    }
    Section {
        blocks: vec![
            Block::Paragraph(vec![Inline::Text(saved(looks))]),
            Block::Table(table),
            Block::Table(checks),
        ],
        ..section
    }
}

/// What incidents took in which the data was looked at first, against those in which it was not.
fn saved(looks: &[FirstLook]) -> String {
    let of = |place: usize| looks.get(place).and_then(|look| look.degraded);
    let count = |found: Option<Quartiles>| found.map_or(0, |found| found.count);
    let (model, nothing) = (of(0), of(3));
    let told = |found: Option<Quartiles>| match found {
        Some(found) => format!(
            "{} at the median ({})",
            wording::duration(found.median),
            found.count
        ),
        None => "not stated".to_owned(),
    };
    let claim = if count(model) < TOO_FEW || count(nothing) < TOO_FEW {
        "Too few to tell what looking at the data first saves"
    } else {
        "The difference is what looking at the data first may save; such incidents may also have been easier"
    };
    format!(
        "How long service was degraded where the data was at fault: first sought in the model, {}; nothing misread, or not \
         told, {}. {claim}.",
        told(model),
        told(nothing)
    )
}
