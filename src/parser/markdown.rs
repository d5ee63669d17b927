//! Markdown events to pieces of visible text, without recursion.

use std::ops::Range;

use pulldown_cmark::Event;
use pulldown_cmark::Options;
use pulldown_cmark::Parser;
use pulldown_cmark::Tag;
use pulldown_cmark::TagEnd;

use crate::parser::html::Html;
use crate::parser::notation;
use crate::parser::piece::Item;
use crate::parser::piece::Mark;
use crate::parser::piece::MarkKind;
use crate::parser::piece::Piece;
use crate::parser::piece::PieceKind;
use crate::parser::piece::Row;
use crate::parser::source::Source;
use crate::text::Span;

/// Nesting beyond this many lists and quotes is read as plain text.
const DEEPEST: usize = 100;

/// The pieces of a document's text from offset `begin` on.
pub(crate) fn pieces(source: &mut Source<'_>, begin: usize) -> Vec<Piece> {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_FOOTNOTES;
    let text = notation::as_markdown(source.text);
    let text = &*text;
    let body = &text[begin..];
    let mut walk = Walk {
        text,
        ..Walk::default()
    };
    for (event, range) in Parser::new_ext(body, options).into_offset_iter() {
        walk.step(event, range.start + begin..range.end + begin);
    }
    walk.flush();
    walk.close_html();
    if let Some(at) = walk.too_deep {
        source.warn(
            at,
            format!("lists and quotes are nested deeper than {DEEPEST} levels"),
            "what is deeper is read as plain text",
        );
    }
    walk.pieces
}

/// A list that is open.
struct OpenList {
    number: usize,
    ordered: bool,
}

/// The state of the walk over the events.
#[derive(Default)]
struct Walk<'a> {
    text: &'a str,
    pieces: Vec<Piece>,
    draft: Option<Piece>,
    open_marks: Vec<(MarkKind, usize)>,
    lists: Vec<OpenList>,
    list_count: usize,
    table_count: usize,
    quotes: usize,
    depth: usize,
    too_deep: Option<usize>,
    pending: Option<Item>,
    cell_start: usize,
    html_start: Option<usize>,
    html: Html,
}

impl<'a> Walk<'a> {
    fn step(&mut self, event: Event<'a>, range: Range<usize>) {
        match event {
            Event::Start(tag) => self.start(tag, range),
            Event::End(tag) => self.end(tag, range),
            Event::Text(text) => self.write(&text, range, false),
            Event::Code(text) => self.write(&text, range, true),
            Event::Html(_) | Event::Rule | Event::FootnoteReference(_) => {}
            Event::InlineHtml(tag) => {
                if is_line_break(&tag) {
                    self.push_break('\n', range.start);
                }
            }
            Event::SoftBreak => self.push_break(' ', range.start),
            Event::HardBreak => self.push_break('\n', range.start),
            Event::TaskListMarker(checked) => self.check(checked),
            Event::InlineMath(text) | Event::DisplayMath(text) => self.write(&text, range, false),
        }
    }

    fn start(&mut self, tag: Tag<'a>, range: Range<usize>) {
        match tag {
            Tag::Strong => self.open_mark(MarkKind::Strong),
            Tag::Emphasis => self.open_mark(MarkKind::Emphasis),
            Tag::Strikethrough => self.open_mark(MarkKind::Struck),
            Tag::Link { dest_url, .. } => self.open_mark(MarkKind::Link(dest_url.to_string())),
            Tag::Image { .. } => self.open_mark(MarkKind::Code),
            Tag::TableCell => self.open_cell(range.start),
            Tag::Item => self.open_item(range),
            Tag::CodeBlock(_) => self.open(PieceKind::Code, range),
            Tag::Heading { level, .. } => self.open(PieceKind::Heading(level as u8), range),
            Tag::Paragraph => {
                let kind = self.text_kind();
                self.open(kind, range);
            }
            Tag::TableHead | Tag::TableRow => {
                let head = matches!(tag, Tag::TableHead);
                self.open(
                    PieceKind::Row(Row {
                        table: self.table_count,
                        head,
                        cells: Vec::new(),
                    }),
                    range,
                );
            }
            other => self.start_container(&other, range.start),
        }
    }

