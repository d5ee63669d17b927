//! Match, Captures: where an expression and its groups match in a text.

use std::ops::Index;
use std::ops::Range;

use crate::expression::Regex;

/// Where an expression matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Match<'t> {
    pub(super) text: &'t str,
    pub(super) start: usize,
    pub(super) end: usize,
}

impl<'t> Match<'t> {
    /// The first byte.
    pub(crate) fn start(&self) -> usize {
        self.start
    }

    /// One past the last byte.
    pub(crate) fn end(&self) -> usize {
        self.end
    }

    /// Both.
    pub(crate) fn range(&self) -> Range<usize> {
        self.start..self.end
    }

    /// What matches.
    pub(crate) fn as_str(&self) -> &'t str {
        self.text.get(self.range()).unwrap_or_default()
    }
}

/// Where an expression and its groups match.
#[derive(Debug)]
pub(crate) struct Captures<'t> {
    pub(super) regex: &'t Regex,
    pub(super) text: &'t str,
    pub(super) slots: Vec<Option<usize>>,
}

impl<'t> Captures<'t> {
    /// A group by its number; 0 is the whole match.
    pub(crate) fn get(&self, group: usize) -> Option<Match<'t>> {
        let start = (*self.slots.get(2 * group)?)?;
        let end = (*self.slots.get(2 * group + 1)?)?;
        Some(Match {
            text: self.text,
            start,
            end,
        })
    }

    /// A group by its name.
    pub(crate) fn name(&self, name: &str) -> Option<Match<'t>> {
        self.get(self.regex.group(name)?)
    }

    /// The whole match and all groups.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Option<Match<'t>>> {
        (0..self.slots.len() / 2).map(|group| self.get(group))
    }
}

impl Index<usize> for Captures<'_> {
    type Output = str;

    /// The words of a group; nothing where it has no part in the match.
    fn index(&self, group: usize) -> &str {
        self.get(group).map_or("", |found| found.as_str())
    }
}

impl Index<&str> for Captures<'_> {
    type Output = str;

    /// The words of a group; nothing where it has no part in the match.
    fn index(&self, name: &str) -> &str {
        self.name(name).map_or("", |found| found.as_str())
    }
}
