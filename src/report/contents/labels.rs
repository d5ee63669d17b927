//! Population, failure modes and decay: this period, its window, and the last eight quarters.

use crate::report::Report;
use crate::report::chart::Chart;
use crate::report::chart::Plot;
use crate::report::measure::Comparison;
use crate::report::measure::Measured;
use crate::report::outline::Block;
use crate::report::outline::Inline;
use crate::report::outline::Line;
use crate::report::outline::Section;
use crate::report::outline::Table;
use crate::report::scope::Scope;
use crate::report::scope::ValueShare;
use crate::report::selection::Members;
use crate::report::wording;
use crate::taxonomy::Decay;
use crate::taxonomy::FailureMode;

/// The sections about labels.
pub(super) fn sections(report: &Report) -> Vec<Section> {
    vec![population(report), modes(report), trend(report)]
}

fn population(report: &Report) -> Section {
    let quality = &report.quality;
    let mut table = Table::new(&["Stated", "#k of N", "#share", ""]);
    for one in &quality.stating {
        table.row(vec![
            vec![Inline::text(one.field)],
            vec![Inline::Text(wording::count(one.share))],
            vec![Inline::Text(wording::share(one.share))],
            vec![Inline::Bar(one.share.fraction().unwrap_or(0.0))],
        ]);
    }
    let mut points: Vec<Line> = Vec::new();
    let mut point = |words: &str, members: &Members| {
        if !members.is_empty() {
            let line = vec![
                Inline::Text(format!("{words}: ")),
                report.listed(members),
                Inline::text(" – "),
                Inline::Incidents(members.iter().collect()),
            ];
            points.push(line);
        }
    };
    for (reason, members) in &quality.reasons {
        point(&format!("Unclassified, {reason}"), members);
    }
    point("Undated, in the whole base", &report.undated);
    point(
        "No incidents: templates, index pages, duplicates",
        &report.not_counted,
    );
    point("A person and the rules disagree", &quality.disputed);
    point(
        "Summary and root cause point to different modes",
        &quality.contradictory,
    );
    let words = format!(
        "All figures from here on are of {}, where nothing else is said.",
        report.window.stretch
    );
    Section {
        blocks: vec![
            Block::Paragraph(vec![Inline::Text(words)]),
            Block::Table(table),
            Block::List(points),
        ],
        ..super::section("population", "Population and data quality")
    }
}

fn modes(report: &Report) -> Section {
    let blocks = vec![
        Block::Table(spread(report, "Failure mode", "mode", |scope| {
            &scope.by_failure_mode
        })),
        Block::Table(spread(report, "Decay", "is:classified decay", |scope| {
            &scope.by_decay
        })),
    ];
    Section {
        blocks,
        ..super::section("modes", "Failure modes and decay")
    }
}

fn spread(
    report: &Report,
    heading: &str,
    field: &str,
    values: impl Fn(&Scope) -> &Vec<ValueShare>,
) -> Table {
    let asked_column = super::period_column(report);
    let mut table = Table::of_incidents(&[
        heading,
        "#n of N",
        "#share",
        "",
        "#95% interval",
        "#wrong labels taken out",
        &format!("#{}", report.window.previous.stretch),
        &asked_column,
        &format!("#in {}", report.asked.previous.stretch),
    ]);
    let (window, asked) = (values(&report.window), values(&report.asked));
    for (one, asked) in window.iter().zip(asked) {
        let (now, then) = (&one.measured, &asked.measured);
        let query = report.query(&format!("{field}:{}", one.value), &report.window.stretch);
        table.row(vec![
            vec![Inline::code(one.value)],
            vec![report.figure(wording::count(now.share), &now.incidents, Some(query))],
            vec![Inline::Text(wording::share(now.share))],
            vec![Inline::Bar(now.share.fraction().unwrap_or(0.0))],
            vec![Inline::Text(wording::interval(now.share))],
            vec![Inline::Text(corrected(now))],
            vec![Inline::Text(compared(&now.previous))],
            vec![report.figure(wording::count(then.share), &then.incidents, None)],
            vec![Inline::Text(compared(&then.previous))],
        ]);
    }
    if report.is_its_own_window() {
        drop_columns(&mut table, &[7, 8]);
    }
    if report.request.audit.is_none() {
        drop_columns(&mut table, &[5]);
    }
    table
}

