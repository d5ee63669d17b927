//! Program: a regular expression as a list of small steps.

use std::sync::Arc;

use regex_syntax::ParserBuilder;
use regex_syntax::hir::Look;

use crate::expression::maker::Maker;
use crate::expression::reader;
use crate::expression::tree;

/// How an expression is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mode {
    /// Letters match in both cases.
    pub(super) any_case: bool,
    /// Classes are of characters; else of bytes.
    pub(super) unicode: bool,
}

/// One step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// The next byte is this one.
    Byte(u8),
    /// The next character, or byte, is in a set.
    Set(u32),
    /// Go on at the first; where that fails, at the second.
    Split(u32, u32),
    /// Go on there.
    Jump(u32),
    /// The beginning or end of a group is here.
    Save(u32),
    /// Something holds of the place.
    Look(Look),
    /// All is found.
    Match,
}

/// A set of characters or bytes.
#[derive(Debug)]
pub(super) enum Set {
    /// Those of ASCII as bits, the others as ranges, ascending.
    Chars(u128, Arc<[(char, char)]>),
    /// All bytes as bits.
    Bytes([u128; 2]),
}

impl Set {
    fn has_byte(&self, byte: u8) -> bool {
        match self {
            Set::Chars(ascii, _) if byte < 0x80 => ascii >> byte & 1 == 1,
            Set::Chars(_, ranges) => byte >= 0xc0 && !ranges.is_empty(),
            Set::Bytes(bits) => bits[usize::from(byte >> 7)] >> (byte & 0x7f) & 1 == 1,
        }
    }
}

/// An expression as steps.
#[derive(Debug)]
pub(super) struct Program {
    pub(super) steps: Vec<Step>,
    pub(super) sets: Vec<Set>,
    /// With which bytes a match may begin; `None` where it may be empty.
    pub(super) first: Option<[u128; 2]>,
    /// A match begins at the beginning of the text or nowhere.
    pub(super) anchored: bool,
    pub(super) mode: Mode,
    /// The names of the groups, the whole match first.
    pub(super) names: Vec<Option<Box<str>>>,
}

impl Program {
    /// Reads an expression; no program where it is too large for one.
    ///
    /// # Errors
    /// What is wrong with the expression.
    pub(super) fn read(
        source: &str,
        mode: Mode,
    ) -> Result<Option<Program>, Box<regex_syntax::Error>> {
        if let Some(program) = Program::made(mode, |maker| reader::read(source, mode, maker)) {
            return Ok(Some(program));
        }
        let mut parser = ParserBuilder::new();
        parser.unicode(mode.unicode).utf8(mode.unicode);
        let parsed = parser.case_insensitive(mode.any_case).build().parse(source);
        let hir = parsed.map_err(Box::new)?;
        Ok(Program::made(mode, |maker| tree::read(&hir, maker)))
    }

    fn made(mode: Mode, make: impl FnOnce(&mut Maker) -> Option<()>) -> Option<Program> {
        let mut maker = Maker::new();
        maker.push(Step::Save(0))?;
        make(&mut maker)?;
        maker.push(Step::Save(1))?;
        maker.push(Step::Match)?;
        let Maker {
            steps, sets, names, ..
        } = maker;
        Some(Program {
            first: first(&steps, &sets),
            anchored: steps.get(1) == Some(&Step::Look(Look::Start)),
            steps,
            sets,
            mode,
            names,
        })
    }
}

/// With which bytes a match may begin; `None` where there may be none.
fn first(steps: &[Step], sets: &[Set]) -> Option<[u128; 2]> {
    let mut bits = [0_u128; 2];
    let mut seen = vec![false; steps.len()];
    let mut open = vec![0_usize];
    while let Some(at) = open.pop() {
        if std::mem::replace(&mut seen[at], true) {
            continue;
        }
        match steps[at] {
            Step::Byte(byte) => bits[usize::from(byte >> 7)] |= 1 << (byte & 0x7f),
            Step::Set(set) => match &sets[set as usize] {
                Set::Bytes(own) => {
                    bits[0] |= own[0];
                    bits[1] |= own[1];
                }
                set => {
                    for byte in (0..=u8::MAX).filter(|byte| set.has_byte(*byte)) {
                        bits[usize::from(byte >> 7)] |= 1 << (byte & 0x7f);
                    }
                }
            },
            Step::Split(one, other) => open.extend([one as usize, other as usize]),
            Step::Jump(next) => open.push(next as usize),
            Step::Save(_) | Step::Look(_) => open.push(at + 1),
            Step::Match => return None,
        }
    }
    Some(bits)
}
