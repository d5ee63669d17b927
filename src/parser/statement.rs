//! Statement: plain facts that keys of front matter and metadata state: services, team, status, money and the like.

use std::sync::LazyLock;

use crate::expression::Regex;

use crate::incident::Fact;
use crate::incident::Facts;
use crate::incident::Origin;
use crate::parser::entry::Entry;
use crate::parser::key::Key;
use crate::parser::passage::Outline;
use crate::parser::placeholder;
use crate::parser::severity;
use crate::parser::source::Source;
use crate::postmortem::BlockKind;

/// The most values of one fact.
const MOST: usize = 100;

/// The entries of a document, front matter first.
pub(crate) struct Statements<'a> {
    /// All entries in the order of trust.
    pub(crate) entries: &'a [Entry],
}

impl<'a> Statements<'a> {
    /// What is stated for a key and is not left open, the most trusted first.
    pub(crate) fn of(&self, key: Key) -> impl Iterator<Item = &'a Entry> {
        self.entries
            .iter()
            .filter(move |entry| entry.fact == Some(key) && !placeholder::is_open(&entry.text()))
    }

    /// The first text stated for a key.
    pub(crate) fn text(&self, key: Key, source: &Source<'_>) -> Option<Fact<String>> {
        let entry = self.of(key).next()?;
        Some(fact(entry, entry.text(), source))
    }

    /// All values stated for a key by its most trusted source, lists divided.
    pub(crate) fn list(&self, key: Key, source: &Source<'_>) -> Vec<Fact<String>> {
        let mut values: Vec<Fact<String>> = Vec::new();
        let mut origin = None;
        for entry in self.of(key) {
            if *origin.get_or_insert(entry.origin) != entry.origin {
                break;
            }
            for value in entry.values.iter() {
                for text in divided(&value.text) {
                    let known = values
                        .iter()
                        .any(|other| other.value.eq_ignore_ascii_case(&text));
                    if !known
                        && !placeholder::is_open(&text)
                        && !is_nothing(&text)
                        && values.len() < MOST
                    {
                        values.push(Fact {
                            value: text,
                            line: source.line(value.at),
                            origin: entry.origin,
                        });
                    }
                }
            }
        }
        values
    }
}

/// Whether a value is a file of the code, and no service: `src/jobs/load.ts`.
fn is_path(value: &str) -> bool {
    let name = value.trim_matches('`').split([' ', ':']).next();
    let file = name.and_then(|name| Some((name.contains('/'), name.rsplit_once('.')?.1)));
    file.is_some_and(|(nested, end)| {
        nested && (1..=4).contains(&end.len()) && end.chars().all(char::is_alphanumeric)
    })
}

/// `9 million daily users` stands behind the name of a product, and is none.
fn is_amount(text: &str) -> bool {
    text.split_whitespace().count() > 1 && text.starts_with(|first: char| first.is_ascii_digit())
}

/// `smart-commit-analyzer.ts: queries the commits table` names a service and says what it does.
fn name_alone(service: &mut Fact<String>) {
    if let Some((name, _)) = service.value.split_once(": ") {
        service.value = name.trim().to_owned();
    }
}

fn is_nothing(text: &str) -> bool {
    matches!(
        text.to_lowercase().as_str(),
        "none"
            | "no"
            | "nothing"
            | "keine"
            | "ninguno"
            | "aucun"
            | "-"
            | "–"
            | "なし"
            | "无"
            | "없음"
    )
}

/// A fact with the line of its entry.
pub(crate) fn fact<T>(entry: &Entry, value: T, source: &Source<'_>) -> Fact<T> {
    let at = entry.values.first().map_or(entry.at, |value| value.at);
    Fact {
        value,
        line: source.line(at),
        origin: entry.origin,
    }
}

/// A list on one line divided at commas and semicolons outside parentheses.
fn divided(text: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let mut depth = 0usize;
    let mut part = String::new();
    for character in text.chars() {
        match character {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            ',' | ';' | '、' | '，' if depth == 0 => {
                parts.push(std::mem::take(&mut part));
                continue;
            }
            _ => {}
        }
        part.push(character);
    }
    parts.push(part);
    parts
        .iter()
        .map(|part| part.trim().trim_matches(['`', '"', '*']).trim().to_owned())
        .filter(|part| !part.is_empty() && part.len() <= 200)
        .collect()
}

