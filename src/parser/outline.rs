//! Outline: pieces to sections, blocks and entries: which heading governs what, and what is metadata.

use crate::parser::dialect;
use crate::parser::entry::Entry;
use crate::parser::entry::Value;
use crate::parser::fold::fold;
use crate::parser::heading;
use crate::parser::key::Key;
use crate::parser::lead;
use crate::parser::lead::Lead;
use crate::parser::lead_role;
use crate::parser::lead_role::Role;
use crate::parser::lead_role::Where;
use crate::parser::piece::Piece;
use crate::parser::piece::PieceKind;
use crate::parser::section_kind;
use crate::parser::table;
use crate::parser::title;
use crate::postmortem::BlockKind;
use crate::postmortem::Section;
use crate::postmortem::SectionKind;
use crate::text::Span;

/// The level of sections that bold words open.
const PSEUDO: u8 = 7;

/// A piece in its section.
#[derive(Debug, Clone)]
pub(crate) struct Passage {
    /// Index of its section.
    pub(crate) section: usize,
    /// What it is.
    pub(crate) kind: BlockKind,
    /// The text with its marks.
    pub(crate) piece: Piece,
}

/// A document divided.
#[derive(Debug, Default)]
pub(crate) struct Outline {
    /// Title, body, and one for every heading.
    pub(crate) sections: Vec<Section>,
    /// The text, in order.
    pub(crate) passages: Vec<Passage>,
    /// Keys and values found in the text.
    pub(crate) entries: Vec<Entry>,
    /// The title heading, where there is one, and where it stands.
    pub(crate) title: Option<(String, usize)>,
}

impl Outline {
    /// The kind of the section of a passage.
    pub(crate) fn kind(&self, passage: &Passage) -> SectionKind {
        self.sections[passage.section].kind
    }
}

/// Divides the pieces of a document.
pub(crate) fn outline(pieces: Vec<Piece>, titled: bool) -> Outline {
    let mut tables = pieces
        .iter()
        .filter_map(|piece| match &piece.kind {
            PieceKind::Row(row) => Some(row.table),
            _ => None,
        })
        .max()
        .unwrap_or(0);
    let pieces: Vec<Piece> = pieces
        .into_iter()
        .flat_map(|piece| dialect::expand(piece, &mut tables))
        .collect();
    let mut outliner = Outliner::new(title::find(&pieces, titled));
    let mut pieces = pieces.into_iter().enumerate().peekable();
    while let Some((number, piece)) = pieces.next() {
        let Some(table) = table_of(&piece) else {
            outliner.take(number, piece);
            continue;
        };
        let mut rows = vec![piece];
        while let Some((_, row)) = pieces.next_if(|(_, next)| table_of(next) == Some(table)) {
            rows.push(row);
        }
        outliner.take_table(rows);
    }
    outliner.finish()
}

