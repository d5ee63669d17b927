//! Where the fault entered and where it was noticed; what set it off, and in whose area.

use std::collections::BTreeMap;

use crate::report::Report;
use crate::report::breakdown::Breakdown;
use crate::report::breakdown::By;
use crate::report::breakdown::Slice;
use crate::report::outline::Block;
use crate::report::outline::Inline;
use crate::report::outline::Line;
use crate::report::outline::Section;
use crate::report::outline::Table;
use crate::report::selection::Members;
use crate::report::wording;
use crate::taxonomy::FailureMode;
use crate::taxonomy::Role;

/// A trigger as told is cut after so many characters: some documents tell it at length.
const TRIGGER: usize = 90;

/// So many names stand in a list.
const NAMES: usize = 10;

/// The sections about where it came from and what it hit.
pub(super) fn sections(report: &Report) -> Vec<Section> {
    vec![stages(report), origins(report), affected(report)]
}

fn stages(report: &Report) -> Section {
    let stages = report.by(By::Stage);
    let mut table = Table::of_incidents(&[
        "Entered at",
        "#n of N",
        "#share",
        "#noticed by monitoring",
        "#by staff",
        "#by customers",
        "#not told",
        "#median time to detect (quartiles; k)",
        "Assets named",
    ]);
    for slice in &stages.slices {
        let query = report.query(&format!("stage:{}", slice.value), &report.window.stretch);
        let figure = report.figure(wording::count(slice.share), &slice.incidents, Some(query));
        let [monitoring, customer, staff, untold] = noticed(report, slice);
        table.row(vec![
            vec![Inline::code(slice.value.clone())],
            vec![figure],
            vec![Inline::Text(wording::share(slice.share))],
            monitoring,
            staff,
            customer,
            untold,
            vec![Inline::Text(wording::quartiles(slice.clocks.detect))],
            assets(report, &slice.incidents),
        ]);
    }
    let whole = report.window.population.all.len();
    let stated = wording::count(stages.stated(whole));
    let line = vec![Inline::Text(format!(
        "The stage is told in {stated} incidents; shares are of those."
    ))];
    Section {
        blocks: vec![Block::Paragraph(line), Block::Table(table)],
        ..super::section("stages", "Where the fault entered, and who noticed")
    }
}

/// Who noticed the incidents of a slice: monitoring, customers, staff, not told.
pub(super) fn noticed(report: &Report, slice: &Slice) -> [Line; 4] {
    [0, 1, 2, 3].map(|at| {
        slice
            .noticed
            .get(at)
            .map_or_else(Vec::new, |one| vec![report.listed(one)])
    })
}

/// The assets that some incidents name most.
fn assets(report: &Report, members: &Members) -> Line {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for entry in report.select(members).iter() {
        for asset in &entry.assets {
            *counts.entry(&**asset).or_default() += 1;
        }
    }
    let mut names: Vec<(&str, usize)> = counts.into_iter().collect();
    names.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    let mut line = Line::new();
    for (at, (name, _)) in names.iter().take(3).enumerate() {
        if at > 0 {
            line.push(Inline::text(", "));
        }
        line.push(Inline::code(*name));
    }
    if names.len() > 3 {
        line.push(Inline::Text(format!(" and {} more", names.len() - 3)));
    }
    line
}

fn origins(report: &Report) -> Section {
    let mut blocks = Vec::new();
    let mut upstream = Table::of_incidents(&["Failure mode", "Set off by", "#incidents"]);
    for ((mode, trigger), members) in triggers(report) {
        upstream.row(vec![
            vec![Inline::code(mode.id())],
            vec![Inline::code(trigger.id())],
            vec![report.listed(&members)],
        ]);
    }
    if !upstream.is_empty() {
        blocks.push(Block::Table(upstream));
    }
    blocks.push(named(report, By::OriginTeam, "Team in whose area it began"));
    blocks.push(named(report, By::Trigger, "Trigger as told"));
    Section {
        blocks,
        ..super::section("origins", "Triggers and originating teams by mode")
    }
}

