//! Costs by severity and by failure mode, and what each control would have spared.

use crate::report::Report;
use crate::report::breakdown::By;
use crate::report::breakdown::Slice;
use crate::report::outline::Block;
use crate::report::outline::Inline;
use crate::report::outline::Line;
use crate::report::outline::Section;
use crate::report::outline::Table;
use crate::report::wording;
use crate::tally::Entry;

/// So many amounts as written stand in a list.
const AMOUNTS: usize = 12;

/// The sections about costs and controls.
pub(super) fn sections(report: &Report) -> Vec<Section> {
    vec![costs(report), controls(report)]
}

fn costs(report: &Report) -> Section {
    let unstated = report.by(By::Severity);
    let mut by_severity = table("Severity");
    for slice in unstated
        .slices
        .iter()
        .filter(|slice| !slice.incidents.is_empty())
    {
        by_severity.row(row(report, slice, format!("severity:{}", slice.value)));
    }
    let mut by_mode = table("Failure mode");
    let modes = report.by(By::FailureMode).slices.iter();
    for slice in modes.filter(|slice| !slice.incidents.is_empty()) {
        by_mode.row(row(report, slice, format!("mode:{}", slice.value)));
    }
    let mut blocks = Vec::new();
    if by_severity.is_empty() {
        blocks.push(Block::Paragraph(vec![Inline::text(
            "No incident states a severity.",
        )]));
    } else {
        blocks.push(Block::Table(by_severity));
    }
    blocks.push(Block::Table(by_mode));
    let amounts = [
        amounts(report, "Money, as written", |entry| {
            entry.costs.money.as_deref()
        }),
        amounts(report, "Users affected, as written", |entry| {
            entry.costs.users.as_deref()
        }),
    ];
    blocks.push(Block::List(amounts.into_iter().collect()));
    Section {
        blocks,
        ..super::section("costs", "Costs")
    }
}

fn table(heading: &str) -> Table {
    Table::new(&[
        heading,
        "#incidents",
        "#degraded, sum (k of n)",
        "#unnoticed, sum (k of n)",
        "#engineering hours (k of n)",
        "#onset to mitigation: median (quartiles; k)",
    ])
}

fn row(report: &Report, slice: &Slice, filter: String) -> Vec<Line> {
    vec![
        vec![Inline::code(slice.value.clone())],
        vec![report.counted(&slice.incidents, &filter, &report.window.stretch)],
        vec![Inline::Text(wording::total_minutes(slice.degraded))],
        vec![Inline::Text(wording::total_minutes(slice.unnoticed))],
        vec![Inline::Text(wording::total_hours(slice.hours))],
        vec![Inline::Text(wording::quartiles(slice.clocks.mitigate))],
    ]
}

/// What incidents state in words of their own, which cannot be added up.
fn amounts(report: &Report, heading: &str, amount: impl Fn(&Entry) -> Option<&str>) -> Line {
    let all = report.select(&report.window.population.all);
    let stating = all.filter(|entry| amount(entry).is_some());
    let mut line = vec![
        Inline::Text(format!("{heading}, stated in ")),
        report.listed(&stating.members()),
        Inline::Text(format!(" of {}", all.len())),
    ];
    for (at, entry) in stating.iter().take(AMOUNTS).enumerate() {
        line.push(Inline::text(if at == 0 { ": " } else { "; " }));
        line.push(Inline::Text(amount(entry).unwrap_or_default().to_owned()));
    }
    let rest = stating.len().saturating_sub(AMOUNTS);
    line.push(Inline::Text(if rest > 0 {
        format!("; and {rest} more.")
    } else {
        ".".to_owned()
    }));
    line
}

fn controls(report: &Report) -> Section {
    let mut table = Table::of_incidents(&[
        "Control",
        "#would have caught",
        &super::period_column(report),
        "#unnoticed",
        "#degraded",
        "#hours",
        "#money",
        "#open actions",
        "#worst",
    ]);
    for one in &report.funding {
        let control = &report.request.controls[one.control];
        table.row(vec![
            vec![
                Inline::Strong(control.title.clone()),
                Inline::Text(format!(": {}", control.why)),
            ],
            vec![report.listed(&one.incidents)],
            vec![super::in_period(report, &one.incidents)],
            vec![Inline::Text(wording::total_minutes(one.unnoticed))],
            vec![Inline::Text(wording::total_minutes(one.degraded))],
            vec![Inline::Text(wording::total_hours(one.hours))],
            vec![Inline::Text(wording::money(&one.money))],
            vec![Inline::Text(one.open_actions.to_string())],
            vec![Inline::Text(
                one.worst
                    .map_or_else(String::new, |worst| worst.to_string()),
            )],
        ]);
    }
    let caught: Vec<usize> = report.funding.iter().map(|one| one.control).collect();
    let idle: Vec<String> = report
        .request
        .controls
        .iter()
        .enumerate()
        .filter(|(at, _)| !caught.contains(at))
        .map(|(_, control)| control.title.clone())
        .collect();
    let mut blocks = Vec::new();
    if !table.is_empty() {
        let words = "Ranked by the severity of what each would have caught, then by the time that passed unnoticed. One \
                     incident may be caught by several.";
        blocks.push(Block::Paragraph(vec![Inline::text(words)]));
        blocks.push(Block::Table(table));
    }
    if !idle.is_empty() {
        let words = format!("Would have caught none: {}.", wording::and(&idle));
        blocks.push(Block::Paragraph(vec![Inline::Text(words)]));
    }
    Section {
        blocks,
        ..super::section("controls", "Controls")
    }
}