    fn start_container(&mut self, tag: &Tag<'a>, at: usize) {
        self.flush();
        match tag {
            Tag::HtmlBlock => self.html_start = Some(at),
            Tag::Table(_) => self.table_count += 1,
            Tag::BlockQuote(_) => {
                self.deeper(at);
                self.quotes += 1;
            }
            Tag::List(first) => {
                self.deeper(at);
                self.list_count += 1;
                self.lists.push(OpenList {
                    number: self.list_count,
                    ordered: first.is_some(),
                });
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd, range: Range<usize>) {
        match tag {
            TagEnd::Heading(_)
            | TagEnd::Paragraph
            | TagEnd::CodeBlock
            | TagEnd::TableHead
            | TagEnd::TableRow => self.flush(),
            TagEnd::BlockQuote(_) => {
                self.flush();
                self.quotes = self.quotes.saturating_sub(1);
                self.depth = self.depth.saturating_sub(1);
            }
            TagEnd::HtmlBlock => self.end_html(range.end),
            TagEnd::List(_) => {
                self.flush();
                self.lists.pop();
                self.depth = self.depth.saturating_sub(1);
            }
            TagEnd::Item => {
                self.flush();
                self.pending = None;
            }
            TagEnd::TableCell => self.close_cell(),
            TagEnd::Image => self.close_image(),
            TagEnd::Strong | TagEnd::Emphasis | TagEnd::Strikethrough | TagEnd::Link => {
                self.close_mark()
            }
            _ => {}
        }
    }

    fn deeper(&mut self, at: usize) {
        self.depth += 1;
        if self.depth > DEEPEST && self.too_deep.is_none() {
            self.too_deep = Some(at);
        }
    }

    fn open_item(&mut self, range: Range<usize>) {
        self.flush();
        if let Some(list) = self.lists.last() {
            let depth = self.lists.len();
            self.pending = (self.depth <= DEEPEST).then_some(Item {
                depth,
                list: list.number,
                ordered: list.ordered,
                checked: None,
            });
        }
        if self.pending.is_some() && self.quotes == 0 {
            let kind = self.text_kind();
            self.open(kind, range.start..range.start);
        }
    }

    /// What text that begins here is: the first of an item is the item, all text in quotes is a quote.
    fn text_kind(&mut self) -> PieceKind {
        match (self.quotes, self.pending.take()) {
            (0, Some(item)) => PieceKind::Item(item),
            (0, None) => PieceKind::Paragraph,
            _ => PieceKind::Quote,
        }
    }

    fn open(&mut self, kind: PieceKind, range: Range<usize>) {
        // A loose item opens twice: the item itself, then the paragraph in it. An empty item waits for its paragraph.
        if kind == PieceKind::Paragraph
            && let Some(draft) = &mut self.draft
            && matches!(draft.kind, PieceKind::Item(_))
            && draft.visible.text.is_empty()
        {
            draft.span.end = range.end;
            return;
        }
        self.flush();
        let kind = match (self.quotes, kind) {
            (0, kind) => kind,
            (_, PieceKind::Paragraph | PieceKind::Item(_) | PieceKind::Heading(_)) => {
                PieceKind::Quote
            }
            (_, kind) => kind,
        };
        self.draft = Some(Piece::new(kind, Span::new(range.start, range.end)));
    }

    fn draft(&mut self, at: usize) -> &mut Piece {
        if self.draft.is_none() {
            let kind = self.text_kind();
            self.draft = Some(Piece::new(kind, Span::new(at, at)));
        }
        self.draft.as_mut().expect("it was opened just now")
    }

    fn write(&mut self, text: &str, range: Range<usize>, code: bool) {
        let original = self.text.get(range.clone()).unwrap_or_default();
        let draft = self.draft(range.start);
        if code {
            draft.push_code(text, original, range)
        } else {
            draft.push_text(text, original, range)
        }
    }

    fn push_break(&mut self, separator: char, at: usize) {
        let is_row = self
            .draft
            .as_ref()
            .is_some_and(|draft| matches!(draft.kind, PieceKind::Row(_)));
        let draft = self.draft(at);
        if is_row {
            draft.visible.push_break(' ', at);
            return;
        }
        draft.visible.push_break(separator, at);
        let end = draft.visible.text.len();
        if end > 0 && draft.breaks.last() != Some(&end) {
            draft.breaks.push(end);
        }
    }

    fn check(&mut self, checked: bool) {
        if let Some(item) = &mut self.pending {
            item.checked = Some(checked);
        } else if let Some(PieceKind::Item(item)) = self.draft.as_mut().map(|draft| &mut draft.kind)
        {
            item.checked = Some(checked);
        }
    }

    fn open_mark(&mut self, kind: MarkKind) {
        let start = self
            .draft
            .as_ref()
            .map_or(0, |draft| draft.visible.text.len());
        self.open_marks.push((kind, start));
    }

    fn close_mark(&mut self) {
        let (Some((kind, start)), Some(draft)) = (self.open_marks.pop(), &mut self.draft) else {
            return;
        };
        let end = draft.visible.text.len();
        if end > start {
            draft.marks.push(Mark { kind, start, end });
        }
    }

    /// What an image says instead of itself is kept, except where that is a file's name.
    fn close_image(&mut self) {
        let (Some((_, start)), Some(draft)) = (self.open_marks.pop(), &mut self.draft) else {
            return;
        };
        let label = draft.visible.text.get(start..).unwrap_or_default();
        if !label.contains(' ') {
            draft.visible.truncate(start);
        }
    }

    fn open_cell(&mut self, at: usize) {
        let Some(draft) = &mut self.draft else {
            return;
        };
        if let PieceKind::Row(row) = &draft.kind
            && !row.cells.is_empty()
        {
            draft.visible.push_instead(" | ", at);
        }
        self.cell_start = draft.visible.text.len();
    }

    fn close_cell(&mut self) {
        if let Some(draft) = &mut self.draft {
            let end = draft.visible.text.len();
            if let PieceKind::Row(row) = &mut draft.kind {
                row.cells.push((self.cell_start, end));
            }
        }
    }

    fn flush(&mut self) {
        self.open_marks.clear();
        let Some(mut piece) = self.draft.take() else {
            return;
        };
        if piece.visible.is_blank() {
            if let PieceKind::Item(item) = piece.kind {
                // Its text may yet come as a paragraph of its own.
                self.pending = Some(item);
            }
            return;
        }
        if self.html.is_in_cell() {
            self.html.push_visible(&piece.visible);
            return;
        }
        if let PieceKind::Row(row) = &piece.kind
            && row
                .cells
                .iter()
                .all(|(start, end)| piece.visible.text[*start..*end].trim().is_empty())
        {
            return;
        }
        let end = piece.visible.text.trim_end().len();
        piece.visible.truncate(end);
        piece.breaks.retain(|at| *at < end);
        self.pieces.push(piece);
    }

    fn end_html(&mut self, end: usize) {
        let Some(start) = self.html_start.take() else {
            return;
        };
        let quoted = self.quotes > 0;
        let html = self.text.get(start..end).unwrap_or_default();
        let found = self.html.read(html, start, &mut self.table_count);
        self.take_html(found, quoted);
    }

    fn close_html(&mut self) {
        let found = self.html.close();
        self.take_html(found, false);
    }

    fn take_html(&mut self, found: Vec<Piece>, quoted: bool) {
        self.pieces.extend(found.into_iter().map(|mut piece| {
            if quoted {
                piece.kind = PieceKind::Quote;
            }
            piece
        }));
    }
}

fn is_line_break(tag: &str) -> bool {
    let tag = tag.to_ascii_lowercase();
    tag.starts_with("<br") || tag == "</p>" || tag == "</li>"
}
