//! What every written report must keep to, whatever stands in the documents.

use std::collections::BTreeSet;

use pulldown_cmark::Event;
use pulldown_cmark::Options;
use pulldown_cmark::Parser;
use pulldown_cmark::Tag;
use pulldown_cmark::TagEnd;
use regex::Regex;
use serde_json::Value;

/// Elements without an end.
const VOID: &[&str] = &["meta", "br"];

/// Elements that a report is made of.
const KNOWN: &[&str] = &[
    "html",
    "head",
    "meta",
    "title",
    "style",
    "body",
    "main",
    "div",
    "section",
    "nav",
    "article",
    "h1",
    "h2",
    "h3",
    "p",
    "ul",
    "ol",
    "li",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "figure",
    "figcaption",
    "details",
    "summary",
    "dl",
    "dt",
    "dd",
    "blockquote",
    "footer",
    "a",
    "br",
    "span",
    "strong",
    "code",
    "bdi",
    "svg",
    "desc",
    "rect",
    "line",
    "text",
    "circle",
];

/// Checks that the tags are known, nested and closed, and that no attribute can run anything.
#[track_caller]
pub(super) fn check_tags(page: &str) {
    let tag =
        Regex::new(r#"<(/?)([a-zA-Z!][a-zA-Z0-9]*)((?:"[^"]*"|[^">])*)>"#).expect("a pattern");
    assert_eq!(
        page.matches('<').count(),
        tag.find_iter(page).count(),
        "every < opens a tag"
    );
    let mut open: Vec<String> = Vec::new();
    for found in tag.captures_iter(page) {
        let (name, attributes) = (found[2].to_owned(), &found[3]);
        if name.starts_with('!') {
            continue;
        }
        assert!(
            KNOWN.contains(&name.as_str()),
            "<{name}> is no element of a report"
        );
        for word in [" on", " style=", "javascript:", " src="] {
            assert!(!attributes.to_lowercase().contains(word), "{attributes}");
        }
        if &found[1] == "/" {
            assert_eq!(open.pop().as_ref(), Some(&name), "closed in order");
        } else if !attributes.ends_with('/') && !VOID.contains(&name.as_str()) {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{open:?} is closed");
}

/// Checks a page: its tags, its links, that it asks for nothing, that it shows no control character.
#[track_caller]
pub(super) fn check_html(page: &str) {
    check_tags(page);
    let all = |pattern: &str| -> Vec<String> {
        let pattern = Regex::new(pattern).expect("a pattern");
        pattern
            .captures_iter(page)
            .map(|found| found[1].to_owned())
            .collect()
    };
    let ids = all(r#" id="([^"]*)""#);
    let unique: BTreeSet<&String> = ids.iter().collect();
    assert_eq!(ids.len(), unique.len(), "every id is there once");
    for href in all(r#" href="([^"]*)""#) {
        match href.strip_prefix('#') {
            Some(id) => assert!(unique.contains(&id.to_owned()), "{href} leads somewhere"),
            None => assert!(
                href.starts_with("https://") || href.starts_with("http://"),
                "{href}"
            ),
        }
    }
    for label in all(r#" aria-labelledby="([^"]*)""#) {
        assert!(
            label.split(' ').all(|id| unique.contains(&id.to_owned())),
            "{label}"
        );
    }
    assert!(page.len() < 1024 || page[..1024].contains("charset"));
    check_characters(page);
}

/// Checks that no character moves the cursor, turns the text or hides.
#[track_caller]
pub(super) fn check_characters(text: &str) {
    let bad = |c: char| {
        (c.is_control() && c != '\n')
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{200b}' | '\u{feff}')
    };
    assert!(!text.contains(bad), "{:?}", text.chars().find(|c| bad(*c)));
}

/// Checks that Markdown has no HTML, no links but those of the report, and tables whose rows fit their headings.
#[track_caller]
pub(super) fn check_markdown(page: &str) {
    check_characters(page);
    let lines: Vec<&str> = page.lines().collect();
    let (mut columns, mut cells, mut rows) = (0, 0, 0);
    for event in Parser::new_ext(page, Options::ENABLE_TABLES) {
        match event {
            Event::Html(html) | Event::InlineHtml(html) => panic!("HTML: {html}"),
            Event::Start(Tag::Image { dest_url, .. }) => panic!("an image: {dest_url}"),
            Event::Start(Tag::Link { dest_url, .. }) => {
                assert!(
                    dest_url.starts_with('#') || dest_url.starts_with("http"),
                    "{dest_url}"
                );
            }
            Event::Start(Tag::Table(sides)) => columns = sides.len(),
            Event::Start(Tag::TableRow) => (cells, rows) = (0, rows + 1),
            Event::End(TagEnd::TableCell) => cells += 1,
            Event::End(TagEnd::TableRow) => assert_eq!(cells, columns),
            _ => {}
        }
    }
    // A pipe that broke out of its cell would be cut off by the reader, so that it must be looked for in the lines.
    let rules = lines
        .iter()
        .filter(|line| line.starts_with("| ---"))
        .count();
    let written = lines.iter().filter(|line| line.starts_with('|')).count();
    assert_eq!(
        written,
        rows + 2 * rules,
        "every row of a table is read as one"
    );
    let free = Regex::new(r"(^|[^\\])\|").expect("a pattern");
    for line in lines.iter().filter(|line| line.starts_with("| ")) {
        let free = free.find_iter(line).count();
        assert!(free >= 2, "{line}");
    }
}

/// Checks that CSV has twelve cells a row and no text that a spreadsheet would compute.
#[track_caller]
pub(super) fn check_csv(table: &str) {
    let cell = Regex::new(r#"^(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)"#).expect("a pattern");
    let (mut rest, mut cells) = (table, 0);
    while !rest.is_empty() {
        let found = cell.captures(rest).expect("a cell");
        if let Some(quoted) = found.get(1) {
            let first = quoted.as_str().trim_start().chars().next();
            assert!(
                !matches!(
                    first,
                    Some('=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠')
                ),
                "{first:?}"
            );
        } else if !found[2].is_empty() {
            assert!(found[2].parse::<f64>().is_ok(), "{}", &found[2]);
        }
        cells += 1;
        if &found[3] == "\r\n" {
            assert_eq!(cells, 12);
            cells = 0;
        }
        rest = &rest[found[0].len()..];
    }
    check_characters(&table.replace("\r\n", "\n"));
}

/// Checks what is written for a terminal.
#[track_caller]
pub(super) fn check_text(text: &str) {
    check_characters(text);
}

/// Checks a document against the published schema.
#[track_caller]
pub(super) fn check_json(document: &Value) {
    let schema: Value =
        serde_json::from_str(pm_kb::schema::file("json/report.schema.json")).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let wrong: Vec<String> = validator
        .iter_errors(document)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
