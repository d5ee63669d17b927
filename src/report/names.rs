//! Names: the names that documents use, upper and lower case and outer blanks taken together.

use std::collections::HashMap;

/// Names with a number for each.
#[derive(Default)]
pub(super) struct Names<'a> {
    /// By where a name is held: a tally holds equal names once, and asks for each of them very often.
    held: HashMap<usize, usize>,
    folded: HashMap<String, usize>,
    shown: Vec<&'a str>,
}

impl<'a> Names<'a> {
    /// The number of a name; a new one gets the next.
    pub(super) fn number(&mut self, name: &'a str) -> usize {
        let held = name.as_ptr() as usize;
        if let Some(number) = self.held.get(&held) {
            return *number;
        }
        let shown = name.trim();
        let next = self.shown.len();
        let number = *self.folded.entry(shown.to_lowercase()).or_insert(next);
        match self.shown.get_mut(number) {
            Some(present) => *present = shown.min(present),
            None => self.shown.push(shown),
        }
        self.held.insert(held, number);
        number
    }

    /// How every name is shown, by number.
    pub(super) fn all(&self) -> Vec<String> {
        self.shown.iter().map(|name| (*name).to_owned()).collect()
    }

    /// How a name is shown: of its forms, the first in the order of characters.
    pub(super) fn shown(&self, number: usize) -> &'a str {
        self.shown.get(number).copied().unwrap_or_default()
    }
}
