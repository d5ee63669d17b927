//! Outline: pieces to sections, blocks and entries: which heading governs what, and what is metadata.

mod keys;

use crate::parser::dialect;
use crate::parser::entry::Entry;
use crate::parser::fold::fold;
use crate::parser::heading;
use crate::parser::key::Key;
use crate::parser::lead;
use crate::parser::lead::Lead;
use crate::parser::lead_role;
use crate::parser::lead_role::Role;
use crate::parser::lead_role::Where;
use crate::parser::passage::Outline;
use crate::parser::passage::Passage;
use crate::parser::piece::Piece;
use crate::parser::piece::PieceKind;
use crate::parser::section_kind;
use crate::parser::title;
use crate::postmortem::BlockKind;
use crate::postmortem::Section;
use crate::postmortem::SectionKind;
use crate::text::Span;

/// The level of sections that bold words open.
const PSEUDO: u8 = 7;

/// Divides the pieces of a document.
pub(crate) fn outline(pieces: Vec<Piece>, titled: bool) -> Outline {
    let mut tables = pieces.iter().filter_map(Piece::table).max().unwrap_or(0);
    let pieces: Vec<Piece> = pieces
        .into_iter()
        .flat_map(|piece| dialect::expand(piece, &mut tables))
        .collect();
    let mut outliner = Outliner::new(title::find(&pieces, titled));
    let mut pieces = pieces.into_iter().enumerate().peekable();
    while let Some((number, piece)) = pieces.next() {
        let Some(table) = piece.table() else {
            outliner.take(number, piece);
            continue;
        };
        let mut rows = vec![piece];
        while let Some((_, row)) = pieces.next_if(|(_, next)| next.table() == Some(table)) {
            rows.push(row);
        }
        outliner.take_table(rows);
    }
    outliner.finish()
}

struct Outliner {
    outline: Outline,
    /// The piece that is the title.
    title: Option<usize>,
    /// Open sections by headings, innermost last; the title is never among them.
    open: Vec<usize>,
    /// The section that bold words opened, and the depth of the list where they stand (0 in paragraphs).
    pseudo: Option<(usize, usize)>,
    /// Which sections have text of their own, and not only headings.
    filled: Vec<bool>,
    /// The key that a heading is, whose value is the text below.
    heading_key: Option<usize>,
}

impl Outliner {
    fn new(title: Option<usize>) -> Outliner {
        let section = |kind| Section {
            kind,
            heading: String::new(),
            level: 0,
            parent: None,
            span: Span::default(),
        };
        let sections = vec![section(SectionKind::Title), section(SectionKind::Body)];
        let outline = Outline {
            sections,
            ..Outline::default()
        };
        Outliner {
            outline,
            title,
            open: Vec::new(),
            pseudo: None,
            filled: vec![false; 2],
            heading_key: None,
        }
    }

    fn current(&self) -> usize {
        self.pseudo
            .map(|(section, _)| section)
            .or(self.open.last().copied())
            .unwrap_or(1)
    }

    fn current_kind(&self) -> SectionKind {
        self.outline.sections[self.current()].kind
    }

    fn finish(mut self) -> Outline {
        section_kind::settle(&mut self.outline);
        self.outline
    }

    fn take(&mut self, number: usize, piece: Piece) {
        match piece.kind {
            _ if self.title == Some(number) => self.take_title(piece),
            PieceKind::Heading(level) => self.take_heading(piece, level),
            PieceKind::Quote => self.push(BlockKind::Quote, piece),
            PieceKind::Code => self.push(BlockKind::Code, piece),
            PieceKind::Paragraph | PieceKind::Item(_) => self.take_text(piece),
            PieceKind::Row(_) => self.take_table(vec![piece]),
        }
    }

    fn push(&mut self, kind: BlockKind, piece: Piece) {
        self.push_into(self.current(), kind, piece);
    }

    fn push_into(&mut self, section: usize, kind: BlockKind, piece: Piece) {
        if !piece.visible.is_blank() {
            self.filled[section] |= kind != BlockKind::Heading;
            self.outline.passages.push(Passage {
                section,
                kind,
                piece,
            });
        }
    }

    fn take_title(&mut self, piece: Piece) {
        let text = heading::clean(piece.text()).to_owned();
        self.outline.title = Some((text, piece.visible.original(0)));
        self.outline.sections[0].span = piece.span;
        self.push_into(0, BlockKind::Title, piece);
    }

    fn take_heading(&mut self, piece: Piece, level: u8) {
        let leads = lead::leads(&piece);
        let lines = piece.line_ranges().len();
        if lines > 1 && leads.len() >= lines {
            // `Date: …` and `Severity: …` above a ruler are one heading for Markdown.
            self.take_metadata(piece, &leads);
            return;
        }
        let sections = &self.outline.sections;
        while self
            .open
            .last()
            .is_some_and(|section| sections[*section].level >= level)
        {
            self.open.pop();
        }
        self.pseudo = None;
        self.heading_key = None;
        let text = heading::clean(piece.text()).to_owned();
        let stated = leads
            .first()
            .filter(|lead| is_heading_key(&lead.key) && !lead.value(&piece).is_empty());
        let kind = if stated.is_some() {
            Some(SectionKind::Metadata)
        } else {
            heading::kind(&text)
        };
        match stated {
            Some(lead) => self.record(lead, &piece),
            None => self.open_heading_key(&text, piece.visible.original(0)),
        }
        let section = self.open_section(&text, kind, level, piece.span);
        self.open.push(section);
        self.push_into(section, BlockKind::Heading, piece);
    }

