//! Dialect: tables and headings of other notations that Markdown takes for paragraphs.

use std::sync::LazyLock;

use crate::expression::Regex;

use crate::parser::heading;
use crate::parser::piece::Piece;
use crate::parser::piece::PieceKind;
use crate::parser::piece::Row;

static WIKI_HEADING: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^\s*h([1-6])\.\s+(\S.*)$").expect("a constant"));
static WIKI_MACRO: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\s*\{(?:panel|code|noformat|info|note|warning|tip|expand|section|column|toc|quote|color|anchor)(?::[^}]*)?\}\s*$").expect("a constant")
});
static RULER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\s*(?:\+[-=:+]{3,}\+|\|?[\s:|-]*-{3,}[\s:|-]*\|?)\s*$").expect("a constant")
});

static CAPITALS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:^|[.!?:;)\]]\s+)([A-Z][A-Z /&-]{4,48}):\s").expect("a constant")
});

/// The parts of a paragraph that runs on through headings in capitals: `… OF IMPACT: … ROOT CAUSE: …`.
fn at_capitals(piece: Piece) -> Vec<Piece> {
    let text = piece.text();
    let starts: Vec<usize> = CAPITALS
        .captures_iter(text)
        .filter_map(|found| found.get(1))
        .filter(|found| heading::kind(found.as_str()).is_some())
        .map(|found| found.start())
        .collect();
    if starts.is_empty() || starts == [0] {
        return vec![piece];
    }
    let mut cuts = vec![0];
    cuts.extend(starts.into_iter().filter(|start| *start > 0));
    cuts.push(text.len());
    cuts.windows(2)
        .map(|cut| piece.part(cut[0], cut[1], PieceKind::Paragraph))
        .filter(|part| !part.visible.is_blank())
        .collect()
}

/// A piece as it is, or the headings, rows and paragraphs that another notation means by it.
pub(crate) fn expand(piece: Piece, tables: &mut usize) -> Vec<Piece> {
    if piece.kind != PieceKind::Paragraph {
        return vec![piece];
    }
    if !is_foreign(&piece) {
        return at_capitals(piece);
    }
    let lines = lines(&piece, *tables + 1);
    if lines
        .iter()
        .any(|line| matches!(line, Line::Replaced(row, _) if row.cell(0).is_some()))
    {
        *tables += 1;
    }
    let is_grid = piece.text().trim_start().starts_with('+');
    let mut expanded: Vec<Piece> = Vec::new();
    for line in lines {
        match (line, expanded.last_mut()) {
            (Line::Plain(start, end), _) => {
                expanded.push(piece.part(start, end, PieceKind::Paragraph))
            }
            (Line::Replaced(row, false), Some(last)) if is_grid && continues(last, &row) => {
                continue_row(last, &row)
            }
            (Line::Replaced(row, _), _) => expanded.push(row),
        }
    }
    expanded
        .into_iter()
        .map(tidy)
        .filter(|piece| !piece.visible.is_blank())
        .collect()
}

/// What each line of a paragraph means; lines that mean nothing else stay together.
fn lines(piece: &Piece, table: usize) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut ruled = false;
    for (start, end) in piece.line_ranges() {
        let text = piece.text()[start..end].trim();
        if let Some(replaced) = replacement(piece, (start, end), table) {
            lines.push(Line::Replaced(replaced, std::mem::take(&mut ruled)));
        } else if RULER.is_match(text) || WIKI_MACRO.is_match(text) {
            ruled = true;
        } else if let (Some(Line::Plain(_, last)), false) = (lines.last_mut(), ruled) {
            *last = end;
        } else {
            lines.push(Line::Plain(start, end));
        }
    }
    lines
}

/// A line of a paragraph: a part of it as it stands, or what it means, and whether a ruler stands above it.
enum Line {
    Plain(usize, usize),
    Replaced(Piece, bool),
}

/// Whether a line of a grid table, with no ruler above it, continues the row before.
fn continues(last: &Piece, row: &Piece) -> bool {
    last.cell(0).is_some() && row.cell(0).is_some() && last.text().len() < LONGEST_ROW
}

