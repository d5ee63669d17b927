//! Reader: a place in a pattern while its beginnings are read.

/// A place in a pattern.
pub(super) struct Reader<'p> {
    pub(super) text: &'p str,
    pub(super) at: usize,
}

impl<'p> Reader<'p> {
    /// The beginning of a pattern.
    pub(super) fn of(text: &'p str) -> Reader<'p> {
        Reader { text, at: 0 }
    }

    /// The next byte.
    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// The next byte, which is passed.
    pub(super) fn next(&mut self) -> Option<u8> {
        self.at += 1;
        self.text.as_bytes().get(self.at - 1).copied()
    }

    /// Letters that stand there once each, and in lower case.
    pub(super) fn letters(&mut self) -> &'p str {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let is_plain = |byte: &u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b' ' | b'_' | b'-');
        let mut count = rest.bytes().take_while(|byte| is_plain(byte)).count();
        if matches!(rest.as_bytes().get(count), Some(b'*' | b'?' | b'+' | b'{')) {
            // The last of them belongs to the sign behind it; a name in braces does no harm by that.
            count = count.saturating_sub(1);
        }
        self.at += count;
        rest.get(..count).unwrap_or_default()
    }

    /// Goes on to the end of the alternative.
    pub(super) fn pass(&mut self) {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let (mut depth, mut bytes) = (0_usize, rest.bytes().enumerate());
        let mut end = rest.len();
        while let Some((at, byte)) = bytes.next() {
            match byte {
                b'\\' => drop(bytes.next()),
                b'[' => drop(bytes.by_ref().find(|(_, byte)| *byte == b']')),
                b'(' => depth += 1,
                b')' if depth > 0 => depth -= 1,
                b')' | b'|' if depth == 0 => {
                    end = at;
                    break;
                }
                _ => {}
            }
        }
        self.at += end;
    }

    /// Passes a text where it stands here.
    pub(super) fn skip(&mut self, text: &str) {
        let rest = self.text.get(self.at..).unwrap_or_default();
        self.at += if rest.starts_with(text) {
            text.len()
        } else {
            0
        };
    }

    /// What stands before the next such mark, which is passed.
    pub(super) fn until(&mut self, mark: u8) -> Option<&'p str> {
        let rest = self.text.get(self.at..)?;
        let (inside, _) = rest.split_once(char::from(mark))?;
        self.at += inside.len() + 1;
        Some(inside)
    }

    /// Whether a number in braces stands here, and not the name of a vocabulary.
    pub(super) fn counts(&self) -> bool {
        let next = self.text.as_bytes().get(self.at + 1);
        next.is_some_and(u8::is_ascii_digit)
    }
}