    /// A heading that is a key waits for the text below as its value.
    fn open_heading_key(&mut self, heading: &str, at: usize) {
        self.heading_key = is_heading_key(heading).then(|| {
            self.outline.entries.push(Entry {
                values: Vec::new(),
                ..Entry::new(heading, "", at, at)
            });
            self.outline.entries.len() - 1
        });
    }

    fn open_section(
        &mut self,
        heading: &str,
        kind: Option<SectionKind>,
        level: u8,
        span: Span,
    ) -> usize {
        let parent = self.open.last().copied();
        let filled = parent.is_some_and(|parent| self.filled[parent]);
        let kind = section_kind::resolve(
            kind,
            parent.map(|parent| self.outline.sections[parent].kind),
            filled,
        );
        self.outline.sections.push(Section {
            kind,
            heading: heading.to_owned(),
            level,
            parent,
            span,
        });
        self.filled.push(false);
        self.outline.sections.len() - 1
    }

    fn take_text(&mut self, piece: Piece) {
        if self.take_heading_value(&piece) {
            return;
        }
        let leads = lead::leads(&piece);
        let depth = piece.depth();
        let Some(first) = leads.first() else {
            self.push(text_block(depth), piece);
            return;
        };
        // Bold words beside those that opened the present section end it.
        let beside = |(_, opened): (usize, usize)| depth <= opened && (depth > 0 || opened == 0);
        if first.strong && self.pseudo.is_some_and(beside) {
            self.pseudo = None;
        }
        let place = Where {
            section: self.current_kind(),
            depth,
            inside: self.pseudo.map(|(_, opened)| opened),
            leads: leads.len(),
            lines: piece.line_ranges().len(),
        };
        match lead_role::role(first, &piece, place) {
            Role::Prose => self.push(text_block(depth), piece),
            _ if leads.len() > 1 => self.take_leads(piece, &leads, place),
            Role::Metadata => self.take_metadata(piece, &leads),
            Role::Section(found) => self.take_lead_section(piece, first, found, depth),
        }
    }

    /// A paragraph of several leads: each is judged by itself.
    fn take_leads(&mut self, piece: Piece, leads: &[Lead], place: Where) {
        let kind = text_block(place.depth);
        self.push_before(&piece, leads, kind);
        for lead in leads {
            let part = piece.part(lead.start, lead.value_end, piece.kind.clone());
            let inner = lead::leads(&part);
            let Some(first) = inner.first() else {
                self.push(kind, part);
                continue;
            };
            match lead_role::role(
                first,
                &part,
                Where {
                    leads: 1,
                    lines: 1,
                    ..place
                },
            ) {
                Role::Prose => self.push(kind, part),
                Role::Metadata => self.take_metadata(part, &inner),
                Role::Section(found) => self.take_lead_section(part, first, found, place.depth),
            }
        }
    }

    /// What stands before the first key of a line is text.
    fn push_before(&mut self, piece: &Piece, leads: &[Lead], kind: BlockKind) {
        let start = leads.first().map_or(0, |lead| lead.start);
        let before = piece.text().get(..start).unwrap_or_default();
        if before.chars().any(char::is_alphanumeric) {
            self.push(kind, piece.part(0, start, piece.kind.clone()));
        }
    }

    /// Bold words open a section; what follows them on the line is its first passage.
    fn take_lead_section(
        &mut self,
        piece: Piece,
        lead: &Lead,
        kind: Option<SectionKind>,
        depth: usize,
    ) {
        if let Some(fact) = Key::of(&lead.key)
            && fact.may_lead_prose()
        {
            self.record(lead, &piece);
        }
        let span = Span::new(
            piece.visible.original(lead.start),
            piece.visible.original(lead.value_start).min(piece.span.end),
        );
        let section = self.open_section(&lead.key, kind, PSEUDO, span);
        self.pseudo = Some((section, depth));
        let head = piece.part(lead.start, lead.value_start, PieceKind::Heading(PSEUDO));
        self.push_into(section, BlockKind::Heading, head);
        let rest = piece.part(lead.value_start, piece.text().len(), piece.kind.clone());
        self.push_into(section, text_block(depth), rest);
    }
}

/// The kind of text at a depth of lists.
fn text_block(depth: usize) -> BlockKind {
    if depth > 0 {
        BlockKind::ListItem
    } else {
        BlockKind::Paragraph
    }
}

/// Whether a heading is a key whose value is below it or behind its colon.
fn is_heading_key(heading: &str) -> bool {
    Key::of(heading).is_some_and(|key| !key.may_lead_prose() && key != Key::Id && key != Key::Title)
        && !fold(heading).is_empty()
}
