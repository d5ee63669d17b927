//! A table of incidents: aligned and cut to a terminal's width but for the ids, whole and unpadded on a pipe.

use comfy_table::ContentArrangement;
use comfy_table::Table;
use pm_kb::record::Record;
use unicode_width::UnicodeWidthStr as _;

use crate::render::day;
use crate::render::severity;
use crate::render::sureness;
use crate::terminal::Terminal;
use crate::terminal::clean;
use crate::terminal::cut;

const HEADER: [&str; 7] = ["DATE", "SEV", "MODE", "DECAY", "CONFIDENCE", "ID", "TITLE"];
const TITLE: usize = 6;

/// Columns that a narrow terminal does without, the first to go first.
const DISPENSABLE: [usize; 6] = [4, 3, 1, TITLE, 0, 2];

/// Columns of space between two columns.
const GAP: usize = 2;

/// The narrowest that a title may be.
const NARROWEST: usize = 16;

/// A table of incidents, each a line.
pub(crate) fn table(records: &[Record], terminal: &Terminal) -> String {
    let rows: Vec<[String; 7]> = std::iter::once(HEADER.map(str::to_owned))
        .chain(records.iter().map(row))
        .collect();
    if !terminal.is_aligned() {
        let lines: Vec<String> = rows.iter().map(|row| row.join("  ")).collect();
        return lines.join("\n");
    }
    match terminal.width() {
        Some(width) => {
            let widths = widths(&rows, width);
            let cut_rows = rows.iter().map(|row| cut_row(row, &widths));
            let lines = aligned(cut_rows);
            // An id is there to be copied: one that is wider than the terminal runs on in the next line.
            let width = width.max(taken(&widths));
            let cut_lines: Vec<String> = lines.lines().map(|line| cut(line, width)).collect();
            cut_lines.join("\n")
        }
        None => aligned(rows.iter().map(|row| row.to_vec())),
    }
}

fn row(record: &Record) -> [String; 7] {
    let labels = &record.classification;
    [
        day(record),
        severity(record).unwrap_or_else(|| "-".to_owned()),
        labels.failure_mode.to_string(),
        labels.decay.to_string(),
        sureness(labels).to_owned(),
        clean(record.id.as_str()),
        clean(&record.title),
    ]
}

/// The columns that fit a terminal, each with its width.
fn widths(rows: &[[String; 7]], width: usize) -> Vec<(usize, usize)> {
    let widest = |column: usize| rows.iter().map(|row| row[column].width()).max();
    let wanted: Vec<usize> = (0..HEADER.len())
        .map(|column| widest(column).unwrap_or_default())
        .collect();
    let mut columns: Vec<(usize, usize)> = wanted.iter().copied().enumerate().collect();
    columns[TITLE].1 = wanted[TITLE].min(NARROWEST);
    for column in DISPENSABLE {
        if taken(&columns) <= width {
            break;
        }
        columns.retain(|(kept, _)| *kept != column);
    }
    let left = width.saturating_sub(taken(&columns));
    if let Some((_, given)) = columns.iter_mut().find(|(kept, _)| *kept == TITLE) {
        *given = wanted[TITLE].min(*given + left);
    }
    columns
}

/// How much of a line some columns take, with the space between them.
fn taken(columns: &[(usize, usize)]) -> usize {
    let text: usize = columns.iter().map(|(_, width)| width).sum();
    text + GAP * columns.len().saturating_sub(1)
}

fn cut_row(row: &[String; 7], widths: &[(usize, usize)]) -> Vec<String> {
    widths
        .iter()
        .map(|(column, width)| cut(&row[*column], *width))
        .collect()
}

fn aligned(rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(comfy_table::presets::NOTHING);
    table.set_content_arrangement(ContentArrangement::Disabled);
    for row in rows {
        table.add_row(row);
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, GAP as u16));
    }
    table.trim_fmt()
}
