//! Split: a page with several incidents to one document for each of them.

use std::ops::Range;
use std::sync::LazyLock;

use crate::expression::Regex;

use crate::diagnostic::Diagnostic;
use crate::document::Document;
use crate::document::Limits;
use crate::incident::IncidentId;
use crate::parser::front_matter;
use crate::parser::heading;
use crate::parser::key::Key;
use crate::parser::lead;
use crate::parser::markdown;
use crate::parser::metadata;
use crate::parser::oddity;
use crate::parser::outline;
use crate::parser::piece::Piece;
use crate::parser::piece::PieceKind;
use crate::parser::source::Source;
use crate::postmortem::SectionKind;

/// What the incidents of one page share although it stands outside of them: what links lead to, and the time zone.
static SHARED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?: {0,3}\[[^\]]{1,100}\]:\s*(?:<|https?:|/|\.)\S*|.{0,40}\b(?i:times?|timestamps?)\b.{0,20}\b(?i:in|are)\b.{0,40})$")
        .expect("a constant")
});

/// A page with more incidents than this stays whole: each part is as long as the page above it.
const MOST: usize = 200;

/// Divides a page with several incidents into documents, one for each heading of `level` that opens an incident.
///
/// A heading opens an incident if it names a day or counts incidents, or if sections such as cause, impact or timeline, or
/// keys such as date or severity, stand below it; a heading that is itself such a section does not. A part reaches to
/// the next heading of its level or above. Its name is the page's name, `#` and the heading as a slug, with `-2` and so
/// on where a heading is repeated: a part keeps its name whatever is added around it. Its text begins with as many empty
/// lines as stand above it in the page, so that every line number told of it is that of the page. Link targets and a
/// sentence on the time zone before the first incident go with each part; everything else outside of the incidents, the
/// page's front matter among it, is in no part.
///
/// A page without such headings, or with one beside sections of its own, is one incident and comes back as it is; so does
/// a page with more than 200 incidents, with a warning.
pub fn divide(document: &Document, level: u8) -> Vec<Document> {
    let ranges = incidents(document, level);
    if ranges.is_empty() {
        return vec![document.clone()];
    }
    if ranges.len() > MOST {
        return vec![too_many(document, ranges.len())];
    }
    let first = ranges.first().map_or(0, |(range, _)| range.start);
    let mut names: Vec<String> = Vec::with_capacity(ranges.len());
    for (number, (_, heading)) in ranges.iter().enumerate() {
        let name = name(&document.name, heading, number, &names);
        names.push(name);
    }
    ranges
        .into_iter()
        .zip(names)
        .map(|((range, _), name)| part(document, name, range, first))
        .collect()
}

/// The level of headings that divides a page into its incidents, 1 to 3; `None` where it is one incident.
pub fn level(document: &Document) -> Option<u8> {
    let mut source = Source::new(&document.text);
    let (entries, begin) = front_matter::read(&mut source, &Limits::default());
    let titled = metadata::states_title(&entries);
    let pieces = markdown::pieces(&mut source, begin);
    oddity::several(&outline::outline(pieces, titled)).map(|(level, _)| level)
}

/// The page as it is, with a warning.
fn too_many(document: &Document, count: usize) -> Document {
    let mut whole = document.clone();
    whole.diagnostics.push(Diagnostic::warning(
        None,
        format!("{count} incidents on one page, more than {MOST}"),
        "divide the file: it was left whole",
    ));
    whole
}

/// A name that no part before has.
fn name(page: &str, heading: &str, number: usize, taken: &[String]) -> String {
    let slug = IncidentId::slug(heading).map_or_else(
        || format!("part-{}", number + 1),
        |slug| slug.as_str().to_owned(),
    );
    let bare = format!("{page}#{slug}");
    let mut free = bare.clone();
    let mut count = 1;
    while taken.contains(&free) {
        count += 1;
        free = format!("{bare}-{count}");
    }
    free
}

/// One incident of a page: its own lines where they stand, what is shared, and empty lines for all others above it.
fn part(document: &Document, name: String, range: Range<usize>, first: usize) -> Document {
    let page = &document.text;
    let mut text = String::with_capacity(range.len() + 1024);
    let mut at = 0;
    for line in page.split_inclusive(['\n', '\r']) {
        let begin = at;
        at += line.len();
        let content = line.trim_end_matches(['\n', '\r']);
        let zone = begin < first || content.trim_start().starts_with('[');
        if range.contains(&begin) || (zone && SHARED.is_match(content)) {
            text.push_str(content);
        }
        text.push_str(&line[content.len()..]);
    }
    let end = text.trim_end().len();
    text.truncate(end);
    text.push('\n');
    Document {
        name,
        bytes: text.clone().into_bytes(),
        text,
        diagnostics: document.diagnostics.clone(),
    }
}

/// The incidents of a page that headings of a level open: where each stands, and its heading.
fn incidents(document: &Document, level: u8) -> Vec<(Range<usize>, String)> {
    let mut source = Source::new(&document.text);
    let (_, begin) = front_matter::read(&mut source, &Limits::default());
    let pieces = markdown::pieces(&mut source, begin);
    let opens: Vec<usize> = (0..pieces.len())
        .filter(|number| heading_level(&pieces[*number]).is_some_and(|own| own <= level))
        .collect();
    let mut found = Vec::new();
    let mut sections = 0;
    for (place, number) in opens.iter().enumerate() {
        let next = opens.get(place + 1).copied();
        let piece = &pieces[*number];
        if heading_level(piece) != Some(level) {
            continue;
        }
        let below = &pieces[number + 1..next.unwrap_or(pieces.len())];
        let heading = heading::clean(piece.text());
        if opens_incident(heading, below, level) {
            let end = next.map_or(document.text.len(), |next| {
                start(&document.text, &pieces[next])
            });
            found.push((start(&document.text, piece)..end, heading.to_owned()));
        } else if heading::kind(heading).is_some_and(oddity::tells) {
            sections += 1;
        }
    }
    match found.len() {
        // The only heading of the first level is the page's title.
        1 if sections > 0 || level == 1 => Vec::new(),
        _ => found,
    }
}