static LABEL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?i)~?"?\b(severity|priority|service|team)::"?([\w-]+)"#).expect("a constant")
});

/// How many passages at the top and at the end of a page may hold its labels.
const HEAD: usize = 12;
const TAIL: usize = 3;

/// The labels of a page: `~"severity::1" ~"Service::registry"`, as entries.
pub(crate) fn labels(outline: &Outline) -> Vec<Entry> {
    // They stand at the top of a page or in its last line.
    let count = outline.passages.len();
    let ends = |number: usize| number < HEAD || number + TAIL >= count;
    let mut passages = outline.passages.iter().enumerate();
    let passages = passages.by_ref().filter(|(number, passage)| {
        let text = matches!(passage.kind, BlockKind::Paragraph | BlockKind::KeyValue);
        text && ends(*number)
    });
    passages
        .map(|(_, passage)| passage)
        .flat_map(|passage| {
            let text = passage.piece.text();
            LABEL
                .captures_iter(text)
                .map(|found| {
                    let at = passage
                        .piece
                        .visible
                        .original(found.get(0).map_or(0, |whole| whole.start()));
                    let value = if found[1].eq_ignore_ascii_case("severity")
                        || found[1].eq_ignore_ascii_case("priority")
                    {
                        format!("{}::{}", &found[1], &found[2])
                    } else {
                        found[2].to_owned()
                    };
                    Entry::new(&found[1], &value, at, at)
                })
                .collect::<Vec<_>>()
        })
        .collect()
}

/// Fills in what keys state by themselves.
pub(crate) fn fill(statements: &Statements<'_>, source: &mut Source<'_>, facts: &mut Facts) {
    fill_severity(statements, source, facts);
    facts.status = statements.text(Key::Status, source);
    facts.services = statements.list(Key::Services, source);
    facts
        .services
        .retain(|service| !is_amount(&service.value) && !is_path(&service.value));
    facts.services.iter_mut().for_each(name_alone);
    facts.models = statements.list(Key::Models, source);
    facts.assets = statements.list(Key::Assets, source);
    facts.team = statements.text(Key::Team, source);
    facts.origin_team = statements.text(Key::OriginTeam, source);
    facts.trigger = statements.text(Key::Trigger, source);
    facts.money = statements
        .text(Key::Money, source)
        .filter(|fact| fact.value.contains(|c: char| c.is_ascii_digit()));
    facts.users_affected = statements
        .text(Key::UsersAffected, source)
        .filter(|fact| fact.value.contains(|c: char| c.is_ascii_digit()));
    facts.links = statements.list(Key::Links, source);
    facts.url = statements
        .of(Key::Url)
        .find(|entry| entry.text().contains("://"))
        .map(|entry| fact(entry, entry.text(), source));
}

/// The severity of the most trusted source; two of the same trust that differ are none.
fn fill_severity(statements: &Statements<'_>, source: &mut Source<'_>, facts: &mut Facts) {
    let mut found: Option<(&Entry, crate::incident::Severity)> = None;
    for entry in statements.of(Key::Severity) {
        let text = entry.text();
        let Some(severity) = severity::of(&text) else {
            if entry.origin == Origin::FrontMatter || found.is_none() {
                warn_unreadable(entry, &text, source);
            }
            continue;
        };
        match found {
            None => found = Some((entry, severity)),
            Some((first, other))
                if other != severity && is_severity_key(first) == is_severity_key(entry) =>
            {
                let line = source.line(first.at);
                source.warn(
                    entry.at,
                    format!(
                        "severity `{text}` contradicts `{}` on line {line}",
                        first.text()
                    ),
                    "the first is used; make them agree",
                );
            }
            Some(_) => {}
        }
    }
    if let Some((entry, severity)) = found {
        facts.severity = Some(fact(entry, severity, source));
        facts.severity_raw = Some(fact(entry, entry.text(), source));
    }
}

/// Whether a key speaks of severity itself, and not of priority or level.
fn is_severity_key(entry: &Entry) -> bool {
    entry.key.to_lowercase().contains("sev")
}

fn warn_unreadable(entry: &Entry, text: &str, source: &mut Source<'_>) {
    // `Level` and `Classification` are as often about other things.
    if is_severity_key(entry) || entry.key.to_lowercase().contains("prio") {
        source.warn(
            entry.at,
            format!("`{text}` is no severity that pm-kb knows"),
            "write SEV0 to SEV5, P0 to P5, critical, high, medium or low",
        );
    }
}
