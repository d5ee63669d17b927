//! Compiled: an expression as the `regex` library makes it ready to be matched, over characters or over bytes.

use regex::bytes;

use crate::expression::program::Mode;
use crate::expression::walk::Slots;

/// An expression that was compiled.
#[derive(Debug)]
pub(super) enum Compiled {
    Chars(regex::Regex),
    Bytes(bytes::Regex),
}

impl Compiled {
    /// Compiles an expression that was read before; `None` where it is too large.
    pub(super) fn of(source: &str, mode: Mode) -> Option<Compiled> {
        if mode.unicode {
            let mut builder = regex::RegexBuilder::new(source);
            let regex = builder.case_insensitive(mode.any_case).build();
            return regex.ok().map(Compiled::Chars);
        }
        let mut builder = bytes::RegexBuilder::new(source);
        let builder = builder.unicode(false).case_insensitive(mode.any_case);
        builder.build().ok().map(Compiled::Bytes)
    }

    /// How many groups there are, the whole match among them.
    pub(super) fn groups(&self) -> usize {
        match self {
            Compiled::Chars(regex) => regex.captures_len(),
            Compiled::Bytes(regex) => regex.captures_len(),
        }
    }

    /// The number of the group with a name.
    pub(super) fn group(&self, name: &str) -> Option<usize> {
        let is_it = |own: Option<&str>| own == Some(name);
        match self {
            Compiled::Chars(regex) => regex.capture_names().position(is_it),
            Compiled::Bytes(regex) => regex.capture_names().position(is_it),
        }
    }

    /// Finds the first match at or after a place, and fills in the slots.
    pub(super) fn search(&self, text: &str, from: usize, slots: &mut Slots) -> bool {
        let whole = match (self, slots.len()) {
            (Compiled::Chars(regex), 0) => return regex.is_match_at(text, from),
            (Compiled::Bytes(regex), 0) => return regex.is_match_at(text.as_bytes(), from),
            (Compiled::Chars(regex), 2) => regex.find_at(text, from).map(|found| found.range()),
            (Compiled::Bytes(regex), 2) => {
                let found = regex.find_at(text.as_bytes(), from);
                found.map(|found| found.range())
            }
            (Compiled::Chars(regex), _) => {
                let mut groups = regex.capture_locations();
                let found = regex.captures_read_at(&mut groups, text, from);
                fill(slots, |group| groups.get(group));
                found.map(|found| found.range())
            }
            (Compiled::Bytes(regex), _) => {
                let mut groups = regex.capture_locations();
                let found = regex.captures_read_at(&mut groups, text.as_bytes(), from);
                fill(slots, |group| groups.get(group));
                found.map(|found| found.range())
            }
        };
        let found = whole.is_some();
        if let (Some(whole), Some([start, end])) = (whole, slots.first_chunk_mut()) {
            (*start, *end) = (Some(whole.start), Some(whole.end));
        }
        found
    }
}

fn fill(slots: &mut Slots, group: impl Fn(usize) -> Option<(usize, usize)>) {
    for (number, pair) in slots.chunks_mut(2).enumerate() {
        let found = group(number);
        let ends = [found.map(|(start, _)| start), found.map(|(_, end)| end)];
        pair.copy_from_slice(&ends[..pair.len()]);
    }
}
