//! Elsewhere: action items where no section has a list or a table of them: sub-headings, paragraphs, announced lists, boxes.

use std::sync::LazyLock;

use crate::expression::Regex;

use crate::incident::ActionItem;
use crate::parser::DateOrder;
use crate::parser::action::NOTHING;
use crate::parser::action::Reader;
use crate::parser::action::is_filled;
use crate::parser::assignment;
use crate::parser::fold::fold;
use crate::parser::passage::Outline;
use crate::parser::passage::Passage;
use crate::parser::piece::MarkKind;
use crate::parser::piece::Piece;
use crate::parser::piece::PieceKind;
use crate::parser::placeholder;
use crate::postmortem::BlockKind;
use crate::postmortem::SectionKind;

impl Reader<'_> {
    /// What stands for lists and tables where there are none.
    pub(super) fn elsewhere(&self, outline: &Outline, sections: &[bool]) -> Vec<ActionItem> {
        let headed = self.sub_headings(outline, sections);
        if !headed.is_empty() {
            return headed;
        }
        let told = self.paragraphs(outline, sections);
        let told = match told.is_empty() {
            true => self.boxes(outline),
            false => told,
        };
        match told.is_empty() {
            true => self.introduced(outline),
            false => told,
        }
    }

    /// Sub-headings and paragraphs where a section has neither list nor table.
    fn sub_headings(&self, outline: &Outline, sections: &[bool]) -> Vec<ActionItem> {
        let is_own = |number: usize| {
            let section = &outline.sections[number];
            section.parent.is_some_and(|parent| sections[parent])
        };
        let numbered = outline.passages.iter().any(|passage| {
            passage.kind == BlockKind::Heading
                && sections[passage.section]
                && is_own(passage.section)
                && passage
                    .piece
                    .text()
                    .trim_start()
                    .starts_with(|first: char| first.is_ascii_digit())
        });
        outline
            .passages
            .iter()
            .filter(|passage| sections[passage.section])
            .filter(|passage| match numbered {
                true => passage.kind == BlockKind::Heading && is_own(passage.section),
                false => passage.kind == BlockKind::Paragraph && is_own(passage.section),
            })
            .map(|passage| self.read(&passage.piece, None))
            .filter(|found| !NOTHING.is_match(&found.text) && !placeholder::is_open(&found.text))
            .collect()
    }

    /// Paragraphs of a section without list, table and sub-headings: those that begin with bold words or with what they are,
    /// or name who does them by when. A paragraph of such lines is one item a line.
    fn paragraphs(&self, outline: &Outline, sections: &[bool]) -> Vec<ActionItem> {
        let paragraphs = outline
            .passages
            .iter()
            .filter(|passage| sections[passage.section] && passage.kind == BlockKind::Paragraph);
        let mut found = Vec::new();
        for passage in paragraphs.take(MOST_PARAGRAPHS) {
            let piece = &passage.piece;
            let lines = piece.line_ranges();
            let marked = lines.iter().filter(|(start, end)| {
                let line = piece.text().get(*start..*end);
                line.is_some_and(|line| MARKED.is_match(line))
            });
            let alone = is_filled(piece.text())
                && is_plain_heading(&outline.sections[passage.section].heading)
                && !piece.text().trim_end().ends_with(':');
            match marked.count() {
                0 if alone || is_item_paragraph(piece, self.order) => {
                    found.push(self.read(piece, None))
                }
                0 => {}
                _ => found.extend(lines.iter().map(|(start, end)| {
                    self.read(&piece.part(*start, *end, PieceKind::Paragraph), None)
                })),
            }
        }
        found
    }

    /// The list below a sentence that announces it: `To keep this from happening again, we are going to:`.
    fn introduced(&self, outline: &Outline) -> Vec<ActionItem> {
        let announces = |passage: &Passage| {
            let text = passage.piece.text().trim_end();
            passage.kind == BlockKind::Paragraph && text.ends_with(':') && ANNOUNCED.is_match(text)
        };
        let Some(number) = outline.passages.iter().position(announces) else {
            return Vec::new();
        };
        let below = outline.passages[number + 1..]
            .iter()
            .take_while(|passage| passage.kind == BlockKind::ListItem);
        below
            .filter_map(|passage| match passage.piece.kind {
                PieceKind::Item(item) if item.depth <= 1 => {
                    Some(self.read(&passage.piece, item.checked))
                }
                _ => None,
            })
            .filter(|found| is_filled(&found.text))
            .collect()
    }

    /// Check boxes anywhere, where no section is one of action items.
    fn boxes(&self, outline: &Outline) -> Vec<ActionItem> {
        let wanted = |passage: &&Passage| {
            let kind = outline.kind(passage);
            passage.kind == BlockKind::ListItem
                && !matches!(kind, SectionKind::Support | SectionKind::Metadata)
        };
        let boxes = outline.passages.iter().filter(wanted);
        boxes
            .filter_map(|passage| match passage.piece.kind {
                PieceKind::Item(item) if item.checked.is_some() => {
                    Some(self.read(&passage.piece, item.checked))
                }
                _ => None,
            })
            .filter(|found| !placeholder::is_open(&found.text))
            .collect()
    }
}

/// The most paragraphs of action items.
const MOST_PARAGRAPHS: usize = 500;

static MARKED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\s*(?:(?:TODO|TO DO|DONE|WIP|ACTION(?: ITEM)?|AI[ -]?\d+)\s*[:–—-]\s*\S|[☐☑☒✅❌⬜🔲✔✓]\s*\S|\[[ xX]\]\s*\S|\d{1,2}\)\s*\S)")
        .expect("a constant")
});

static PLAIN_HEADING: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?:action items?|actions?|to ?dos?|tasks?|follow ?ups?|(?:corrective|preventi?ve|follow up) actions?|massnahmen?|acciones|actions correctives)$").expect("a constant")
});

/// A heading under which every paragraph is an action item, where there is no list.
fn is_plain_heading(heading: &str) -> bool {
    let unnumbered = heading.trim_start_matches(|first: char| !first.is_alphabetic());
    PLAIN_HEADING.is_match(&fold(unnumbered))
}

static ANNOUNCED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:we|i) (?:are going to|will|plan to|intend to|are (?:now |also )?(?:doing|taking|making|planning|working on)|have (?:decided|agreed|committed) to|want to|commit to)\b|\b(?:following|these) (?:\w+ )?(?:actions?|steps|measures|improvements|changes|follow-?ups)\b|\b(?:action items?|next steps|follow-?ups|to-?dos?)\b|\b(?:prevent|keep|avoid)\b[^.]{0,60}\b(?:again|recurrence|future)\b").expect("a constant")
});

/// Whether a paragraph is one item: it begins with bold words that end like a sentence, or says who or by when.
fn is_item_paragraph(piece: &Piece, order: Option<DateOrder>) -> bool {
    let text = piece.text();
    let named = piece.marks.iter().any(|mark| {
        mark.kind == MarkKind::Strong
            && mark.start == 0
            && text
                .get(..mark.end)
                .is_some_and(|name| name.trim_end().ends_with(['.', ':', '!']))
    });
    named || assignment::names_owner(text) || assignment::due(text, order).is_some()
}
