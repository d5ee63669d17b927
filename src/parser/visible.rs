//! Visible: text without markup that remembers where in the original each part of it stands.

/// Visible text under construction, with the way back to the original.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Visible {
    /// The text.
    pub(crate) text: String,
    /// Pairs of (offset in `text`, offset in the original), as in [`crate::postmortem::Block::map`].
    pub(crate) map: Vec<(usize, usize)>,
    /// The original offset that the next character has if it follows without a gap.
    next: usize,
}

impl Visible {
    /// Adds text that stands in the original as it is, from offset `at`.
    pub(crate) fn push(&mut self, text: &str, at: usize) {
        for (offset, character) in text.char_indices() {
            match plain(character) {
                Some(plain) => self.push_char(plain, at + offset),
                None => self.next = usize::MAX,
            }
        }
    }

    /// Adds text that stands in the original in another form: all of it points at `at`.
    pub(crate) fn push_instead(&mut self, text: &str, at: usize) {
        for character in text.chars().filter_map(plain) {
            self.push_char(character, at);
        }
    }

    /// Adds a separator where the text does not already end with white space.
    pub(crate) fn push_break(&mut self, separator: char, at: usize) {
        if !self.text.is_empty() && !self.text.ends_with(char::is_whitespace) {
            self.push_char(separator, at);
        }
    }

    fn push_char(&mut self, character: char, at: usize) {
        if self.map.is_empty() || self.next != at {
            self.map.push((self.text.len(), at));
        }
        self.text.push(character);
        self.next = at + character.len_utf8();
    }

    /// Adds other visible text behind this one.
    pub(crate) fn append(&mut self, other: &Visible) {
        let shift = self.text.len();
        self.map.extend(
            other
                .map
                .iter()
                .map(|(visible, original)| (visible + shift, *original)),
        );
        self.text.push_str(&other.text);
        self.next = usize::MAX;
    }

    /// Whether nothing but white space is visible.
    pub(crate) fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }

    /// Where in the original an offset of the visible text stands.
    pub(crate) fn original(&self, offset: usize) -> usize {
        let after = self.map.partition_point(|(visible, _)| *visible <= offset);
        match after.checked_sub(1).map(|at| self.map[at]) {
            Some((visible, original)) => original + (offset - visible),
            None => 0,
        }
    }

    /// The part from `start` to `end`, without white space at its ends.
    pub(crate) fn slice(&self, start: usize, end: usize) -> Visible {
        let part = self.text.get(start..end).unwrap_or_default();
        let trimmed = part.trim();
        let start = start + (part.len() - part.trim_start().len());
        let end = start + trimmed.len();
        let mut map = Vec::new();
        if !trimmed.is_empty() {
            map.push((0, self.original(start)));
            let from = self.map.partition_point(|(visible, _)| *visible <= start);
            let to = self.map.partition_point(|(visible, _)| *visible < end);
            map.extend(
                self.map[from..to]
                    .iter()
                    .map(|(visible, original)| (visible - start, *original)),
            );
        }
        Visible {
            text: trimmed.to_owned(),
            map,
            next: usize::MAX,
        }
    }

    /// The text cut off at `end`.
    pub(crate) fn truncate(&mut self, end: usize) {
        self.text.truncate(end);
        self.map.retain(|(visible, _)| *visible < end);
        self.next = usize::MAX;
    }
}

/// Quotation marks and spaces made plain; `None` for what is not to be seen.
fn plain(character: char) -> Option<char> {
    match character {
        '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{201b}' | '\u{2032}' => Some('\''),
        '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{201f}' | '\u{2033}' => Some('"'),
        '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => {
            Some(' ')
        }
        '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' | '\u{fe0f}' | '\u{fe0e}' => {
            None
        }
        '\r' => None,
        other => Some(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_knows_its_place_although_widths_differ() {
        let original = "a \u{201c}b\u{201d}\u{ad}c\u{a0}d";
        let mut visible = Visible::default();
        visible.push(original, 0);
        assert_eq!(visible.text, "a \"b\"c d");
        for needle in ["a", "b", "c", "d"] {
            let offset = visible.text.find(needle).expect("in the text");
            assert_eq!(&original[visible.original(offset)..][..1], needle);
        }
    }

    #[test]
    fn a_slice_keeps_the_way_back() {
        let original = "x \u{2019}key\u{2019}:  value";
        let mut visible = Visible::default();
        visible.push(original, 10);
        let at = visible.text.find(':').expect("in the text");
        let value = visible.slice(at + 1, visible.text.len());
        assert_eq!(value.text, "value");
        assert_eq!(
            value.original(0),
            10 + original.find("value").expect("in the text")
        );
        assert!(visible.slice(at + 1, at + 2).is_blank());
    }
}