fn table_of(piece: &Piece) -> Option<usize> {
    match &piece.kind {
        PieceKind::Row(row) => Some(row.table),
        _ => None,
    }
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
        while self
            .open
            .last()
            .is_some_and(|section| self.outline.sections[*section].level >= level)
        {
            self.open.pop();
        }
        self.pseudo = None;
        let text = heading::clean(piece.text()).to_owned();
        let at = piece.visible.original(0);
        let stated = leads
            .first()
            .filter(|lead| is_heading_key(&lead.key) && !lead.value(&piece).is_empty());
        let kind = match stated {
            Some(lead) => {
                let entry = Entry::new(
                    &lead.key,
                    lead.value(&piece),
                    at,
                    piece.visible.original(lead.value_start),
                );
                self.outline.entries.push(entry);
                Some(SectionKind::Metadata)
            }
            None => heading::kind(&text),
        };
        let section = self.open_section(&text, kind, level, piece.span);
        self.open.push(section);
        self.heading_key = (stated.is_none() && is_heading_key(&text)).then(|| {
            self.outline.entries.push(Entry {
                values: Vec::new(),
                ..Entry::new(&text, "", at, at)
            });
            self.outline.entries.len() - 1
        });
        self.push_into(section, BlockKind::Heading, piece);
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
        let depth = match piece.kind {
            PieceKind::Item(item) => item.depth,
            _ => 0,
        };
        let kind = if depth > 0 {
            BlockKind::ListItem
        } else {
            BlockKind::Paragraph
        };
        let Some(first) = leads.first() else {
            self.push(kind, piece);
            return;
        };
        if first.strong
            && self
                .pseudo
                .is_some_and(|(_, opened)| depth <= opened && (depth > 0 || opened == 0))
        {
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
            Role::Prose => self.push(kind, piece),
            Role::Metadata | Role::Section(_) if leads.len() > 1 => {
                self.take_leads(piece, &leads, place)
            }
            Role::Metadata => self.take_metadata(piece, &leads),
            Role::Section(found) => self.take_lead_section(piece, first, found, depth),
        }
    }

    /// A paragraph of several leads: each is judged by itself.
    fn take_leads(&mut self, piece: Piece, leads: &[Lead], place: Where) {
        let kind = if place.depth > 0 {
            BlockKind::ListItem
        } else {
            BlockKind::Paragraph
        };
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
        let block = if depth > 0 {
            BlockKind::ListItem
        } else {
            BlockKind::Paragraph
        };
        self.push_into(section, block, rest);
    }

    fn take_metadata(&mut self, piece: Piece, leads: &[Lead]) {
        for lead in leads {
            self.record(lead, &piece);
            let raw = piece
                .text()
                .get(lead.start..lead.value_end)
                .unwrap_or_default();
            let end = lead.start + raw.trim_end().trim_end_matches(['|', '·', '•']).len();
            self.push(
                BlockKind::KeyValue,
                piece.part(lead.start, end, PieceKind::Paragraph),
            );
        }
    }

    fn record(&mut self, lead: &Lead, piece: &Piece) {
        let at = piece.visible.original(lead.start);
        let value_at = piece.visible.original(lead.value_start);
        self.outline
            .entries
            .push(Entry::new(&lead.key, lead.value(piece), at, value_at));
    }

    /// The text below a heading that is a key is its value.
    fn take_heading_value(&mut self, piece: &Piece) -> bool {
        let Some(entry) = self.heading_key else {
            return false;
        };
        let unchosen = matches!(piece.kind, PieceKind::Item(item) if item.checked == Some(false));
        let metadata = matches!(
            self.current_kind(),
            SectionKind::Metadata | SectionKind::People | SectionKind::Metrics
        );
        let short = piece.text().len() <= 200;
        let entry = &mut self.outline.entries[entry];
        if !short
            || (!entry.values.is_empty() && !matches!(piece.kind, PieceKind::Item(_)))
            || entry.values.len() > 100
        {
            self.heading_key = None;
            return false;
        }
        if unchosen {
            return metadata;
        }
        entry.values.push(Value {
            text: piece.text().trim().to_owned(),
            at: piece.visible.original(0),
            fields: Vec::new(),
        });
        if metadata {
            self.push(BlockKind::KeyValue, piece.clone());
        }
        metadata
    }

    fn take_table(&mut self, rows: Vec<Piece>) {
        self.heading_key = None;
        let found = table::read(&rows, self.current_kind());
        self.outline.entries.extend(found.entries);
        for row in rows {
            self.push(
                if found.is_metadata {
                    BlockKind::KeyValue
                } else {
                    BlockKind::TableRow
                },
                row,
            );
        }
    }
}

/// Whether a heading is a key whose value is below it or behind its colon.
fn is_heading_key(heading: &str) -> bool {
    Key::of(heading).is_some_and(|key| !key.may_lead_prose() && key != Key::Id && key != Key::Title)
        && !fold(heading).is_empty()
}
