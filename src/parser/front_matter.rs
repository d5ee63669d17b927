//! Front matter: YAML or TOML before the text, cut off by hand and read within its budget.

use std::ops::Range;

use toml::de::DeTable;
use toml::de::DeValue;

use crate::diagnostic::Diagnostic;
use crate::document::Limits;
use crate::incident::Origin;
use crate::parser::entry::Entry;
use crate::parser::entry::Value;
use crate::parser::key::Key;
use crate::parser::source::Source;
use crate::parser::yaml;
use crate::parser::yaml::Trouble;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Syntax {
    Yaml,
    Toml,
}

enum Cut {
    None,
    Found(Syntax, Range<usize>, usize),
    NeverClosed(Syntax),
}

/// The entries of a document's front matter and the offset where its text begins.
pub(crate) fn read(source: &mut Source<'_>, limits: &Limits) -> (Vec<Entry>, usize) {
    let text = source.text;
    let begin = text.len() - text.trim_start_matches('\u{feff}').len();
    match cut(text, begin) {
        Cut::None => (Vec::new(), begin),
        Cut::NeverClosed(syntax) => {
            let mark = if syntax == Syntax::Yaml { "---" } else { "+++" };
            source.diagnostics.push(Diagnostic::error(
                Some(source.position(begin)),
                format!("front matter opened with `{mark}` is never closed"),
                format!("close it with a line `{mark}`"),
            ));
            (Vec::new(), text.len())
        }
        Cut::Found(_, range, end) if range.len() > limits.front_matter_bytes => {
            source.diagnostics.push(Diagnostic::error(
                Some(source.position(begin)),
                format!(
                    "front matter has {} bytes, the limit is {}",
                    range.len(),
                    limits.front_matter_bytes
                ),
                "move its text into the document",
            ));
            (Vec::new(), end)
        }
        Cut::Found(Syntax::Yaml, range, end) => (own(yaml_entries(source, range, limits)), end),
        Cut::Found(Syntax::Toml, range, end) => (toml_entries(source, range), end),
    }
}

/// Lines with the offset where each begins, without their line ends.
fn lines(text: &str, from: usize) -> impl Iterator<Item = (usize, &str)> {
    let mut at = from;
    std::iter::from_fn(move || {
        let rest = text.get(at..).filter(|rest| !rest.is_empty())?;
        let end = rest.find(['\n', '\r']).unwrap_or(rest.len());
        let begin = at;
        at += end
            + rest[end..].len().min(if rest[end..].starts_with("\r\n") {
                2
            } else {
                1
            });
        Some((begin, &rest[..end]))
    })
}

fn cut(text: &str, begin: usize) -> Cut {
    let mut all = lines(text, begin);
    let syntax = match all.next().map(|(_, line)| line.trim_end()) {
        Some("---") => Syntax::Yaml,
        Some("+++") => Syntax::Toml,
        _ => return Cut::None,
    };
    let mut first = None;
    let mut start = None;
    let mut after_blank = false;
    for (at, line) in all {
        let start = *start.get_or_insert(at);
        let line = line.trim_end();
        let closes = match syntax {
            Syntax::Yaml => line == "---" || line == "...",
            Syntax::Toml => line == "+++",
        };
        if closes {
            let end = lines(text, at).nth(1).map_or(text.len(), |(next, _)| next);
            return match first {
                Some(false) => Cut::None,
                _ => Cut::Found(syntax, start..at, end),
            };
        }
        // A heading behind a blank line is the text of the document: what closes later is a thematic break.
        if first == Some(true) && after_blank && is_heading(line) {
            return Cut::NeverClosed(syntax);
        }
        after_blank = line.is_empty();
        if first.is_none() && !line.is_empty() && !line.starts_with('#') {
            first = Some(is_field(line, syntax));
        }
    }
    match first {
        Some(true) => Cut::NeverClosed(syntax),
        _ => Cut::None,
    }
}

fn is_heading(line: &str) -> bool {
    let marks = line.len() - line.trim_start_matches('#').len();
    (1..=6).contains(&marks) && line[marks..].starts_with(' ')
}

/// Whether a line looks like the first of front matter, and not like prose after a thematic break.
fn is_field(line: &str, syntax: Syntax) -> bool {
    let line = line.trim_start();
    let separator = if syntax == Syntax::Yaml { ':' } else { '=' };
    let opens = line.starts_with(['{', '[', '&', '%', '"', '\''])
        || (syntax == Syntax::Yaml && line.starts_with("- "));
    let key = line.split_once(separator).map(|(key, _)| key.trim());
    opens
        || key.is_some_and(|key| {
            !key.is_empty() && key.chars().count() <= 60 && !key.contains(['.', '`', '*', '#'])
        })
}

fn yaml_entries(source: &mut Source<'_>, range: Range<usize>, limits: &Limits) -> Vec<Entry> {
    let text = &source.text[range.clone()];
    match yaml::read(text, limits) {
        Ok(mut entries) => {
            shift(&mut entries, range.start);
            entries
        }
        Err(Trouble::Budget(at, found)) => {
            source.diagnostics.push(Diagnostic::error(
                Some(source.position(range.start + at)),
                format!("front matter exceeds its budget: {found}"),
                "keep to plain keys and values",
            ));
            Vec::new()
        }
        Err(Trouble::Invalid(at, found)) => {
            let entries = line_by_line(text, range.start, ':');
            source.warn(
                (range.start + at).min(range.end.saturating_sub(1)),
                format!("front matter is not valid YAML ({found}); it was read line by line"),
                "put values that contain `: ` into quotes",
            );
            entries
        }
    }
}

