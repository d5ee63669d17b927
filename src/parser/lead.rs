//! Lead: the word before a colon that makes a line a key with its value, or the head of a passage.

use std::sync::LazyLock;

use crate::expression::Regex;

use crate::parser::heading;
use crate::parser::key::Key;
use crate::parser::piece::Mark;
use crate::parser::piece::MarkKind;
use crate::parser::piece::Piece;

/// A key at the beginning of a line, or bold within it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Lead {
    /// The key, without the punctuation that ends it.
    pub(crate) key: String,
    /// Where the key begins in the visible text.
    pub(crate) start: usize,
    /// Where the value begins.
    pub(crate) value_start: usize,
    /// Where the value ends: at the next lead, or with the piece.
    pub(crate) value_end: usize,
    /// Whether the key is bold.
    pub(crate) strong: bool,
    /// Whether a colon ends it.
    pub(crate) colon: bool,
    /// Whether it begins a line.
    pub(crate) begins_line: bool,
}

impl Lead {
    /// The value as it is seen.
    pub(crate) fn value<'a>(&self, piece: &'a Piece) -> &'a str {
        let value = piece
            .text()
            .get(self.value_start..self.value_end)
            .unwrap_or_default();
        value.trim().trim_end_matches(['|', '·', '•']).trim()
    }
}

static PLAIN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\s*[-–—]?\s*(?:\d{1,2}(?:\.\d{1,2})+\.?\s+)?(\p{L}[^\n:：|.?!;]{0,58}?)\s*(?::(?:\s|$)|：)").expect("a constant")
});
static SEPARATOR: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\s[|·•]\s").expect("a constant"));

/// The leads of a piece in their order; empty where its first line has none.
pub(crate) fn leads(piece: &Piece) -> Vec<Lead> {
    if let Some(other) = defined(piece).or_else(|| assigned(piece)) {
        return other;
    }
    let mut leads: Vec<Lead> = Vec::new();
    for (start, end) in piece.line_ranges() {
        let in_line = strong_leads(piece, start, end)
            .or_else(|| plain_leads(piece, start, end))
            .unwrap_or_default();
        if leads.is_empty() && in_line.is_empty() {
            return Vec::new();
        }
        leads.extend(in_line);
    }
    let starts: Vec<usize> = leads
        .iter()
        .skip(1)
        .map(|lead| lead.start)
        .chain([piece.text().len()])
        .collect();
    for (lead, end) in leads.iter_mut().zip(starts) {
        lead.value_end = end.max(lead.value_start);
    }
    leads
}

/// Leads in bold: the first begins the line, the others follow a separator or end with a colon.
fn strong_leads(piece: &Piece, start: usize, end: usize) -> Option<Vec<Lead>> {
    let text = piece.text();
    let line = text.get(start..end)?;
    let first = start + (line.len() - line.trim_start().len());
    let mut leads = Vec::new();
    let strong = |mark: &&Mark| {
        let marked = mark.kind == MarkKind::Strong || is_italic_head(text, mark, first);
        marked && mark.start >= first && mark.end <= end
    };
    for mark in piece.marks_within(first, end).filter(strong) {
        let lead = strong_lead(text, mark.start, mark.end, end)?;
        let begins_line = mark.start == first;
        let before = text[first..mark.start].trim_end();
        let follows = before.is_empty() || before.ends_with(['|', '·', '•', ';']);
        if begins_line || (!leads.is_empty() && (lead.colon || follows)) {
            leads.push(Lead {
                begins_line,
                ..lead
            });
        }
        if leads.is_empty() {
            return None;
        }
    }
    (!leads.is_empty()).then_some(leads)
}

/// `*Cause*: …`: italic words that begin a line and end with a colon, where they are the name of a section.
fn is_italic_head(text: &str, mark: &Mark, first: usize) -> bool {
    if mark.kind != MarkKind::Emphasis || mark.start != first {
        return false;
    }
    let (Some(inside), Some(after)) = (text.get(mark.start..mark.end), text.get(mark.end..)) else {
        return false;
    };
    let colon = inside.trim_end().ends_with(':') || after.trim_start().starts_with(':');
    colon && heading::kind_by_list(inside.trim_end_matches([':', ' '])).is_some()
}

fn strong_lead(text: &str, start: usize, mark_end: usize, line_end: usize) -> Option<Lead> {
    let inside = text.get(start..mark_end)?.trim_end();
    let after = text.get(mark_end..line_end)?;
    let outside = after.trim_start();
    let colon_inside = inside.ends_with([':', '：']);
    let colon_outside = outside.starts_with([':', '：']);
    let skipped = after.len() - outside.len();
    let value_start = match outside.chars().next() {
        Some(colon) if colon_outside => mark_end + skipped + colon.len_utf8(),
        _ => mark_end,
    };
    let key = inside
        .trim_end_matches([':', '：', '.', '?', '!', '-', '–', '—'])
        .trim();
    (!key.is_empty()).then(|| Lead {
        key: key.to_owned(),
        start,
        value_start,
        value_end: value_start,
        strong: true,
        colon: colon_inside || colon_outside,
        begins_line: true,
    })
}

