//! Rollbacks by failure mode and target, and whether they helped; what was first believed, and what was true.

use crate::report::Report;
use crate::report::chart::Chart;
use crate::report::chart::Plot;
use crate::report::outline::Block;
use crate::report::outline::Inline;
use crate::report::outline::Section;
use crate::report::outline::Table;
use crate::report::rollback::RollbackRow;
use crate::report::selection::Members;
use crate::report::selection::Stated;
use crate::report::wording;

/// The sections about what was done and what was believed.
pub(super) fn sections(report: &Report) -> Vec<Section> {
    vec![rollbacks(report), misdiagnoses(report)]
}

fn rollbacks(report: &Report) -> Section {
    let found = &report.rollbacks;
    let title = "Rollbacks";
    if found.all.is_empty() {
        let line = vec![Inline::text("No incident was answered by a rollback.")];
        return Section {
            blocks: vec![Block::Paragraph(line)],
            ..super::section("rollbacks", title)
        };
    }
    let shown = found
        .by_mode
        .iter()
        .filter(|row| row.value != "unknown" || !row.incidents.is_empty());
    let causes = Chart {
        id: "rollback-causes",
        title: "What model rollbacks were caused by".to_owned(),
        about: "The share of each failure mode among the model rollbacks, with its 95% interval."
            .to_owned(),
        plot: Plot::Shares(
            shown
                .map(|row| (row.value.to_owned(), row.share, row.incidents.clone()))
                .collect(),
        ),
        table: helped(report, "Failure mode", &found.by_mode),
    };
    let mut targets = helped(report, "Rolled back", &found.by_target);
    targets.row(vec![
        vec![Inline::text("not told")],
        vec![report.listed(&found.no_target)],
    ]);
    for row in &mut targets.rows {
        row.resize(targets.columns.len(), Vec::new());
    }
    Section {
        blocks: vec![
            Block::Paragraph(vec![
                report.counted(&found.all, "response:rollback", &report.window.stretch),
                Inline::text(" incidents were answered by a rollback; in "),
                report.counted(
                    &found.of_decay,
                    "response:rollback decay:data-decay decay:model-decay",
                    &report.window.stretch,
                ),
                Inline::text(
                    " of them data or model had stopped fitting (model rollbacks, charted below), in the others neither \
                     (ordinary code rollbacks).",
                ),
            ]),
            Block::Chart(causes),
            Block::Table(targets),
        ],
        ..super::section("rollbacks", title)
    }
}

fn helped(report: &Report, heading: &str, rows: &[RollbackRow]) -> Table {
    let mut table = Table::of_incidents(&[
        heading,
        "#n of N",
        "#share",
        "",
        "#95% interval",
        "#helped",
        "#did not help",
        "#not told",
    ]);
    for row in rows {
        table.row(vec![
            vec![Inline::code(row.value)],
            vec![report.figure(wording::count(row.share), &row.incidents, None)],
            vec![Inline::Text(wording::share(row.share))],
            vec![Inline::Bar(row.share.fraction().unwrap_or(0.0))],
            vec![Inline::Text(wording::interval(row.share))],
            vec![report.listed(&row.helped.yes)],
            vec![report.listed(&row.helped.no)],
            vec![report.listed(&row.helped.unknown)],
        ]);
    }
    table
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
        "#time to the true cause",
        "#hours lost",
    ]);
    for belief in &ledger.beliefs {
        table.row(vec![
            vec![Inline::code(belief.first.id())],
            vec![Inline::code(belief.truth)],
            vec![report.listed(&belief.incidents)],
            vec![Inline::Text(wording::total_minutes(belief.diagnose))],
            vec![Inline::Text(wording::total_hours(belief.hours))],
        ]);
    }
    let add = |pick: &dyn Fn(&crate::report::diagnosis::Belief) -> Stated| {
        ledger
            .beliefs
            .iter()
            .map(pick)
            .fold(Stated::default(), |sum, one| Stated {
                sum: sum.sum + one.sum,
                stated: sum.stated + one.stated,
                of: sum.of + one.of,
            })
    };
    let all: Members = ledger
        .beliefs
        .iter()
        .flat_map(|one| one.incidents.iter())
        .collect();
    table.row(vec![
        vec![Inline::Strong("All".to_owned())],
        Vec::new(),
        vec![report.counted(&all, "is:misdiagnosed", &report.window.stretch)],
        vec![Inline::Text(wording::total_minutes(add(&|one| {
            one.diagnose
        })))],
        vec![Inline::Text(wording::total_hours(add(&|one| one.hours)))],
    ]);
    let mut looks = Table::new(&[
        "Where the team looked first, where the data was at fault",
        "#incidents",
        "#median time to the true cause (quartiles; k)",
        "#hours lost",
    ]);
    for look in &ledger.first_looks {
        looks.row(vec![
            vec![Inline::text(look.place)],
            vec![report.listed(&look.incidents)],
            vec![Inline::Text(wording::quartiles(look.diagnose))],
            vec![Inline::Text(wording::total_hours(look.hours))],
        ]);
    }
    Section {
        blocks: vec![Block::Table(table), Block::Table(looks)],
        ..section
    }
}
