//! Slot, Way: a word or phrase of a query, and the ways in which a document can have it.

use crate::query::Zone;

/// One way in which a document can have what was typed: words side by side, each one of several.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::index) struct Way {
    /// The words of each place; a single place is a word, several are a phrase.
    pub(in crate::index) places: Vec<Vec<String>>,
    /// How much it counts; 1 for the word as typed.
    pub(in crate::index) weight: f32,
}

impl Way {
    /// A single word.
    pub(in crate::index) fn word(word: impl Into<String>, weight: f32) -> Way {
        Way {
            places: vec![vec![word.into()]],
            weight,
        }
    }
}

/// A word or phrase of the query, with all the ways to have it.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::index) struct Slot {
    /// As typed.
    pub(in crate::index) typed: String,
    /// Where it must stand.
    pub(in crate::index) zone: Zone,
    /// The ways; a document has the slot if it has one of them.
    pub(in crate::index) ways: Vec<Way>,
}

/// A slot that only adds to the rank of what matches without it.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::index) struct Extra {
    /// What is looked up.
    pub(in crate::index) slot: Slot,
    /// How much it counts against a slot of its own.
    pub(in crate::index) weight: f32,
    /// The slot that it stands in for: it counts only where a document lacks that one.
    pub(in crate::index) instead_of: Option<usize>,
}
