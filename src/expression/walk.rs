//! Walk: how a text is gone over with a program, trying one way after the other, with a bound on the number of tries.

use regex_syntax::hir::Look;

use crate::expression::program::Program;
use crate::expression::program::Set;
use crate::expression::program::Step;

/// More steps were needed than were allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Overrun;

/// The beginnings and ends of groups, the whole match first.
pub(super) type Slots = [Option<usize>];

/// What is to be gone back to where a way fails.
enum Back {
    /// Another way, from this step and place.
    To(u32, usize),
    /// What a slot held before.
    Slot(u32, Option<usize>),
}

/// One walk over a text.
pub(super) struct Walk<'a> {
    program: &'a Program,
    text: &'a str,
    left: u32,
    back: Vec<Back>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(program: &'a Program, text: &'a str, allowed: u32) -> Walk<'a> {
        Walk {
            program,
            text,
            left: allowed,
            back: Vec::new(),
        }
    }

    /// How many steps are left.
    pub(super) fn left(&self) -> u32 {
        self.left
    }

    /// The first match at or after a place. Slots beyond the end of `slots` are not filled.
    pub(super) fn find(&mut self, from: usize, slots: &mut Slots) -> Result<bool, Overrun> {
        let bytes = self.text.as_bytes();
        if self.program.anchored {
            return if from == 0 {
                self.here(0, slots)
            } else {
                Ok(false)
            };
        }
        let mut at = from;
        loop {
            if let Some(first) = &self.program.first {
                let rest = bytes.get(at..).unwrap_or_default();
                let begins = |byte: &u8| first[usize::from(byte >> 7)] >> (byte & 0x7f) & 1 == 1;
                let Some(next) = rest.iter().position(begins) else {
                    self.spend(rest.len() / 8)?;
                    return Ok(false);
                };
                self.spend(next / 8)?;
                at += next;
            } else if at > bytes.len() {
                return Ok(false);
            }
            if self.is_place(at) && self.here(at, slots)? {
                return Ok(true);
            }
            at += 1;
        }
    }

    fn spend(&mut self, steps: usize) -> Result<(), Overrun> {
        let steps = u32::try_from(steps).map_err(|_| Overrun)?;
        self.left = self.left.checked_sub(steps).ok_or(Overrun)?;
        Ok(())
    }

    fn is_place(&self, at: usize) -> bool {
        !self.program.mode.unicode || self.text.is_char_boundary(at)
    }

    /// Whether there is a match that begins at a place.
    pub(super) fn here(&mut self, start: usize, slots: &mut Slots) -> Result<bool, Overrun> {
        self.back.clear();
        slots.fill(None);
        let (mut step, mut at) = (0_usize, start);
        loop {
            self.left = self.left.checked_sub(1).ok_or(Overrun)?;
            let goes_on = match self.program.steps[step] {
                Step::Byte(byte) => {
                    step += 1;
                    at += 1;
                    self.text.as_bytes().get(at - 1) == Some(&byte)
                }
                Step::Set(set) => {
                    step += 1;
                    let length = self.in_set(&self.program.sets[set as usize], at);
                    at += length;
                    length > 0
                }
                Step::Split(one, other) => {
                    self.back.push(Back::To(other, at));
                    step = one as usize;
                    true
                }
                Step::Jump(next) => {
                    step = next as usize;
                    true
                }
                Step::Save(slot) => {
                    step += 1;
                    if let Some(place) = slots.get_mut(slot as usize) {
                        self.back.push(Back::Slot(slot, *place));
                        *place = Some(at);
                    }
                    true
                }
                Step::Look(look) => {
                    step += 1;
                    self.looks(look, at)
                }
                Step::Match => return Ok(true),
            };
            if !goes_on {
                match self.go_back(slots) {
                    Some(next) => (step, at) = next,
                    None => return Ok(false),
                }
            }
        }
    }

    fn go_back(&mut self, slots: &mut Slots) -> Option<(usize, usize)> {
        loop {
            match self.back.pop()? {
                Back::To(step, at) => return Some((step as usize, at)),
                Back::Slot(slot, was) => slots[slot as usize] = was,
            }
        }
    }

    /// How long the next character is where it is in a set; 0 where it is not.
    fn in_set(&self, set: &Set, at: usize) -> usize {
        let Some(byte) = self.text.as_bytes().get(at).copied() else {
            return 0;
        };
        match set {
            Set::Bytes(bits) => (bits[usize::from(byte >> 7)] >> (byte & 0x7f) & 1) as usize,
            Set::Chars(ascii, _) if byte < 0x80 => (ascii >> byte & 1) as usize,
            Set::Chars(_, ranges) => {
                let rest = self.text.get(at..).unwrap_or_default();
                let Some(char) = rest.chars().next() else {
                    return 0;
                };
                let range = ranges.partition_point(|(_, end)| *end < char);
                let is_in = ranges.get(range).is_some_and(|(start, _)| *start <= char);
                if is_in { char.len_utf8() } else { 0 }
            }
        }
    }

    fn looks(&self, look: Look, at: usize) -> bool {
        let bytes = self.text.as_bytes();
        match look {
            Look::Start => at == 0,
            Look::End => at == bytes.len(),
            Look::StartLF => at == 0 || bytes.get(at - 1) == Some(&b'\n'),
            Look::EndLF => at == bytes.len() || bytes.get(at) == Some(&b'\n'),
            Look::WordUnicode => self.word_before(at) != self.word_behind(at),
            Look::WordUnicodeNegate => self.word_before(at) == self.word_behind(at),
            Look::WordAscii | Look::WordAsciiNegate => {
                let is_word = |byte: Option<&u8>| {
                    byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
                };
                let before = at.checked_sub(1).and_then(|at| bytes.get(at));
                (is_word(before) != is_word(bytes.get(at))) == (look == Look::WordAscii)
            }
            // No program is made of what else there is.
            _ => false,
        }
    }

    fn word_before(&self, at: usize) -> bool {
        match at
            .checked_sub(1)
            .and_then(|at| self.text.as_bytes().get(at))
        {
            None => false,
            Some(byte) if *byte < 0x80 => byte.is_ascii_alphanumeric() || *byte == b'_',
            Some(_) => self
                .text
                .get(..at)
                .and_then(|text| text.chars().next_back())
                .is_some_and(is_word),
        }
    }

    fn word_behind(&self, at: usize) -> bool {
        match self.text.as_bytes().get(at) {
            None => false,
            Some(byte) if *byte < 0x80 => byte.is_ascii_alphanumeric() || *byte == b'_',
            Some(_) => self
                .text
                .get(at..)
                .and_then(|text| text.chars().next())
                .is_some_and(is_word),
        }
    }
}

fn is_word(char: char) -> bool {
    regex_syntax::try_is_word_character(char).unwrap_or(false)
}
