//! Entry: a key and its values as they stand in front matter or metadata.

use crate::incident::Origin;
use crate::parser::key::Key;

/// One value of an entry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Value {
    /// The text, as written.
    pub(crate) text: String,
    /// Where it stands in the original.
    pub(crate) at: usize,
    /// Its own keys and values, where it is a map in a list.
    pub(crate) fields: Vec<(String, String)>,
}

/// A key and its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The key as written.
    pub(crate) key: String,
    /// What it states, where it is a known key.
    pub(crate) fact: Option<Key>,
    /// One value, or the values of a list.
    pub(crate) values: Vec<Value>,
    /// Where the key stands in the original.
    pub(crate) at: usize,
    /// Where it was read.
    pub(crate) origin: Origin,
}

impl Entry {
    /// An entry of one value.
    pub(crate) fn new(key: &str, value: &str, at: usize, value_at: usize) -> Entry {
        Entry {
            key: key.to_owned(),
            fact: Key::of(key),
            values: vec![Value {
                text: value.trim().to_owned(),
                at: value_at,
                fields: Vec::new(),
            }],
            at,
            origin: Origin::Metadata,
        }
    }

    /// The values, those of a list separated by commas.
    pub(crate) fn text(&self) -> String {
        let texts: Vec<&str> = self
            .values
            .iter()
            .map(|value| value.text.as_str())
            .filter(|text| !text.is_empty())
            .collect();
        texts.join(", ")
    }
}
