//! Title: which piece of a document is its title.

use std::sync::LazyLock;

use crate::expression::Regex;

use crate::parser::heading;
use crate::parser::key::Key;
use crate::parser::lead;
use crate::parser::piece::MarkKind;
use crate::parser::piece::Piece;
use crate::parser::piece::PieceKind;
use crate::parser::stamp;

static GENERIC: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)^[\W_]*(?:(?:incident|outage|issue|blameless|public|internal|final|draft|post[ -]?incident)\s+)*(?:post[ -]?mortems?|post[ -]?incident (?:review|report|analysis)|incident (?:report|review|post[ -]?mortem|name|title)|issue name|title|name|report|review|pir|rca|coe|correction of errors?|retrospective|after[ -]action (?:report|review)|untitled|vorfallbericht|informe de incidente|rapport d'incident|relatorio de incidente|インシデントレポート|障害報告書?|事故报告|장애 보고서)(?:\s+(?:report|document|doc|template|review))?[\W_]*$",
    )
    .expect("a constant")
});

static CREDIT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^(?:by|written|author|posted|published|last|updated|status|dear|hello|hi)\b")
        .expect("a constant")
});

/// Whether a title names only the sort of document.
pub(crate) fn is_generic(title: &str) -> bool {
    GENERIC.is_match(title)
}

/// Whether a title names only the sort of document and its number: `Incident report IR-2291`.
pub(crate) fn is_only_an_id(title: &str) -> bool {
    let mut words: Vec<&str> = title.split([' ', ':', '#', '–']).collect();
    words.retain(|word| !word.is_empty());
    let is_id = |word: &str| {
        word.contains(|it: char| it.is_ascii_digit())
            && word
                .chars()
                .all(|it| it.is_ascii_alphanumeric() || "-_/".contains(it))
    };
    let before = words.len();
    words.retain(|word| !is_id(word));
    before == words.len() + 1 && (words.is_empty() || is_generic(&words.join(" ")))
}

/// The number of the piece that is the title; `titled`: the front matter states a title.
pub(crate) fn find(pieces: &[Piece], titled: bool) -> Option<usize> {
    if !titled && (is_bold_title(pieces) || is_plain_title(pieces)) {
        return Some(0);
    }
    let (number, level) = headings(pieces).next()?;
    let piece = &pieces[number];
    let text = heading::clean(piece.text());
    if text.is_empty() || is_metadata(piece) {
        return None;
    }
    let mut below = headings(pieces).skip(1).map(|(_, level)| level);
    // `Root cause analysis – Report scheduler` over all else is a title, `Root cause` is none.
    let is_alone = number == 0 && below.clone().all(|other| other > level);
    let is_section =
        heading::kind_by_list(text).is_some() && (titled || !is_alone || heading::is_listed(text));
    let is_title = match level {
        1 if is_section => {
            !titled && number == 0 && below.clone().count() >= 2 && below.all(|level| level > 1)
        }
        1 => true,
        // A document that begins with a lower heading: the first of them, if it is none of the usual sections.
        _ => {
            !is_section
                && !Key::of(text).is_some_and(|key| !matches!(key, Key::Id | Key::Title))
                && !titled
                && (is_alone || heading::kind(text).is_none())
                && below.all(|other| other >= level)
                && is_early(pieces, number)
        }
    };
    is_title.then_some(number)
}

/// The longest title in bold words, in bytes.
const LONGEST_BOLD: usize = 160;

/// Whether a document begins with a line of bold words, where no heading of the first level is the title.
fn is_bold_title(pieces: &[Piece]) -> bool {
    let Some(first) = pieces
        .first()
        .filter(|first| first.kind == PieceKind::Paragraph)
    else {
        return false;
    };
    let text = first.text().trim_end();
    let bold = first
        .marks
        .iter()
        .any(|mark| mark.kind == MarkKind::Strong && mark.start == 0 && mark.end >= text.len());
    bold && text.len() <= LONGEST_BOLD
        && !text.ends_with([':', '.'])
        && text.contains(' ')
        && Key::of(text).is_none()
        && heading::kind_by_list(text).is_none()
        && headings(pieces).all(|(_, level)| level > 1)
}

/// Whether a document without a heading of the first level begins with a short line that is no sentence, key or greeting.
fn is_plain_title(pieces: &[Piece]) -> bool {
    let Some(first) = pieces
        .first()
        .filter(|first| first.kind == PieceKind::Paragraph)
    else {
        return false;
    };
    let text = first.text().trim();
    let begins = text.starts_with(|it: char| it.is_uppercase() || it.is_ascii_digit() || it == '[');
    let marked = first
        .marks
        .iter()
        .any(|mark| matches!(mark.kind, MarkKind::Link(_) | MarkKind::Emphasis));
    begins
        && !marked
        && text.len() <= LONGEST_BOLD
        && !text.contains('\n')
        && (2..=16).contains(&text.split_whitespace().count())
        && !text.ends_with([':', '.', ',', ';', '!', '?'])
        && !CREDIT.is_match(text)
        && lead::leads(first).is_empty()
        && stamp::first(text, None).is_none_or(|stamp| stamp.end - stamp.start + 12 < text.len())
        && heading::kind_by_list(text).is_none()
        && headings(pieces).next().is_some()
        && headings(pieces).all(|(_, level)| level > 1)
}

/// The headings with their levels.
fn headings(pieces: &[Piece]) -> impl Iterator<Item = (usize, u8)> + Clone {
    pieces
        .iter()
        .enumerate()
        .filter_map(|(number, piece)| match piece.kind {
            PieceKind::Heading(level) => Some((number, level)),
            _ => None,
        })
}

/// `Date: …` as a heading, or several such lines above a ruler.
fn is_metadata(piece: &Piece) -> bool {
    let lines = piece.line_ranges().len();
    let leads = lead::leads(piece);
    if lines == 1 && leads.first().is_some_and(|lead| names_more(lead, piece)) {
        return false;
    }
    let key = leads.first().and_then(|lead| Key::of(&lead.key));
    (lines > 1 && leads.len() >= lines)
        || key.is_some_and(|key| {
            !matches!(
                key,
                Key::Id | Key::Title | Key::NearMiss | Key::Cause | Key::Trigger
            )
        })
}

/// `Incident date: 2026-03-14, no logs`: behind the day stands what the page is about.
fn names_more(lead: &lead::Lead, piece: &Piece) -> bool {
    let value = lead.value(piece);
    let day = stamp::first(value, None).filter(|stamp| stamp.day.is_some() && stamp.start == 0);
    let rest = day.and_then(|stamp| value.get(stamp.end..));
    let words = |rest: &str| {
        let words = rest.split(|it: char| !it.is_alphanumeric());
        words
            .filter(|word| word.chars().any(char::is_alphabetic))
            .count()
    };
    rest.is_some_and(|rest| words(rest) >= 2 && !rest.contains("UTC"))
}

/// Whether no longer paragraph stands before a piece.
fn is_early(pieces: &[Piece], number: usize) -> bool {
    pieces[..number]
        .iter()
        .all(|piece| piece.kind != PieceKind::Paragraph || piece.text().len() <= 200)
}
