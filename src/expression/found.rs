//! Match, Captures: where an expression and its groups match in a text.

use std::borrow::Cow;
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

/// All that is found, one behind the other; an empty match does not stand at the end of the one before it.
pub(super) fn one_by_one<T>(
    text: &str,
    find: impl Fn(usize) -> Option<(T, Range<usize>)>,
) -> impl Iterator<Item = T> {
    let (mut from, mut last) = (0, None);
    std::iter::from_fn(move || {
        loop {
            if from > text.len() {
                return None;
            }
            let (found, range) = find(from)?;
            if range.is_empty() && last == Some(range.end) {
                let next = text.get(from..).and_then(|rest| rest.chars().next());
                from += next.map_or(1, char::len_utf8);
                continue;
            }
            (from, last) = (range.end, Some(range.end));
            return Some(found);
        }
    })
}

/// The text with what was found replaced.
pub(super) fn replaced<'t>(
    text: &'t str,
    found: impl Iterator<Item = Match<'t>>,
    with: &str,
) -> Cow<'t, str> {
    let (mut out, mut done) = (String::new(), 0);
    for one in found {
        out.push_str(text.get(done..one.start).unwrap_or_default());
        out.push_str(with);
        done = one.end;
    }
    if done == 0 && out.is_empty() {
        // Nothing was found, or nothing at the beginning was replaced by nothing.
        return Cow::Borrowed(text);
    }
    out.push_str(text.get(done..).unwrap_or_default());
    Cow::Owned(out)
}
