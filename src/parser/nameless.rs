//! Nameless: facts that a title or a first line states without their keys: `INC-7 | 9 April 2026 | SEV 2`.

use std::sync::LazyLock;

use crate::expression::Regex;

use crate::incident::Origin;
use crate::parser::duration;
use crate::parser::entry::Entry;
use crate::parser::passage::Outline;
use crate::parser::passage::Passage;
use crate::parser::severity;
use crate::parser::statement;
use crate::postmortem::BlockKind;

/// How many passages from the beginning may be such a line, and how long it may be, in bytes.
const FIRST: usize = 6;
const LONGEST: usize = 200;

static SEPARATOR: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\s*[|·•]\s*|\s[–—-]\s|[,;]\s+").expect("a constant"));
static LENGTH: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^(?:total )?(?:duration|downtime|length|lasted|dauer|durée|duración)\b[\s:]*")
        .expect("a constant")
});
static TAG: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)[\[(]\s*((?:sev(?:erity)?|p|prio(?:rity)?)[\s_-]?[0-5])\s*[\])]|^(sev[\s_-]?[0-5])\b",
    )
    .expect("a constant")
});

/// `Severity 2. The scorer …`: the first sentence of the text.
static BEGINS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^\W*((?:sev(?:erity)?|priority)[\s_-]?[0-5])\s*[.;,:–—-]\s")
        .expect("a constant")
});

fn of_sentence(outline: &Outline) -> Option<Entry> {
    let first = |passage: &&Passage| passage.kind == BlockKind::Paragraph;
    let passage = outline.passages.iter().find(first)?;
    let found = BEGINS.captures(passage.piece.text())?.get(1)?;
    let at = passage.piece.visible.original(found.start());
    Some(Entry::new("severity", found.as_str(), at, at))
}

/// The entries of a title and of the first lines; they come after those with keys.
fn entries(outline: &Outline) -> Vec<Entry> {
    let mut found: Vec<Entry> = outline
        .passages
        .iter()
        .filter(|passage| is_line(passage))
        .take(FIRST)
        .flat_map(of_line)
        .collect();
    found.extend(of_title(outline));
    found.extend(of_sentence(outline));
    found
}

/// The labels of a page, and what its title and first lines state.
pub(crate) fn all(outline: &Outline) -> Vec<Entry> {
    let mut found = statement::labels(outline);
    found.extend(entries(outline));
    found
}

fn is_line(passage: &Passage) -> bool {
    let kind = matches!(passage.kind, BlockKind::Paragraph | BlockKind::KeyValue);
    kind && passage.section <= 2 && passage.piece.text().len() <= LONGEST
}

/// What the parts of a line state.
fn of_line(passage: &Passage) -> Vec<Entry> {
    let text = passage.piece.text();
    let mut starts = vec![0];
    let mut ends = Vec::new();
    for separator in SEPARATOR.find_iter(text) {
        ends.push(separator.start());
        starts.push(separator.end());
    }
    ends.push(text.len());
    if starts.len() < 2 {
        return Vec::new();
    }
    let parts: Vec<(usize, usize)> = starts.into_iter().zip(ends).collect();
    let of_severity = |(start, end): &&(usize, usize)| severity::is_alone(&text[*start..*end]);
    if parts.iter().filter(of_severity).count() > 1 {
        // `SEV-1 | SEV-2 | SEV-3` is a choice that nobody made.
        return Vec::new();
    }
    parts
        .into_iter()
        .filter_map(|(start, end)| {
            let part = text.get(start..end)?.trim();
            let at = passage.piece.visible.original(start);
            if severity::is_alone(part) {
                return Some(Entry::new("severity", part, at, at));
            }
            let named = LENGTH.find(part)?;
            let length = part.get(named.end()..)?;
            let is_length = duration::parse(length).is_some();
            is_length.then(|| Entry::new("duration", length, at, at))
        })
        .collect()
}

/// `[SEV2] Mail delayed`.
fn of_title(outline: &Outline) -> Option<Entry> {
    let (title, at) = outline.title.as_ref()?;
    let found = TAG.captures(title)?;
    let severity = found.get(1).or(found.get(2))?.as_str();
    let mut entry = Entry::new("severity", severity, *at, *at);
    entry.origin = Origin::Title;
    Some(entry)
}