/// Takes columns out that say what another one says.
pub(super) fn drop_columns(table: &mut Table, columns: &[usize]) {
    let kept = |at: usize| !columns.contains(&at);
    let mut at = 0..;
    table.columns.retain(|_| at.next().is_some_and(kept));
    for row in &mut table.rows {
        let mut at = 0..;
        row.retain(|_| at.next().is_some_and(kept));
    }
}

/// A share of another time, marked where it differs by more than chance.
pub(super) fn compared(comparison: &Comparison) -> String {
    if comparison.share.total == 0 {
        return wording::NOTHING.to_owned();
    }
    let mark = if comparison.is_significant() {
        " *"
    } else {
        ""
    };
    format!("{}{mark}", wording::both(comparison.share))
}

fn trend(report: &Report) -> Section {
    let labels: Vec<String> = report
        .trend
        .iter()
        .map(|quarter| quarter.name.clone())
        .collect();
    let modes = FailureMode::ALL.iter().enumerate().map(|(at, mode)| {
        let counts = report
            .trend
            .iter()
            .map(|quarter| quarter.by_failure_mode[at].clone());
        (mode.to_string(), counts.collect())
    });
    let chart = Chart {
        id: "trend-modes",
        title: "Failure modes, quarter by quarter".to_owned(),
        about: "The number of incidents of each failure mode in each of the last eight quarters."
            .to_owned(),
        table: trend_table(
            report,
            "mode",
            FailureMode::ALL.iter().map(|mode| mode.id()),
        ),
        plot: Plot::Columns {
            labels,
            rows: modes.collect(),
        },
    };
    Section {
        blocks: vec![Block::Chart(chart)],
        ..super::section("trend", "The last eight quarters")
    }
}

/// How many incidents of each of the last eight quarters were data decay, model decay, neither or unknown.
pub(super) fn decay_by_quarter(report: &Report) -> Chart {
    let quarters = report.trend.iter();
    let rows = quarters.map(|quarter| (quarter.name.clone(), quarter.by_decay.clone()));
    // A kind that there was never of is not worth a row.
    let mut table = trend_table(report, "decay", Decay::ALL.iter().map(|decay| decay.id()));
    let is_there = |at: usize| report.trend.iter().any(|one| !one.by_decay[at].is_empty());
    let mut at = 0..;
    table
        .rows
        .retain(|_| at.next().is_some_and(|at| at < 2 || is_there(at)));
    Chart {
        id: "trend-decay",
        title: "Incidents by quarter: data or model".to_owned(),
        about: "Of the incidents of each of the last eight quarters, how many were data decay, model decay, neither or \
                unknown."
            .to_owned(),
        table,
        plot: Plot::Stack {
            parts: vec!["data decay", "model decay", "neither", "unknown"],
            rows: rows.collect(),
        },
    }
}

fn trend_table(report: &Report, field: &str, values: impl Iterator<Item = &'static str>) -> Table {
    let mut columns = vec![wording::capital(field)];
    columns.extend(
        report
            .trend
            .iter()
            .map(|quarter| format!("#{}", quarter.name)),
    );
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    let mut table = Table::new(&columns);
    for (at, value) in values.enumerate() {
        let counts = report.trend.iter().map(|quarter| {
            let of = if field == "mode" {
                &quarter.by_failure_mode
            } else {
                &quarter.by_decay
            };
            vec![report.listed(&of[at])]
        });
        table.row(
            [vec![Inline::code(value)]]
                .into_iter()
                .chain(counts)
                .collect(),
        );
    }
    table
}

/// A share with wrong labels taken out, where an audit says so.
pub(super) fn corrected(measured: &Measured) -> String {
    let Some(corrected) = measured.corrected else {
        return wording::NOTHING.to_owned();
    };
    let (low, high) = corrected.interval;
    let low = wording::percent(low, measured.share.total);
    format!(
        "{} ({} to {})",
        wording::percent(corrected.share, measured.share.total),
        low.trim_end_matches('%'),
        wording::percent(high, measured.share.total)
    )
}
