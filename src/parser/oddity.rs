//! Oddity: what is strange about a document as a whole: placeholders, ragged rows, two front matters, several incidents.

use std::sync::LazyLock;

use crate::expression::Regex;

use crate::parser::entry::Entry;
use crate::parser::heading;
use crate::parser::passage::Outline;
use crate::parser::piece::Piece;
use crate::parser::piece::PieceKind;
use crate::parser::placeholder;
use crate::parser::source::Source;
use crate::parser::stamp;
use crate::postmortem::SectionKind;

static SECOND: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"^\s*---[ \t]*\r?\n(?:[A-Za-z_][\w -]*:[^\n]*\n|\s+-? ?[^\n]*\n)+---[ \t]*(?:\r?\n|$)",
    )
    .expect("a constant")
});

static COUNTED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^\W*(?:incident|outage|INC|PM|SEV)\b[\s#-]*\d+").expect("a constant")
});

/// Warns of values of known keys that a template left open.
pub(crate) fn placeholders(entries: &[Entry], source: &mut Source<'_>) {
    for entry in entries.iter().filter(|entry| entry.fact.is_some()) {
        let text = entry.text();
        if text.trim().is_empty()
            || !placeholder::is_open(&text)
            || !text.chars().any(char::is_alphanumeric)
        {
            continue;
        }
        let shown: String = text.chars().take(60).collect();
        let key: String = entry.key.chars().take(60).collect();
        source.warn(
            entry.at,
            format!("placeholder `{shown}` left in `{key}`"),
            "fill it in, or remove the line",
        );
    }
}

/// Warns of rows with more or fewer cells than the head of their table.
pub(crate) fn ragged_rows(pieces: &[Piece], source: &mut Source<'_>) {
    let mut head: Option<(usize, usize)> = None;
    let mut told = None;
    for piece in pieces {
        let PieceKind::Row(row) = &piece.kind else {
            continue;
        };
        let Some(width) = source
            .text
            .get(piece.span.start..piece.span.end)
            .and_then(width)
        else {
            continue;
        };
        match head {
            Some((table, expected)) if table == row.table => {
                if width != expected && told != Some(table) {
                    told = Some(table);
                    source.warn(
                        piece.span.start,
                        format!("row has {width} cells, the head of its table {expected}"),
                        "give every row the same number of cells",
                    );
                }
            }
            _ => head = Some((row.table, width)),
        }
    }
}

/// The number of cells that a row of a pipe table is written with.
fn width(raw: &str) -> Option<usize> {
    let line = raw.trim().lines().next()?.trim();
    if !line.contains('|') || line.starts_with('<') {
        return None;
    }
    let inner = line.strip_prefix('|').unwrap_or(line);
    let inner = inner
        .strip_suffix('|')
        .filter(|inner| !inner.ends_with('\\'))
        .unwrap_or(inner);
    let bytes = inner.as_bytes();
    let mut code = false;
    let mut cells = 1;
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'`' => code = !code,
            b'|' if !code && (at == 0 || bytes[at - 1] != b'\\') => cells += 1,
            _ => {}
        }
    }
    Some(cells)
}

/// Warns of a second front matter below the first.
pub(crate) fn second_front_matter(begin: usize, source: &mut Source<'_>) {
    let Some(found) = source
        .text
        .get(begin..)
        .filter(|_| begin > 3)
        .and_then(|rest| SECOND.find(rest))
    else {
        return;
    };
    let blank = found.as_str().len() - found.as_str().trim_start().len();
    source.warn(
        begin + blank,
        "a second front matter",
        "the first counts; remove one",
    );
}

/// Headings of one level below one heading.
type Group = (u8, Option<usize>);

/// Warns of several incidents in one document: headings beside each other that each name a day, with a cause, an impact
/// or a timeline below each. Whether there are several.
pub(crate) fn several_incidents(outline: &Outline, source: &mut Source<'_>) -> bool {
    let Some((level, parents)) = several(outline) else {
        return false;
    };
    let at = outline.sections[parents[1]].span.start;
    source.warn(
        at,
        format!(
            "{} incidents in one document (`--split-on h{level}` divides it)",
            parents.len()
        ),
        "it is not counted as it is; to count it as one, `pm-kb label ID kind=incident`",
    );
    true
}

/// The level of the headings that have one incident each, and the sections that they open; `None` where it is one incident.
pub(crate) fn several(outline: &Outline) -> Option<(u8, Vec<usize>)> {
    let mut groups: Vec<(Group, Vec<usize>)> = Vec::new();
    for section in &outline.sections {
        let Some(parent) = section
            .parent
            .filter(|_| heading::kind(&section.heading).is_some_and(tells))
        else {
            continue;
        };
        let above = &outline.sections[parent];
        if !(1..=3).contains(&above.level) || !names_incident(&above.heading) {
            continue;
        }
        let group = (above.level, above.parent);
        match groups.iter_mut().find(|(known, _)| *known == group) {
            Some((_, parents)) if parents.last() == Some(&parent) => {}
            Some((_, parents)) => parents.push(parent),
            None => groups.push((group, vec![parent])),
        }
    }
    let mut several = groups.into_iter().filter(|(_, parents)| parents.len() >= 2);
    several.next().map(|((level, _), parents)| (level, parents))
}

/// Whether a heading is that of an incident: it names a day, or counts incidents.
pub(crate) fn names_incident(heading: &str) -> bool {
    stamp::first(heading, None).is_some_and(|stamp| stamp.day.is_some() && stamp.time.is_none())
        || COUNTED.is_match(heading)
}

/// Whether a section of this kind tells of an incident.
pub(crate) fn tells(kind: SectionKind) -> bool {
    matches!(
        kind,
        SectionKind::RootCause
            | SectionKind::Impact
            | SectionKind::Timeline
            | SectionKind::Resolution
            | SectionKind::Summary
    )
}

/// Warns of a title without a word in it.
pub(crate) fn wordless_title(outline: &Outline, source: &mut Source<'_>) {
    if let Some((title, at)) = &outline.title
        && !title.chars().any(char::is_alphanumeric)
    {
        let shown: String = title.chars().take(40).collect();
        source.warn(
            *at,
            format!("the title `{shown}` has no word in it"),
            "the file's name serves as title; write one",
        );
    }
}