/// The failure modes that set others off, as the labels tell.
fn triggers(report: &Report) -> BTreeMap<(FailureMode, FailureMode), Members> {
    let all = report.select(&report.window.population.all);
    let mut pairs: BTreeMap<(FailureMode, FailureMode), Vec<usize>> = BTreeMap::new();
    for (place, entry) in all.members().iter().zip(all.iter()) {
        for secondary in entry
            .labels
            .secondary
            .iter()
            .filter(|one| one.role == Role::Trigger)
        {
            let pair = (entry.labels.failure_mode, secondary.mode);
            pairs.entry(pair).or_default().push(place);
        }
    }
    pairs
        .into_iter()
        .map(|(pair, places)| (pair, places.into_iter().collect()))
        .collect()
}

/// The most frequent names of a field with the failure modes of their incidents; one line where none states it.
fn named(report: &Report, by: By, heading: &str) -> Block {
    let breakdown = report.by(by);
    if breakdown.slices.is_empty() {
        let line = vec![Inline::Text(format!("{heading}: no incident tells it."))];
        return Block::Paragraph(line);
    }
    let mut table = Table::of_incidents(&[heading, "#incidents", "Failure modes"]);
    for slice in breakdown.slices.iter().take(NAMES) {
        table.row(vec![
            vec![Inline::Text(wording::cut(&slice.value, TRIGGER))],
            vec![report.listed(&slice.incidents)],
            vec![Inline::Text(modes(report, &slice.incidents))],
        ]);
    }
    finish(report, table, breakdown)
}

/// Says under a table of names how many there are beyond it, and how many incidents name none.
fn finish(report: &Report, mut table: Table, breakdown: &Breakdown) -> Block {
    let rest = breakdown.slices.len().saturating_sub(NAMES);
    let mut last = |words: String, members: Line| {
        let mut row = vec![vec![Inline::Text(words)], members];
        row.resize(table.columns.len(), Vec::new());
        table.row(row);
    };
    if rest > 0 {
        last(format!("and {rest} more"), Vec::new());
    }
    if !breakdown.unstated.is_empty() {
        last(
            "not told".to_owned(),
            vec![report.listed(&breakdown.unstated)],
        );
    }
    Block::Table(table)
}

/// The failure modes of some incidents, the most frequent first: `pipeline-break 3, none 1`.
fn modes(report: &Report, members: &Members) -> String {
    let mut counts: BTreeMap<FailureMode, usize> = BTreeMap::new();
    for entry in report.select(members).iter() {
        *counts.entry(entry.labels.failure_mode).or_default() += 1;
    }
    let mut counts: Vec<(FailureMode, usize)> = counts.into_iter().collect();
    counts.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    let words: Vec<String> = counts
        .iter()
        .map(|(mode, count)| format!("{mode} {count}"))
        .collect();
    words.join(", ")
}

fn affected(report: &Report) -> Section {
    let tables = [
        (By::Service, "Service"),
        (By::Model, "Model"),
        (By::Team, "Owning team"),
    ];
    let blocks = tables.into_iter().map(|(by, heading)| {
        let breakdown = report.by(by);
        if breakdown.slices.is_empty() {
            let line = vec![Inline::Text(format!("{heading}: no incident names one."))];
            return Block::Paragraph(line);
        }
        let mut table = Table::of_incidents(&[
            heading,
            "#incidents",
            "#degraded",
            "#hours",
            "#worst",
            "Failure modes",
        ]);
        for slice in breakdown.slices.iter().take(NAMES) {
            table.row(vec![
                vec![Inline::Text(slice.value.clone())],
                vec![report.listed(&slice.incidents)],
                vec![Inline::Text(wording::total_minutes(slice.degraded))],
                vec![Inline::Text(wording::total_hours(slice.hours))],
                vec![Inline::Text(
                    slice
                        .worst
                        .map_or_else(String::new, |worst| worst.to_string()),
                )],
                vec![Inline::Text(modes(report, &slice.incidents))],
            ]);
        }
        finish(report, table, breakdown)
    });
    Section {
        blocks: blocks.collect(),
        ..super::section("affected", "Services, models and teams with the most")
    }
}
