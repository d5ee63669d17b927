//! HTML in a document: tables as rows, headings and paragraphs as such, all other tags dropped, comments too.

use crate::parser::piece::Item;
use crate::parser::piece::Mark;
use crate::parser::piece::MarkKind;
use crate::parser::piece::Piece;
use crate::parser::piece::PieceKind;
use crate::parser::piece::Row;
use crate::parser::visible::Visible;
use crate::text::Span;

/// A reader of HTML blocks that remembers an open table from one block to the next.
#[derive(Default)]
pub(crate) struct Html {
    draft: Option<Piece>,
    row: Option<Piece>,
    cell_start: Option<usize>,
    strong_start: Option<usize>,
    all_head: bool,
    hidden: Option<&'static str>,
    table: usize,
}

/// Tags that end what stands before them.
const BLOCKS: &[&str] = &[
    "p",
    "div",
    "ul",
    "ol",
    "li",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "section",
    "details",
    "summary",
    "pre",
    "blockquote",
];

/// The level of the heading that the summary of a folded passage is: below all others, so that it ends at any of them.
const FOLDED: u8 = 6;

/// Where what is found goes: the count of the document's tables, and the pieces.
struct Out<'a> {
    tables: &'a mut usize,
    pieces: &'a mut Vec<Piece>,
}

/// One token of HTML.
enum Token<'a> {
    Tag {
        name: String,
        closing: bool,
        at: usize,
    },
    Text(&'a str, usize),
}

impl Html {
    /// Whether a cell of a table is open: Markdown in it belongs to it.
    pub(crate) fn is_in_cell(&self) -> bool {
        self.cell_start.is_some()
    }

    /// Adds text that Markdown found in an open cell.
    pub(crate) fn push_visible(&mut self, visible: &Visible) {
        if let Some(row) = &mut self.row {
            row.visible.push_break(' ', visible.original(0));
            row.visible.append(visible);
        }
    }

    /// Reads one block that stands at offset `at`; `tables` counts the document's tables.
    pub(crate) fn read(&mut self, html: &str, at: usize, tables: &mut usize) -> Vec<Piece> {
        let mut pieces = Vec::new();
        for token in tokens(html, at) {
            match token {
                Token::Text(text, at) => self.text(text, at),
                Token::Tag { name, closing, at } => self.tag(
                    &name,
                    closing,
                    at,
                    &mut Out {
                        tables,
                        pieces: &mut pieces,
                    },
                ),
            }
        }
        self.flush(&mut pieces);
        pieces
    }

    /// What is still open at the end of the document.
    pub(crate) fn close(&mut self) -> Vec<Piece> {
        let mut pieces = Vec::new();
        self.end_row(&mut pieces);
        self.flush(&mut pieces);
        pieces
    }

    fn tag(&mut self, name: &str, closing: bool, at: usize, out: &mut Out<'_>) {
        match (name, closing) {
            ("script", false) => self.hidden = Some("script"),
            ("style", false) => self.hidden = Some("style"),
            ("script" | "style", true) => self.hidden = None,
            ("table" | "tr" | "td" | "th", _) => self.table_tag(name, closing, at, out),
            ("strong" | "b", false) => {
                self.strong_start = Some(self.current(at).visible.text.len())
            }
            ("strong" | "b", true) => self.close_strong(at),
            ("br" | "p" | "li" | "div", _) if self.is_in_cell() => {
                self.current(at).visible.push_break(' ', at)
            }
            ("br", _) => {
                let piece = self.current(at);
                piece.visible.push_break('\n', at);
                piece.breaks.push(piece.visible.text.len());
            }
            (name, _) if BLOCKS.contains(&name) => {
                self.flush(out.pieces);
                if !closing {
                    self.open_block(name, at);
                }
            }
            _ => {}
        }
    }

    fn table_tag(&mut self, name: &str, closing: bool, at: usize, out: &mut Out<'_>) {
        match (name, closing) {
            ("table", false) => {
                self.flush(out.pieces);
                *out.tables += 1;
                self.table = *out.tables;
            }
            ("td" | "th", false) => self.open_cell(name == "th", at),
            ("td" | "th", true) => self.close_cell(at),
            _ => self.end_row(out.pieces),
        }
        if (name, closing) == ("tr", false) {
            let row = Row {
                table: self.table,
                head: false,
                cells: Vec::new(),
            };
            self.row = Some(Piece::new(PieceKind::Row(row), Span::new(at, at)));
            self.all_head = true;
        }
    }

    /// List items, headings and the summaries of folded passages are such; all other blocks are paragraphs.
    fn open_block(&mut self, name: &str, at: usize) {
        let kind = match name.as_bytes() {
            b"li" => PieceKind::Item(Item {
                depth: 1,
                list: usize::MAX,
                ordered: false,
                checked: None,
            }),
            [b'h', level @ b'1'..=b'6'] => PieceKind::Heading(level - b'0'),
            b"summary" => PieceKind::Heading(FOLDED),
            _ => return,
        };
        self.draft = Some(Piece::new(kind, Span::new(at, at)));
    }

