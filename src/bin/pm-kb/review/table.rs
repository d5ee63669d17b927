//! The queue as a table for a spreadsheet, and the decisions of one that comes back.

use std::path::Path;

use pm_kb::classification::Evidence;
use pm_kb::knowledge_base::REVIEWED;
use pm_kb::knowledge_base::ReviewItem;
use pm_kb::knowledge_base::Wish;
use pm_kb::record::Record;
use pm_kb::report::review::Why;
use pm_kb::sheet::Row;
use pm_kb::sheet::Sheet;
use pm_kb::taxonomy::Facet;
use pm_kb::verdict::Field;

use crate::Desk;
use crate::decision;
use crate::decision::Court;
use crate::decision::WHY;
use crate::message;

/// The columns that say what is known; those of the labels stand between, those of the decisions after them.
const KNOWN: &[&str] = &[
    "rank",
    "id",
    "title",
    "date",
    "path",
    "in_queue_for",
    "effect",
    "confidence",
    "probability",
];

/// The columns that say why the labels are what they are.
const PROOF: &[&str] = &["evidence", "counter_evidence", "alternatives"];

/// The column that accepts the labels as they are shown.
const ACCEPT: &str = "accept";

/// The facts that have a column to be corrected in; any other field may be given one.
const FACTS: &[&str] = &["date", "severity", "services", "team"];

/// So many passages are quoted on each side.
const QUOTES: usize = 4;

/// Writes the queue.
pub(super) fn export(file: &Path, queue: &[ReviewItem], desk: &mut Desk) -> anyhow::Result<()> {
    let labels = REVIEWED.iter().map(|facet| facet.id().to_owned());
    let facts = FACTS.iter().map(|fact| (*fact).to_owned());
    let set = labels.clone().chain(facts);
    let set = set.map(|field| format!("{}{field}", decision::SET));
    let texts = |texts: &[&str]| {
        texts
            .iter()
            .map(|text| (*text).to_owned())
            .collect::<Vec<_>>()
    };
    let columns: Vec<String> = texts(KNOWN)
        .into_iter()
        .chain(labels)
        .chain(texts(PROOF))
        .chain([ACCEPT.to_owned()])
        .chain(set)
        .chain([WHY.to_owned()])
        .collect();
    let empty = columns.len() - KNOWN.len() - REVIEWED.len() - PROOF.len();
    let rows: Vec<Vec<String>> = (1..)
        .zip(queue)
        .map(|(rank, item)| row(rank, item, empty))
        .collect();
    decision::write(file, &columns, &rows, desk)?;
    let text = format!(
        "{} written to {}; fill in `{ACCEPT}` or a column that begins with `{}`, then `pm-kb review --import`",
        crate::format::documents(queue.len()),
        file.display(),
        decision::SET
    );
    message::notice(&mut desk.terminal, &text);
    Ok(())
}

fn row(rank: usize, item: &ReviewItem, empty: usize) -> Vec<String> {
    let record = &item.record;
    let labels = &record.classification;
    let mut cells = vec![
        rank.to_string(),
        record.id.to_string(),
        record.title.clone(),
        day(record),
        record.source.clone(),
        reasons(item),
        format!("{:.2}", item.queued.effect * 100.0),
        labels.confidence.to_string(),
        format!("{:.2}", labels.probability),
    ];
    let shown = REVIEWED.iter().map(|facet| labels.value(*facet));
    cells.extend(shown.map(Option::unwrap_or_default));
    let alternatives: Vec<&str> = item.alternatives.iter().map(|mode| mode.id()).collect();
    cells.extend([
        quotes(&labels.evidence),
        quotes(&labels.counter_evidence),
        alternatives.join(", "),
    ]);
    cells.extend(std::iter::repeat_n(String::new(), empty));
    cells
}

fn day(record: &Record) -> String {
    let day = record.facts.day();
    day.map_or_else(String::new, |day| day.to_string())
}

fn quotes(evidence: &[Evidence]) -> String {
    let quotes = evidence.iter().take(QUOTES).map(|one| {
        format!(
            "{} ({}, line {}): {}",
            one.value,
            one.state.id(),
            one.line,
            one.quote
        )
    });
    quotes.collect::<Vec<_>>().join("\n")
}

/// Why an incident is in the queue, in words.
pub(super) fn reasons(item: &ReviewItem) -> String {
    let queued = &item.queued;
    let words = queued.why.iter().map(|why| match why {
        Why::Effect => format!(
            "moves headlines by {:.1} points, {:.0} % unsure",
            queued.effect * 100.0,
            queued.doubt * 100.0
        ),
        why => why.id().to_owned(),
    });
    words.collect::<Vec<_>>().join("; ")
}

/// Takes the decisions of a table, row by row.
pub(super) fn import(
    court: &mut Court<'_>,
    sheet: &Sheet,
    desk: &mut Desk,
) -> anyhow::Result<String> {
    let (mut decided, mut verdicts) = (0, 0);
    for row in sheet.rows() {
        if !is_filled_in(sheet, row) {
            continue;
        }
        let Some(record) = court.record(sheet, row, desk)? else {
            continue;
        };
        let wishes = wishes(court, (sheet, row), &record, desk);
        if wishes.is_empty() {
            continue;
        }
        let why = sheet.cell(row, WHY);
        let changed = court.decide(&record, wishes, why, desk)?;
        decided += 1;
        verdicts += changed.verdicts.len();
    }
    Ok(format!(
        "{verdicts} verdicts on {} written to {}, which is made to be committed",
        crate::format::documents(decided),
        court.base.verdicts_file().display()
    ))
}

fn is_filled_in(sheet: &Sheet, row: &Row) -> bool {
    let is_decision = |column: &&String| *column == ACCEPT || column.starts_with(decision::SET);
    let mut columns = sheet.columns().iter().filter(is_decision);
    columns.any(|column| !sheet.cell(row, column).is_empty())
}

/// What one row says.
fn wishes(
    court: &mut Court<'_>,
    (sheet, row): (&Sheet, &Row),
    record: &Record,
    desk: &mut Desk,
) -> Vec<(Field, Wish)> {
    let shown_day = sheet.cell(row, "date");
    if !shown_day.is_empty() && shown_day != day(record) {
        let message = format!(
            "the date reads `{shown_day}` and is {}: the spreadsheet has changed it",
            day(record)
        );
        court.remark(
            row,
            message,
            "the column is not read; a date is corrected in `set_date`, as in `2026-07-03`",
            desk,
        );
    }
    let mut wishes = court.set(sheet, row, desk);
    let cell = sheet.cell(row, ACCEPT);
    match decision::is_yes(cell) {
        Some(false) => {}
        Some(true) => {
            let shown = |facet: Facet| shown(sheet, row, facet);
            wishes.extend(decision::accepted(REVIEWED, shown, &wishes));
        }
        None => {
            let message = format!("{ACCEPT} is `{cell}`");
            court.refuse(
                row,
                message,
                "expected `yes` or nothing; what else the line says is taken",
                desk,
            );
        }
    }
    wishes
}

/// What the table shows of a label, which is what its reader accepted; `None` where it shows nothing that can be read.
fn shown(sheet: &Sheet, row: &Row, facet: Facet) -> Option<Option<String>> {
    if !sheet.columns().iter().any(|column| column == facet.id()) {
        return None;
    }
    Field::Facet(facet).normal(sheet.cell(row, facet.id())).ok()
}
