//! Keys: the keys and values of an outline, from leads, headings and tables.

use crate::parser::entry::Entry;
use crate::parser::entry::Value;
use crate::parser::key::Key;
use crate::parser::lead;
use crate::parser::lead::Lead;
use crate::parser::outline::Outliner;
use crate::parser::outline::PSEUDO;
use crate::parser::piece::Piece;
use crate::parser::piece::PieceKind;
use crate::parser::placeholder;
use crate::parser::table;
use crate::postmortem::BlockKind;
use crate::postmortem::SectionKind;
use crate::text::Span;

impl Outliner {
    pub(super) fn take_metadata(&mut self, piece: Piece, leads: &[Lead]) {
        for lead in leads {
            self.record(lead, &piece);
            let raw = piece
                .text()
                .get(lead.start..lead.value_end)
                .unwrap_or_default();
            let end = lead.start + raw.trim_end().trim_end_matches(['|', '·', '•']).len();
            let part = piece.part(lead.start, end, PieceKind::Paragraph);
            let at = piece.visible.original(lead.start);
            match self.cause_section((&lead.key, lead.value(&piece)), at) {
                Some(section) => self.push_into(section, BlockKind::KeyValue, part),
                None => self.push(BlockKind::KeyValue, part),
            }
        }
    }

    /// A section of its own for a cause that a key tells in words; what follows stays where it is.
    fn cause_section(&mut self, (key, value): (&str, &str), at: usize) -> Option<usize> {
        let tells = value.split_whitespace().count() >= 3 && !placeholder::is_open(value);
        (tells && Key::of(key) == Some(Key::Cause)).then(|| {
            let span = Span::new(at, at + key.len());
            self.open_section(key, Some(SectionKind::RootCause), PSEUDO, span)
        })
    }

    pub(super) fn record(&mut self, lead: &Lead, piece: &Piece) {
        let at = piece.visible.original(lead.start);
        let value_at = piece.visible.original(lead.value_start);
        self.outline
            .entries
            .push(Entry::new(&lead.key, lead.value(piece), at, value_at));
    }

    /// The text below a heading that is a key is its value.
    pub(super) fn take_heading_value(&mut self, piece: &Piece) -> bool {
        let Some(entry) = self.heading_key else {
            return false;
        };
        let first = lead::leads(piece).into_iter().next();
        if first.is_some_and(|lead| Key::of(&lead.key).is_some_and(|key| !key.may_lead_prose())) {
            // A key of its own is no value of the heading above it.
            self.heading_key = None;
            return false;
        }
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

    pub(super) fn take_table(&mut self, rows: Vec<Piece>) {
        self.heading_key = None;
        let found = table::read(&rows, self.current_kind());
        self.outline.entries.extend(found.entries);
        for row in rows {
            if !found.is_metadata {
                self.push(BlockKind::TableRow, row);
                continue;
            }
            let cells = row.cell(0).zip(row.cell(1));
            let cause = cells.map(|(key, value)| (key.to_owned(), value.to_owned()));
            let at = row.visible.original(0);
            let section = cause.and_then(|(key, value)| self.cause_section((&key, &value), at));
            match section {
                Some(section) => self.push_into(section, BlockKind::KeyValue, row),
                None => self.push(BlockKind::KeyValue, row),
            }
        }
    }
}
