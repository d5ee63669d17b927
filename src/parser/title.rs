//! Title: which piece of a document is its title.

use std::sync::LazyLock;

use regex::Regex;

use crate::parser::heading;
use crate::parser::key::Key;
use crate::parser::lead;
use crate::parser::piece::Piece;
use crate::parser::piece::PieceKind;

static GENERIC: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)^[\W_]*(?:(?:incident|outage|issue|blameless|public|internal|final|draft|post[ -]?incident)\s+)*(?:post[ -]?mortems?|post[ -]?incident (?:review|report|analysis)|incident (?:report|review|post[ -]?mortem|name|title)|issue name|title|name|report|review|pir|rca|coe|correction of errors?|retrospective|after[ -]action (?:report|review)|untitled|vorfallbericht|informe de incidente|rapport d'incident|relatorio de incidente|インシデントレポート|障害報告書?|事故报告|장애 보고서)(?:\s+(?:report|document|doc|template|review))?[\W_]*$",
    )
    .expect("a constant")
});

/// Whether a title names only the sort of document.
pub(crate) fn is_generic(title: &str) -> bool {
    GENERIC.is_match(title)
}

/// The number of the piece that is the title; `titled`: the front matter states a title.
pub(crate) fn find(pieces: &[Piece], titled: bool) -> Option<usize> {
    let (number, level) =
        pieces
            .iter()
            .enumerate()
            .find_map(|(number, piece)| match piece.kind {
                PieceKind::Heading(level) => Some((number, level)),
                _ => None,
            })?;
    let piece = &pieces[number];
    let text = heading::clean(piece.text());
    let lines = piece.line_ranges().len();
    let leads = lead::leads(piece);
    if text.is_empty()
        || (lines > 1 && leads.len() >= lines)
        || leads.first().is_some_and(|lead| {
            Key::of(&lead.key).is_some_and(|key| key != Key::Id && key != Key::Title)
        })
    {
        return None;
    }
    let mut others = pieces[number + 1..]
        .iter()
        .filter_map(|piece| match piece.kind {
            PieceKind::Heading(level) => Some(level),
            _ => None,
        });
    let is_section = heading::kind_by_list(text).is_some();
    if level == 1 {
        let alone = others.all(|other| other > 1);
        return (!is_section
            || (alone && !titled && number == 0 && has_sections_below(pieces, number)))
        .then_some(number);
    }
    // A document that begins with a lower heading: the first of them, if it is none of the usual sections.
    let early = pieces[..number]
        .iter()
        .all(|piece| !matches!(piece.kind, PieceKind::Paragraph if piece.text().len() > 200));
    (!is_section
        && !titled
        && early
        && heading::kind(text).is_none()
        && others.all(|other| other >= level))
    .then_some(number)
}

/// Whether further headings stand below, so that the first is the title however usual its words are.
fn has_sections_below(pieces: &[Piece], number: usize) -> bool {
    pieces[number + 1..]
        .iter()
        .filter(|piece| matches!(piece.kind, PieceKind::Heading(_)))
        .count()
        >= 2
}