fn is_foreign(piece: &Piece) -> bool {
    let text = piece.text();
    let rows = || {
        piece
            .line_ranges()
            .iter()
            .filter(|(start, end)| is_row(text[*start..*end].trim()))
            .count()
    };
    text.trim_start().starts_with(['+', '|', '{', 'h'])
        && (rows() > 0 || WIKI_HEADING.is_match(text) || has_wiki_line(piece))
        || has_wiki_line(piece)
}

fn has_wiki_line(piece: &Piece) -> bool {
    piece.line_ranges().iter().any(|(start, end)| {
        let line = piece.text()[*start..*end].trim();
        WIKI_HEADING.is_match(line) || WIKI_MACRO.is_match(line)
    })
}

fn is_row(line: &str) -> bool {
    line.len() > 2 && line.starts_with('|') && line.ends_with('|')
}

/// The heading or the row that a line of a paragraph is.
fn replacement(piece: &Piece, (start, end): (usize, usize), table: usize) -> Option<Piece> {
    let line = piece.text().get(start..end)?.trim();
    if let Some(found) = WIKI_HEADING.captures(line) {
        let level = found[1].parse().unwrap_or(2);
        let text = found.get(2)?;
        let raw = &piece.text()[start..end];
        let shift = start + (raw.len() - raw.trim_start().len());
        return Some(piece.part(
            shift + text.start(),
            shift + text.end(),
            PieceKind::Heading(level),
        ));
    }
    if !is_row(line) || RULER.is_match(line) {
        return None;
    }
    let head = line.starts_with("||");
    let mut row = piece.part(start, end, PieceKind::Paragraph);
    let mut cells = Vec::new();
    let mut from = None;
    for (at, _) in row.text().match_indices('|') {
        match from {
            Some(first) if at > first => {
                cells.push((first, at));
                from = Some(at + 1);
            }
            _ => from = Some(at + 1),
        }
    }
    row.kind = PieceKind::Row(Row { table, head, cells });
    Some(row)
}

/// The longest row of a grid table that a further line still continues, in bytes.
const LONGEST_ROW: usize = 4096;

fn continue_row(last: &mut Piece, piece: &Piece) {
    let (PieceKind::Row(row), PieceKind::Row(more)) = (&last.kind, &piece.kind) else {
        return;
    };
    let mut rebuilt = Piece::new(PieceKind::Paragraph, last.span);
    rebuilt.span.end = piece.span.end;
    let mut cells = Vec::new();
    for number in 0..row.cells.len().max(more.cells.len()) {
        let mut start = rebuilt.visible.text.len();
        if number > 0 {
            rebuilt.visible.push_instead(" | ", last.span.start);
            start = rebuilt.visible.text.len();
        }
        for (source, range) in [
            (&*last, row.cells.get(number)),
            (piece, more.cells.get(number)),
        ] {
            let part = range
                .map(|(from, to)| source.visible.slice(*from, *to))
                .unwrap_or_default();
            if !part.text.is_empty() {
                let at = part.original(0);
                if rebuilt.visible.text.len() > start {
                    rebuilt.visible.push_break(' ', at);
                }
                rebuilt.visible.append(&part);
            }
        }
        cells.push((start, rebuilt.visible.text.len()));
    }
    rebuilt.kind = PieceKind::Row(Row {
        cells,
        ..row.clone()
    });
    *last = rebuilt;
}

/// A row in the form of all rows: cells separated by ` | `.
fn tidy(piece: Piece) -> Piece {
    let PieceKind::Row(row) = &piece.kind else {
        return piece;
    };
    let mut tidied = Piece::new(PieceKind::Paragraph, piece.span);
    let mut cells = Vec::new();
    for (number, (from, to)) in row.cells.iter().enumerate() {
        if number > 0 {
            tidied
                .visible
                .push_instead(" | ", piece.visible.original(*from));
        }
        let start = tidied.visible.text.len();
        tidied.visible.append(&piece.visible.slice(*from, *to));
        cells.push((start, tidied.visible.text.len()));
    }
    tidied.kind = PieceKind::Row(Row {
        cells,
        ..row.clone()
    });
    tidied
}