fn heading_level(piece: &Piece) -> Option<u8> {
    match piece.kind {
        PieceKind::Heading(level) => Some(level),
        _ => None,
    }
}

/// Where the line of a heading begins.
fn start(text: &str, piece: &Piece) -> usize {
    let before = text.get(..piece.span.start).unwrap_or_default();
    before.rfind(['\n', '\r']).map_or(0, |at| at + 1)
}

/// Whether a heading opens an incident, given what stands below it.
fn opens_incident(heading: &str, below: &[Piece], level: u8) -> bool {
    if oddity::names_incident(heading) {
        return true;
    }
    if heading::kind(heading).is_some_and(|kind| kind != SectionKind::Other) {
        return false;
    }
    let tells = below.iter().any(|piece| {
        heading_level(piece).is_some_and(|own| own > level)
            && heading::kind(heading::clean(piece.text())).is_some_and(oddity::tells)
    });
    let keys = below.iter().take(12).flat_map(lead::leads);
    tells
        || keys
            .filter_map(|lead| Key::of(&lead.key))
            .any(dates_or_weighs)
}

/// Whether a key states when an incident was or how bad.
fn dates_or_weighs(key: Key) -> bool {
    matches!(key, Key::Date | Key::Severity) || key.is_clock()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parser;

    fn page(text: &str) -> Document {
        Document::read(
            "notes/october.md",
            text.as_bytes().to_vec(),
            &Limits::default(),
        )
        .expect("readable")
    }

    const TWO: &str = "# Incidents of October\n\nAll times are in PDT.\n\n## 2025-10-02: Queue\n\n### Impact\n\nNo mail.\n\n\
        - 10:00 mail [queue][q] stops\n- 10:30 fixed\n\n## Disk full\n\n**Date:** 2025-10-09\n\nFull.\n\n## Lessons learned\n\n\
        Look at disks.\n\n[q]: https://example.com/q\n";

    #[test]
    fn each_incident_keeps_its_lines_and_a_name_of_its_own() {
        let parts = divide(&page(TWO), 2);
        let names: Vec<&str> = parts.iter().map(|part| part.name.as_str()).collect();
        assert_eq!(
            names,
            [
                "notes/october.md#2025-10-02-queue",
                "notes/october.md#disk-full"
            ]
        );
        let read: Vec<_> = parts
            .iter()
            .map(|part| parser::parse(part, &parser::Options::default()).postmortem)
            .collect();
        assert_eq!(read[0].title, "2025-10-02: Queue");
        assert_eq!(read[1].title, "Disk full");
        let date = read[1].facts.date.as_ref().expect("a date");
        assert_eq!(
            (date.value.to_string().as_str(), date.line),
            ("2025-10-09", 16)
        );
        for part in &parts {
            for (ours, theirs) in part.text.lines().zip(TWO.lines()) {
                assert!(ours.is_empty() || ours == theirs, "{ours}");
            }
            assert!(!part.text.contains("Look at disks"), "{}", part.name);
        }
        assert!(
            parts[0].text.contains("[q]: https"),
            "what links lead to goes with each part"
        );
        assert!(
            parts[1].text.contains("All times are in PDT"),
            "the zone goes with each part"
        );
    }

    #[test]
    fn a_page_about_one_incident_stays_whole() {
        for text in [
            "# Queue\n\n## Summary\n\nIt broke.\n\n## Timeline\n\n- 10:00 x\n\n## Root cause\n\nDisk.\n",
            "# Queue\n\n## Summary\n\nIt broke.\n\n## Redis\n\n### Impact\n\nNone.\n\n## Root cause\n\nDisk.\n",
            "No heading at all.\n",
            "```\n## 2025-10-02 x\n## 2025-10-03 y\n```\n",
        ] {
            let whole = page(text);
            assert_eq!(divide(&whole, 2), std::slice::from_ref(&whole), "{text}");
        }
    }

    #[test]
    fn names_do_not_depend_on_neighbours_and_repeat_with_a_number() {
        let text = "## Outage\n\nDate: 2025-01-02\n\n## Outage\n\nDate: 2025-01-09\n\n## 🔥\n\nDate: 2025-01-10\n";
        let names: Vec<String> = divide(&page(text), 2)
            .into_iter()
            .map(|part| part.name)
            .collect();
        let name = |part: &str| format!("notes/october.md#{part}");
        assert_eq!(names, [name("outage"), name("outage-2"), name("part-3")]);
    }

    #[test]
    fn a_page_with_too_many_incidents_stays_whole_and_says_so() {
        let text = "## Outage\n\nDate: 2025-01-02\n\n".repeat(MOST + 1);
        let parts = divide(&page(&text), 2);
        assert_eq!(parts.len(), 1);
        assert_eq!(
            parts[0].diagnostics[0].message,
            "201 incidents on one page, more than 200"
        );
        assert_eq!(divide(&page(&text[text.len() / 2..]), 2).len(), 100);
    }

    #[test]
    fn line_ends_of_every_kind_keep_their_count() {
        for end in ["\r\n", "\r"] {
            let text = TWO.replace('\n', end);
            let parts = divide(&page(&text), 2);
            assert_eq!(parts.len(), 2);
            let read = parser::parse(&parts[1], &parser::Options::default()).postmortem;
            assert_eq!(read.facts.date.map(|date| date.line), Some(16));
        }
    }
}
