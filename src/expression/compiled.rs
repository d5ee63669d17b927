//! Compiled: an expression as the `regex` library makes it ready to be matched, over characters or over bytes.

use std::sync::OnceLock;

use regex::bytes;

use crate::expression::program::Mode;
use crate::expression::walk::Slots;

/// How many bytes from the place on are looked at for letters that are not ASCII: a search that asks again and again
/// may not read a long text each time.
const AHEAD: usize = 4_096;

/// An expression that was compiled.
#[derive(Debug)]
pub(super) enum Compiled {
    Chars(Chars),
    Bytes(bytes::Regex),
}

/// An expression over characters.
#[derive(Debug)]
pub(super) struct Chars {
    regex: regex::Regex,
    any_case: bool,
    /// The same without its word boundaries; `None` where it has none.
    loose: OnceLock<Option<regex::Regex>>,
}

impl Chars {
    /// Where the first match can begin at the earliest; `None` where there is none.
    ///
    /// The library asks whether a place is a word boundary in a text that is not ASCII with its slowest machine.
    /// Whatever matches also matches without the boundaries, and most texts do not.
    fn earliest(&self, text: &str, from: usize) -> Option<usize> {
        let end = text.len().min(from.saturating_add(AHEAD));
        if text.as_bytes().get(from..end).is_none_or(<[u8]>::is_ascii) {
            return Some(from);
        }
        let loose = self.loose.get_or_init(|| {
            let source = without_boundaries(self.regex.as_str())?;
            let mut builder = regex::RegexBuilder::new(&source);
            builder.case_insensitive(self.any_case).build().ok()
        });
        match loose {
            Some(loose) => loose.find_at(text, from).map(|found| found.start()),
            None => Some(from),
        }
    }

    fn search(&self, text: &str, from: usize, slots: &mut Slots) -> Option<(usize, usize)> {
        let place = self.earliest(text, from)?;
        let regex = &self.regex;
        // To learn that there is no match takes less than to look for groups.
        if place == from && !regex.is_match_at(text, place) {
            return None;
        }
        let mut groups = regex.capture_locations();
        let found = regex.captures_read_at(&mut groups, text, place)?;
        fill(slots, |group| groups.get(group));
        Some((found.start(), found.end()))
    }
}

/// An expression in which `\b` and `\B` ask for nothing; `None` where it has none of them.
fn without_boundaries(source: &str) -> Option<String> {
    let mut loose = String::with_capacity(source.len());
    let mut rest = source.chars();
    let mut any = false;
    while let Some(sign) = rest.next() {
        if sign != '\\' {
            loose.push(sign);
            continue;
        }
        match rest.next() {
            // An empty group, and not nothing: a repetition may follow.
            Some('b' | 'B') => {
                any = true;
                loose.push_str("(?:)");
            }
            escaped => {
                loose.push(sign);
                loose.extend(escaped);
            }
        }
    }
    any.then_some(loose)
}

impl Compiled {
    /// Compiles an expression that was read before; `None` where it is too large.
    pub(super) fn of(source: &str, mode: Mode) -> Option<Compiled> {
        if mode.unicode {
            let mut builder = regex::RegexBuilder::new(source);
            let regex = builder.case_insensitive(mode.any_case).build().ok()?;
            return Some(Compiled::Chars(Chars {
                regex,
                any_case: mode.any_case,
                loose: OnceLock::new(),
            }));
        }
        let mut builder = bytes::RegexBuilder::new(source);
        let builder = builder.unicode(false).case_insensitive(mode.any_case);
        builder.build().ok().map(Compiled::Bytes)
    }

    /// How many groups there are, the whole match among them.
    pub(super) fn groups(&self) -> usize {
        match self {
            Compiled::Chars(chars) => chars.regex.captures_len(),
            Compiled::Bytes(regex) => regex.captures_len(),
        }
    }

    /// The number of the group with a name.
    pub(super) fn group(&self, name: &str) -> Option<usize> {
        let is_it = |own: Option<&str>| own == Some(name);
        match self {
            Compiled::Chars(chars) => chars.regex.capture_names().position(is_it),
            Compiled::Bytes(regex) => regex.capture_names().position(is_it),
        }
    }

    /// Finds the first match at or after a place, and fills in the slots.
    pub(super) fn search(&self, text: &str, from: usize, slots: &mut Slots) -> bool {
        let whole = match (self, slots.len()) {
            (Compiled::Chars(chars), 0) => {
                let place = chars.earliest(text, from);
                return place.is_some_and(|place| chars.regex.is_match_at(text, place));
            }
            (Compiled::Bytes(regex), 0) => return regex.is_match_at(text.as_bytes(), from),
            (Compiled::Chars(chars), 2) => {
                let place = chars.earliest(text, from);
                let found = place.and_then(|place| chars.regex.find_at(text, place));
                found.map(|found| (found.start(), found.end()))
            }
            (Compiled::Bytes(regex), 2) => {
                let found = regex.find_at(text.as_bytes(), from);
                found.map(|found| (found.start(), found.end()))
            }
            (Compiled::Chars(chars), _) => chars.search(text, from, slots),
            (Compiled::Bytes(regex), _) => {
                let mut groups = regex.capture_locations();
                let found = regex.captures_read_at(&mut groups, text.as_bytes(), from);
                fill(slots, |group| groups.get(group));
                found.map(|found| (found.start(), found.end()))
            }
        };
        let found = whole.is_some();
        if let (Some(whole), Some([start, end])) = (whole, slots.first_chunk_mut()) {
            (*start, *end) = (Some(whole.0), Some(whole.1));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boundaries_are_left_out_and_nothing_else() {
        for (source, wanted) in [
            (r"\ba\b", Some("(?:)a(?:)")),
            (r"(?i)\Bx\b?y", Some("(?i)(?:)x(?:)?y")),
            (r"[\\b]\\b", None),
            (r"\\\b", Some(r"\\(?:)")),
            (r"\d+ b", None),
        ] {
            assert_eq!(without_boundaries(source).as_deref(), wanted, "{source}");
        }
    }

    #[test]
    fn a_boundary_holds_in_texts_that_are_not_ascii() {
        let mode = Mode {
            any_case: true,
            unicode: true,
        };
        let compiled = Compiled::of(r"\b(at) (\d+)\b", mode).expect("an expression");
        let mut slots = [None; 6];
        assert!(compiled.search("éat 12, at 7é, ät 9, AT 14 –", 0, &mut slots));
        let wanted = [(24, 29), (24, 26), (27, 29)].map(|(start, end)| [Some(start), Some(end)]);
        assert_eq!(slots, wanted.concat()[..]);
        assert!(!compiled.search("éat 12, at 7é", 0, &mut []));
        assert!(!compiled.search("ät 9", 0, &mut [None; 2]));
    }
}