    fn text(&mut self, text: &str, at: usize) {
        if self.hidden.is_some() || (self.row.is_some() && self.cell_start.is_none()) {
            return;
        }
        if text.trim().is_empty() && self.current(at).visible.text.is_empty() {
            return;
        }
        let piece = self.current(at);
        push_text(piece, text, at);
        piece.span.end = piece.span.end.max(at + text.len());
    }

    fn current(&mut self, at: usize) -> &mut Piece {
        if let Some(row) = self.row.as_mut().filter(|_| self.cell_start.is_some()) {
            return row;
        }
        self.draft
            .get_or_insert_with(|| Piece::new(PieceKind::Paragraph, Span::new(at, at)))
    }

    fn open_cell(&mut self, head: bool, at: usize) {
        self.close_cell(at);
        self.all_head &= head;
        let Some(piece) = &mut self.row else {
            return;
        };
        if let PieceKind::Row(row) = &piece.kind
            && !row.cells.is_empty()
        {
            piece.visible.push_instead(" | ", at);
        }
        self.cell_start = Some(piece.visible.text.len());
    }

    fn close_cell(&mut self, at: usize) {
        self.close_strong(at);
        if let (Some(start), Some(piece)) = (self.cell_start.take(), &mut self.row) {
            let end = piece.visible.text.len();
            piece.span.end = piece.span.end.max(at);
            if let PieceKind::Row(row) = &mut piece.kind {
                row.cells.push((start.min(end), end));
            }
        }
    }

    fn close_strong(&mut self, at: usize) {
        if let Some(start) = self.strong_start.take() {
            let piece = self.current(at);
            let end = piece.visible.text.len();
            if end > start {
                piece.marks.push(Mark {
                    kind: MarkKind::Strong,
                    start,
                    end,
                });
            }
        }
    }

    fn end_row(&mut self, pieces: &mut Vec<Piece>) {
        let at = self.row.as_ref().map_or(0, |row| row.span.end);
        self.close_cell(at);
        let Some(mut piece) = self.row.take() else {
            return;
        };
        let all_head = self.all_head;
        if let PieceKind::Row(row) = &mut piece.kind {
            row.head = all_head && row.cells.len() > 1;
        }
        if !piece.visible.is_blank() {
            pieces.push(piece);
        }
    }

    fn flush(&mut self, pieces: &mut Vec<Piece>) {
        if self.cell_start.is_none() {
            self.strong_start = None;
        }
        if let Some(mut piece) = self.draft.take() {
            let end = piece.visible.text.trim_end().len();
            piece.visible.truncate(end);
            piece.breaks.retain(|at| *at < end);
            if !piece.visible.is_blank() {
                pieces.push(piece);
            }
        }
    }
}

/// Adds text with its entities written out and its white space as single spaces.
fn push_text(piece: &mut Piece, text: &str, at: usize) {
    let mut offset = 0;
    while let Some(character) = text[offset..].chars().next() {
        let rest = &text[offset + character.len_utf8()..];
        let here = at + offset;
        offset += character.len_utf8();
        match ENTITIES
            .iter()
            .find(|(name, _)| character == '&' && rest.starts_with(name))
        {
            Some((name, written_out)) => {
                piece.visible.push_instead(written_out, here);
                offset += name.len();
            }
            None if character.is_whitespace() => piece.visible.push_break(' ', here),
            None => piece.visible.push(character.encode_utf8(&mut [0; 4]), here),
        }
    }
}

const ENTITIES: &[(&str, &str)] = &[
    ("amp;", "&"),
    ("lt;", "<"),
    ("gt;", ">"),
    ("quot;", "\""),
    ("apos;", "'"),
    ("#39;", "'"),
    ("nbsp;", " "),
    ("ndash;", "–"),
    ("mdash;", "—"),
    ("rarr;", "→"),
    ("rsquo;", "'"),
    ("lsquo;", "'"),
    ("rdquo;", "\""),
    ("ldquo;", "\""),
    ("hellip;", "…"),
    ("middot;", "·"),
];

/// Divides HTML into tags and text; comments, declarations and what is never closed vanish.
fn tokens(html: &str, offset: usize) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < html.len() {
        let rest = &html[at..];
        if let Some(after) = rest.strip_prefix("<!--") {
            at += after.find("-->").map_or(rest.len(), |end| end + 7);
        } else if let Some(after) = rest.strip_prefix('<')
            && after.starts_with(|character: char| {
                character.is_ascii_alphabetic() || matches!(character, '/' | '!' | '?')
            })
        {
            let end = after.find('>').map_or(rest.len(), |end| end + 2);
            let closing = after.starts_with('/');
            let name: String = after
                .trim_start_matches('/')
                .chars()
                .take_while(char::is_ascii_alphanumeric)
                .collect::<String>()
                .to_ascii_lowercase();
            tokens.push(Token::Tag {
                name,
                closing,
                at: offset + at,
            });
            at += end;
        } else {
            let skip = rest.chars().next().map_or(1, char::len_utf8);
            let end = rest[skip..].find('<').map_or(rest.len(), |end| end + skip);
            tokens.push(Token::Text(&rest[..end], offset + at));
            at += end;
        }
    }
    tokens
}
