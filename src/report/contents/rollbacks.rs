//! Rollbacks by failure mode and target, and whether they helped.

use crate::report::Report;
use crate::report::chart::Chart;
use crate::report::chart::Plot;
use crate::report::outline::Block;
use crate::report::outline::Inline;
use crate::report::outline::Section;
use crate::report::outline::Table;
use crate::report::rollback::RollbackRow;
use crate::report::wording;

/// The sections about what was done.
pub(super) fn sections(report: &Report) -> Vec<Section> {
    vec![rollbacks(report)]
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
