//! Piece: one run of visible text as Markdown divides it, before its meaning is known.

use std::ops::Range;

use crate::parser::visible::Visible;
use crate::text::Span;

/// How a part of a piece is marked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum MarkKind {
    /// Bold.
    Strong,
    /// Italic.
    Emphasis,
    /// Struck out.
    Struck,
    /// Inline code.
    Code,
    /// A link and where it leads.
    Link(String),
}

/// A marked range of a piece's visible text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mark {
    /// How it is marked.
    pub(crate) kind: MarkKind,
    /// First byte of the visible text.
    pub(crate) start: usize,
    /// One past the last byte of the visible text.
    pub(crate) end: usize,
}

/// A list item.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Item {
    /// How many lists it stands in, 1 for the outermost.
    pub(crate) depth: usize,
    /// Which list of the document it belongs to.
    pub(crate) list: usize,
    /// Whether the list is numbered.
    pub(crate) ordered: bool,
    /// Its box, where it has one.
    pub(crate) checked: Option<bool>,
}

/// A row of a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Row {
    /// Which table of the document it belongs to.
    pub(crate) table: usize,
    /// Whether it is the head.
    pub(crate) head: bool,
    /// Ranges of the visible text.
    pub(crate) cells: Vec<(usize, usize)>,
}

/// What a piece is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PieceKind {
    /// A heading and its level.
    Heading(u8),
    /// A paragraph.
    Paragraph,
    /// A list item's own text.
    Item(Item),
    /// A table's row.
    Row(Row),
    /// Quoted text.
    Quote,
    /// A code block.
    Code,
}

/// One run of visible text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    /// What it is.
    pub(crate) kind: PieceKind,
    /// The text.
    pub(crate) visible: Visible,
    /// The piece in the original.
    pub(crate) span: Span,
    /// Marked ranges, in order of their ends.
    pub(crate) marks: Vec<Mark>,
    /// Offsets of the visible text where a new line begins in the original.
    pub(crate) breaks: Vec<usize>,
}

impl Piece {
    /// An empty piece.
    pub(crate) fn new(kind: PieceKind, span: Span) -> Piece {
        Piece {
            kind,
            visible: Visible::default(),
            span,
            marks: Vec::new(),
            breaks: Vec::new(),
        }
    }

    /// Adds text that stands in the original at `range`, as it is or in another form.
    pub(crate) fn push_text(&mut self, text: &str, original: &str, range: Range<usize>) {
        self.span.end = self.span.end.max(range.end);
        if original == text {
            self.visible.push(text, range.start);
        } else if original.ends_with(text) {
            self.visible.push(text, range.end - text.len());
        } else {
            self.visible.push_instead(text, range.start);
        }
    }

    /// Adds inline code: its text as it stands, where it stands.
    pub(crate) fn push_code(&mut self, text: &str, original: &str, range: Range<usize>) {
        self.span.end = self.span.end.max(range.end);
        let start = self.visible.text.len();
        match original.find(text) {
            Some(at) => self.visible.push(text, range.start + at),
            None => self.visible.push_instead(text, range.start),
        }
        self.marks.push(Mark {
            kind: MarkKind::Code,
            start,
            end: self.visible.text.len(),
        });
    }

    /// The part from `start` to `end` of the visible text as a piece of its own.
    pub(crate) fn part(&self, start: usize, end: usize, kind: PieceKind) -> Piece {
        let raw = self.visible.text.get(start..end).unwrap_or_default();
        let first = start + (raw.len() - raw.trim_start().len());
        let visible = self.visible.slice(start, end);
        let last = first + visible.text.len();
        let marks = self
            .marks_within(first, last)
            .map(|mark| Mark {
                kind: mark.kind.clone(),
                start: mark.start.max(first) - first,
                end: mark.end.min(last) - first,
            })
            .collect();
        let from = self.breaks.partition_point(|at| *at <= first);
        let to = self.breaks.partition_point(|at| *at < last).max(from);
        let breaks = self.breaks[from..to].iter().map(|at| at - first).collect();
        let from = visible.original(0).max(self.span.start);
        let to = if end >= self.visible.text.trim_end().len() {
            self.span.end
        } else {
            self.visible.original(last)
        };
        Piece {
            kind,
            span: Span::new(from.min(to), to.max(from)),
            visible,
            marks,
            breaks,
        }
    }

    /// The marks that touch a range of the visible text; they are sorted by their ends.
    pub(crate) fn marks_within(&self, first: usize, last: usize) -> impl Iterator<Item = &Mark> {
        let from = self.marks.partition_point(|mark| mark.end <= first);
        self.marks[from..]
            .iter()
            .take_while(move |mark| mark.start < last)
    }

    /// The visible text.
    pub(crate) fn text(&self) -> &str {
        &self.visible.text
    }

    /// The table that it is a row of.
    pub(crate) fn table(&self) -> Option<usize> {
        match &self.kind {
            PieceKind::Row(row) => Some(row.table),
            _ => None,
        }
    }

    /// How many lists it stands in.
    pub(crate) fn depth(&self) -> usize {
        match self.kind {
            PieceKind::Item(item) => item.depth,
            _ => 0,
        }
    }

    /// The line ranges of the visible text.
    pub(crate) fn line_ranges(&self) -> Vec<(usize, usize)> {
        let mut ranges = Vec::with_capacity(self.breaks.len() + 1);
        let mut start = 0;
        for end in &self.breaks {
            ranges.push((start, *end));
            start = *end;
        }
        ranges.push((start, self.visible.text.len()));
        ranges
    }

    /// The text of one cell of a row.
    pub(crate) fn cell(&self, number: usize) -> Option<&str> {
        match &self.kind {
            PieceKind::Row(row) => row
                .cells
                .get(number)
                .and_then(|(start, end)| self.visible.text.get(*start..*end))
                .map(str::trim),
            _ => None,
        }
    }

    /// The text of a range without what is struck out in it; all of it where everything is.
    pub(crate) fn unstruck(&self, start: usize, end: usize) -> String {
        let mut kept = String::new();
        let mut at = start;
        let struck = self
            .marks
            .iter()
            .filter(|mark| mark.kind == MarkKind::Struck);
        for mark in struck.filter(|mark| start <= mark.start && mark.end <= end) {
            kept.push_str(self.text().get(at..mark.start).unwrap_or_default());
            at = at.max(mark.end);
        }
        kept.push_str(self.text().get(at..end).unwrap_or_default());
        match kept.trim() {
            "" => self
                .text()
                .get(start..end)
                .unwrap_or_default()
                .trim()
                .to_owned(),
            kept => kept.to_owned(),
        }
    }

    /// The first link that leads out of the page.
    pub(crate) fn link(&self) -> Option<&str> {
        self.marks.iter().find_map(|mark| match &mark.kind {
            MarkKind::Link(to) if to.contains("://") => Some(to.as_str()),
            _ => None,
        })
    }
}
