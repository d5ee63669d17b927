//! Table: whether a table holds keys and values, and which.

use crate::parser::entry::Entry;
use crate::parser::fold::fold;
use crate::parser::heading;
use crate::parser::key::Key;
use crate::parser::piece::Piece;
use crate::parser::piece::PieceKind;
use crate::postmortem::SectionKind;

/// What a table holds.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Keys and values.
    pub(crate) entries: Vec<Entry>,
    /// Whether the whole table is metadata.
    pub(crate) is_metadata: bool,
}

/// Words above the columns of a table of keys and values.
const HEADS: &[&str] = &[
    "field",
    "value",
    "key",
    "item",
    "property",
    "attribute",
    "detail",
    "details",
    "info",
    "information",
    "metric",
    "description",
    "feld",
    "wert",
    "campo",
    "valor",
    "champ",
    "valeur",
    "項目",
    "内容",
    "值",
    "字段",
    "항목",
    "내용",
    "",
];

/// Reads the rows of one table that stands in a section of some kind.
pub(crate) fn read(rows: &[Piece], section: SectionKind) -> Found {
    let width = rows.iter().map(cells).max().unwrap_or(0);
    if !(width == 2 || width == 4) || section == SectionKind::Actions {
        return Found::default();
    }
    let mut entries: Vec<Entry> = rows
        .iter()
        .filter(|row| !is_head(row))
        .flat_map(pairs)
        .collect();
    let known = entries.iter().filter(|entry| entry.fact.is_some()).count();
    let clocks = entries
        .iter()
        .filter(|entry| {
            entry
                .fact
                .is_some_and(|key| key.is_clock() || key.is_duration())
        })
        .count();
    if section == SectionKind::Timeline && clocks * 2 < entries.len() {
        return Found::default();
    }
    let is_events = rows
        .first()
        .and_then(|first| first.cell(1))
        .and_then(heading::kind_by_list)
        == Some(SectionKind::Timeline);
    let is_metadata =
        known > 0 && !is_events && is_mostly_keys(entries.len(), known, rows, section);
    if !is_metadata && width == 4 {
        return Found::default();
    }
    if !is_metadata {
        entries.retain(|entry| entry.fact.is_some());
    }
    Found {
        entries,
        is_metadata,
    }
}

/// Whether enough of the keys of a table are known, for where it stands.
fn is_mostly_keys(keys: usize, known: usize, rows: &[Piece], section: SectionKind) -> bool {
    let is_head = matches!(
        section,
        SectionKind::Body
            | SectionKind::Metadata
            | SectionKind::People
            | SectionKind::Summary
            | SectionKind::Metrics
    );
    known * 2 >= keys
        || (is_head && known * 4 >= keys)
        || section == SectionKind::Metadata
        || has_key_head(rows)
}

/// The keys of a row with their values: the first cell and the second, the third and the fourth.
fn pairs(row: &Piece) -> Vec<Entry> {
    (0..cells(row))
        .step_by(2)
        .filter_map(|column| {
            let key = row.cell(column)?.trim_end_matches([':', '：']).trim();
            let value = row.cell(column + 1)?;
            (!key.is_empty()).then(|| entry(row, column, key, value))
        })
        .collect()
}

fn cells(row: &Piece) -> usize {
    match &row.kind {
        PieceKind::Row(row) => row.cells.len(),
        _ => 0,
    }
}

/// Whether a row is a head and not the first of the keys, as in tables whose head already is data.
fn is_head(row: &Piece) -> bool {
    let PieceKind::Row(parts) = &row.kind else {
        return false;
    };
    if !parts.head {
        return false;
    }
    let first = row.cell(0).map(fold).unwrap_or_default();
    let second = row.cell(1).map(fold).unwrap_or_default();
    HEADS.contains(&first.as_str()) || HEADS.contains(&second.as_str()) || Key::of(&first).is_none()
}

fn has_key_head(rows: &[Piece]) -> bool {
    rows.first().is_some_and(|row| {
        let first = row.cell(0).map(fold).unwrap_or_default();
        let second = row.cell(1).map(fold).unwrap_or_default();
        matches!(&row.kind, PieceKind::Row(parts) if parts.head)
            && HEADS.contains(&first.as_str())
            && HEADS.contains(&second.as_str())
            && !first.is_empty()
    })
}

fn entry(row: &Piece, column: usize, key: &str, value: &str) -> Entry {
    let PieceKind::Row(parts) = &row.kind else {
        return Entry::new(key, value, row.span.start, row.span.start);
    };
    let at = row.visible.original(parts.cells[column].0);
    let value_at = row.visible.original(parts.cells[column + 1].0);
    let (from, to) = parts.cells[column + 1];
    match value.is_empty() {
        true => Entry::new(key, value, at, value_at),
        false => Entry::new(key, &row.unstruck(from, to), at, value_at),
    }
}