/// Plain leads: `Key: value`, or several of them on one line between separators.
fn plain_leads(piece: &Piece, start: usize, end: usize) -> Option<Vec<Lead>> {
    let line = piece.text().get(start..end)?;
    let mut leads = Vec::new();
    let mut at = 0;
    let parts: Vec<(usize, &str)> = SEPARATOR
        .find_iter(line)
        .map(|found| (found.start(), found.end()))
        .chain([(line.len(), line.len())])
        .map(|(stop, next)| {
            let part = (at, &line[at..stop]);
            at = next;
            part
        })
        .collect();
    for (offset, part) in parts {
        let Some(found) = PLAIN.captures(part) else {
            // Separators stand in values too.
            continue;
        };
        let key = found.get(1)?;
        if key.as_str().split_whitespace().count() > 7 {
            continue;
        }
        let value_start = start + offset + found.get(0)?.end();
        leads.push(Lead {
            key: key.as_str().trim().to_owned(),
            start: start + offset + key.start(),
            value_start,
            value_end: value_start,
            strong: false,
            colon: true,
            begins_line: offset == 0,
        });
    }
    is_of_keys(&leads).then_some(leads)
}

/// Whether leads begin their line, or two of them are known: `Week of 2 March · Severity: moderate · Services: sync`.
fn is_of_keys(leads: &[Lead]) -> bool {
    let begins = leads.first().is_some_and(|lead| lead.begins_line);
    let known = leads.iter().filter(|lead| Key::of(&lead.key).is_some());
    begins || known.count() >= 2
}

/// A term with its definition below it: `Severity`, then `: SEV 2`.
fn defined(piece: &Piece) -> Option<Vec<Lead>> {
    let [(start, end), (below, last)] = *piece.line_ranges().as_slice() else {
        return None;
    };
    let term = piece.text().get(start..end)?.trim();
    let value = piece.text().get(below..last)?;
    let inner = value.trim_start().strip_prefix([':', '：'])?;
    let words = term.split_whitespace().count();
    (1..=7).contains(&words).then(|| {
        vec![Lead {
            key: term.trim_end_matches([':', '?']).to_owned(),
            start,
            value_start: last - inner.len(),
            value_end: last,
            strong: true,
            colon: true,
            begins_line: true,
        }]
    })
}

static ASSIGNED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^\s*(\p{L}[\w .-]{0,30}?)\s?=\s?\S").expect("a constant"));

/// Lines of `key=value`, one of the keys a known one; of a single line only where it is `key=value` and little else.
fn assigned(piece: &Piece) -> Option<Vec<Lead>> {
    let ranges = piece.line_ranges();
    let text = piece.text();
    let is_bare = || {
        text.len() <= 80
            && text
                .split(char::is_whitespace)
                .next()
                .is_some_and(|word| word.contains('='))
    };
    if ranges.len() > 40 || (ranges.len() < 2 && !is_bare()) {
        return None;
    }
    let lead = |(start, end): &(usize, usize)| {
        let line = piece.text().get(*start..*end)?;
        let key = ASSIGNED.captures(line)?.get(1)?;
        let value_start = start + line.find('=')? + 1;
        Some(Lead {
            key: key.as_str().to_owned(),
            start: start + key.start(),
            value_start,
            value_end: *end,
            strong: false,
            colon: true,
            begins_line: true,
        })
    };
    let leads: Vec<Lead> = ranges.iter().map(lead).collect::<Option<_>>()?;
    let known = leads.iter().any(|lead| Key::of(&lead.key).is_some());
    known.then_some(leads)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parser::markdown;
    use crate::parser::source::Source;

    fn pairs(text: &str) -> Vec<(String, String)> {
        let pieces = markdown::pieces(&mut Source::new(text), 0);
        let piece = &pieces[0];
        leads(piece)
            .iter()
            .map(|lead| (lead.key.clone(), lead.value(piece).to_owned()))
            .collect()
    }

    fn expect(text: &str, expected: &[(&str, &str)]) {
        let expected: Vec<(String, String)> = expected
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect();
        assert_eq!(pairs(text), expected, "{text}");
    }

    #[test]
    fn keys_are_found_in_every_notation() {
        expect(
            "**Date:** 2026-07-03\n**Severity**: SEV1",
            &[("Date", "2026-07-03"), ("Severity", "SEV1")],
        );
        expect(
            "Date: 2026-07-03\nTime: 10:15 UTC",
            &[("Date", "2026-07-03"), ("Time", "10:15 UTC")],
        );
        expect(
            "**ID:** X | **Severity:** SEV1 | **Status:** open",
            &[("ID", "X"), ("Severity", "SEV1"), ("Status", "open")],
        );
        expect(
            "**Start:** 18:20 **End:** 19:10",
            &[("Start", "18:20"), ("End", "19:10")],
        );
        expect(
            "**Severity** 3 · **Opened** 9 Sept",
            &[("Severity", "3"), ("Opened", "9 Sept")],
        );
        expect("- **Impact**: none\n", &[("Impact", "none")]);
        expect("**Summary.** It broke.", &[("Summary", "It broke.")]);
        expect("日付：2026年7月3日", &[("日付", "2026年7月3日")]);
        expect("Severity\n: SEV 2", &[("Severity", "SEV 2")]);
        expect(
            "severity=3\nstarted=10:00",
            &[("severity", "3"), ("started", "10:00")],
        );
        expect(
            "Week 9 · Severity: low · Services: sync",
            &[("Severity", "low"), ("Services", "sync")],
        );
        expect(
            "ID: INC-1 | Severity: P2",
            &[("ID", "INC-1"), ("Severity", "P2")],
        );
    }

    #[test]
    fn prose_has_no_leads() {
        for text in [
            "At 18:20 rain began: orders rose.",
            "See https://example.com/a: there",
            "We saw **one** thing, and it broke",
        ] {
            expect(text, &[]);
        }
    }
}
