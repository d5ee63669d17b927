//! Metadata: all keys with their values, what is odd among them, and the title and id that they state.

use std::collections::BTreeMap;
use std::collections::HashMap;

use crate::incident::Fact;
use crate::incident::IncidentId;
use crate::incident::Origin;
use crate::parser::entry::Entry;
use crate::parser::fold;
use crate::parser::key::Key;
use crate::parser::passage::Outline;
use crate::parser::placeholder;
use crate::parser::source::Source;
use crate::parser::statement;
use crate::parser::title;
use crate::postmortem::BlockKind;

/// The longest title, in characters.
const LONGEST_TITLE: usize = 300;

/// Warns of keys that stand twice and of keys that are almost known.
pub(crate) fn check_front_matter(entries: &[Entry], source: &mut Source<'_>) {
    let mut seen: HashMap<String, usize> = HashMap::new();
    for entry in entries {
        let key = fold::key(&entry.key);
        if let Some(first) = seen.get(&key) {
            let line = source.line(*first);
            source.warn(
                entry.at,
                format!("duplicate key `{}`, first on line {line}", entry.key),
                "the first is used; remove one",
            );
            continue;
        }
        seen.insert(key, entry.at);
        if entry.fact.is_none()
            && let Some(near) = Key::near(&entry.key)
        {
            source.warn(
                entry.at,
                format!("unknown key `{}`", entry.key),
                format!("did you mean `{}`?", near.replace(' ', "_")),
            );
        }
    }
}

/// All keys with their values; of several with one name the most trusted.
pub(crate) fn map(entries: &[Entry], source: &Source<'_>) -> BTreeMap<String, Fact<String>> {
    let mut map = BTreeMap::new();
    for entry in entries {
        let key = fold::key(&entry.key);
        let text = entry.text();
        if !key.is_empty() && !placeholder::is_open(&text) {
            map.entry(key)
                .or_insert_with(|| statement::fact(entry, text, source));
        }
    }
    map
}

/// Whether the front matter states a title.
pub(crate) fn states_title(entries: &[Entry]) -> bool {
    front_title(entries).is_some()
}

fn front_title(entries: &[Entry]) -> Option<&Entry> {
    let front = |key: Key| {
        entries.iter().filter(move |entry| {
            entry.origin == Origin::FrontMatter
                && entry.fact == Some(key)
                && !placeholder::is_open(&entry.text())
        })
    };
    front(Key::Title)
        .next()
        .or_else(|| front(Key::Id).find(|entry| is_sentence(&entry.text())))
}

/// `Incident: …` is as often followed by a title as by an id.
fn is_sentence(text: &str) -> bool {
    text.split_whitespace().count() >= 3
}

/// The title and the id that the document states.
pub(crate) fn identity(
    entries: &[Entry],
    outline: &Outline,
    source: &mut Source<'_>,
    name: &str,
) -> (String, Option<Fact<String>>) {
    let id = entries.iter().find(|entry| {
        entry.origin == Origin::FrontMatter
            && entry.fact == Some(Key::Id)
            && !placeholder::is_open(&entry.text())
            && !is_sentence(&entry.text())
    });
    let id = id.and_then(|entry| {
        let text = entry.text();
        if text.parse::<IncidentId>().is_err() {
            source.warn(entry.at, format!("`{}` cannot be an id", text.chars().take(60).collect::<String>()), "use letters, digits, `.`, `_` and `-`, at most 100, the first a letter or digit; the file's name is used");
            return None;
        }
        Some(statement::fact(entry, text, source))
    });
    (clip(find_title(entries, outline, name)), id)
}

fn find_title(entries: &[Entry], outline: &Outline, name: &str) -> String {
    if let Some(entry) = front_title(entries) {
        return entry.text();
    }
    let heading = outline.title.as_ref().map(|(title, _)| title.clone());
    match heading {
        Some(heading) if title::is_only_an_id(&heading) && stated_title(entries).is_some() => {
            stated_title(entries).unwrap_or(heading)
        }
        Some(heading) if !title::is_generic(&heading) && has_words(&heading) => heading,
        heading => stated_title(entries)
            .or_else(|| heading.as_ref().and_then(|_| below_title(outline)))
            .or(heading.filter(|heading| has_words(heading)))
            .unwrap_or_else(|| stem(name)),
    }
}

fn has_words(text: &str) -> bool {
    text.chars().any(char::is_alphanumeric)
}

fn stated_title(entries: &[Entry]) -> Option<String> {
    entries
        .iter()
        .find(|entry| entry.fact == Some(Key::Title) && !placeholder::is_open(&entry.text()))
        .map(Entry::text)
}

/// Under a heading such as `Issue name` the first short line is the title.
fn below_title(outline: &Outline) -> Option<String> {
    let (heading, _) = outline.title.as_ref()?;
    let asks = ["name", "title"]
        .iter()
        .any(|word| heading.to_lowercase().contains(word));
    let first = outline
        .passages
        .iter()
        .find(|passage| passage.kind != BlockKind::Title)?;
    let text = first.piece.text();
    (asks && first.kind == BlockKind::Paragraph && text.len() <= 160).then(|| text.to_owned())
}

/// The file's name without folders and extension.
fn stem(name: &str) -> String {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    file.rsplit_once('.')
        .map_or(file, |(stem, _)| if stem.is_empty() { file } else { stem })
        .to_owned()
}

fn clip(title: String) -> String {
    let plain: String = title
        .chars()
        .map(|character| {
            if character.is_control() {
                ' '
            } else {
                character
            }
        })
        .collect();
    plain.trim().chars().take(LONGEST_TITLE).collect()
}