/// The entries of the document itself: those of an issue form speak of the form.
fn own(mut entries: Vec<Entry>) -> Vec<Entry> {
    let has = |key: &str| {
        entries
            .iter()
            .any(|entry| entry.key.eq_ignore_ascii_case(key))
    };
    if has("about") && has("name") {
        entries.iter_mut().for_each(|entry| entry.fact = None);
    }
    entries
}

fn shift(entries: &mut [Entry], by: usize) {
    for entry in entries {
        entry.at += by;
        entry.values.iter_mut().for_each(|value| value.at += by);
    }
}

/// Reads `key: value` from every line that has it, and `- value` as one more value of the key before.
fn line_by_line(text: &str, offset: usize, separator: char) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for (at, line) in lines(text, 0) {
        let trimmed = line.trim();
        let at = offset + at + (line.len() - line.trim_start().len());
        if let Some(item) = trimmed.strip_prefix("- ") {
            if let Some(entry) = entries.last_mut() {
                entry.values.retain(|value| !value.text.is_empty());
                entry.values.push(Value {
                    text: unquoted(item),
                    at: at + 2,
                    fields: Vec::new(),
                });
            }
            continue;
        }
        let Some((key, value)) = trimmed.split_once(separator) else {
            continue;
        };
        if key.is_empty() || key.starts_with('#') || key.len() > 100 {
            continue;
        }
        let value_at = at + key.len() + 1 + (value.len() - value.trim_start().len());
        let key = key.trim().trim_matches(['"', '\'']);
        let mut entry = Entry::new(key, "", at, value_at);
        entry.origin = Origin::FrontMatter;
        entry.values = list_or_one(value.trim())
            .into_iter()
            .map(|text| Value {
                text,
                at: value_at,
                fields: Vec::new(),
            })
            .collect();
        entries.push(entry);
    }
    entries
}

fn list_or_one(value: &str) -> Vec<String> {
    match value
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
    {
        Some(inner) => inner
            .split(',')
            .map(|item| unquoted(item.trim()))
            .filter(|item| !item.is_empty())
            .collect(),
        None => vec![unquoted(value)],
    }
}

fn unquoted(value: &str) -> String {
    let value = value.trim();
    for quote in ['"', '\''] {
        if let Some(inner) = value
            .strip_prefix(quote)
            .and_then(|rest| rest.strip_suffix(quote))
        {
            return inner.to_owned();
        }
    }
    value.to_owned()
}

fn toml_entries(source: &mut Source<'_>, range: Range<usize>) -> Vec<Entry> {
    let text = &source.text[range.clone()];
    match DeTable::parse(text) {
        Ok(table) => {
            let mut entries: Vec<Entry> = table
                .get_ref()
                .iter()
                .flat_map(|(key, value)| toml_entry(text, key.get_ref(), key.span().start, value))
                .collect();
            entries.sort_by_key(|entry| entry.at);
            shift(&mut entries, range.start);
            entries
        }
        Err(error) => {
            let at = range.start + error.span().map_or(0, |span| span.start);
            let entries = line_by_line(text, range.start, '=');
            source.warn(
                at,
                format!(
                    "front matter is not valid TOML ({}); it was read line by line",
                    error.message().trim()
                ),
                "put text into quotes",
            );
            entries
        }
    }
}

fn toml_entry(text: &str, name: &str, at: usize, value: &toml::Spanned<DeValue<'_>>) -> Vec<Entry> {
    let entry = |key: &str, at: usize, values: Vec<Value>| Entry {
        key: key.to_owned(),
        fact: Key::of(key),
        values,
        at,
        origin: Origin::FrontMatter,
    };
    match value.get_ref() {
        DeValue::Table(table) => table
            .iter()
            .filter(|(_, value)| !value.get_ref().is_table())
            .map(|(inner, value)| {
                let mut entry = entry(
                    &format!("{name} {}", inner.get_ref()),
                    inner.span().start,
                    toml_values(text, value),
                );
                entry.fact = entry.fact.or_else(|| Key::of(inner.get_ref()));
                entry
            })
            .collect(),
        _ => vec![entry(name, at, toml_values(text, value))],
    }
}

fn toml_values(text: &str, value: &toml::Spanned<DeValue<'_>>) -> Vec<Value> {
    let single = |value: &toml::Spanned<DeValue<'_>>| {
        let span = value.span();
        let written = value.get_ref().as_str().map_or_else(
            || text.get(span.clone()).unwrap_or_default().to_owned(),
            str::to_owned,
        );
        Value {
            text: written.trim().to_owned(),
            at: span.start,
            fields: Vec::new(),
        }
    };
    match value.get_ref() {
        DeValue::Array(items) => items
            .iter()
            .filter(|item| !item.get_ref().is_table())
            .map(single)
            .collect(),
        _ => vec![single(value)],
    }
}
