//! Tree: makes a program of the syntax tree of an expression, for what is not read in one go.

use regex_syntax::hir::Class;
use regex_syntax::hir::Hir;
use regex_syntax::hir::HirKind;
use regex_syntax::hir::Look;

use crate::expression::maker::Maker;
use crate::expression::program::Set;
use crate::expression::program::Step;
use crate::expression::set::Chars;

/// Makes the steps of a tree; `None` where they are too many, or something is not known to programs. It goes as deep as
/// the tree, which the reader of the library bounds.
pub(super) fn read(hir: &Hir, maker: &mut Maker) -> Option<()> {
    match hir.kind() {
        HirKind::Empty => Some(()),
        HirKind::Literal(literal) => {
            let mut bytes = literal.0.iter();
            bytes.try_for_each(|byte| maker.push(Step::Byte(*byte)).map(|_| ()))
        }
        HirKind::Class(class) => {
            let set = maker.add(set_of(class));
            maker.push(Step::Set(set)).map(|_| ())
        }
        HirKind::Look(look) => {
            let known = matches!(
                look,
                Look::Start
                    | Look::End
                    | Look::StartLF
                    | Look::EndLF
                    | Look::WordUnicode
                    | Look::WordUnicodeNegate
                    | Look::WordAscii
                    | Look::WordAsciiNegate
            );
            let step = known.then_some(Step::Look(*look))?;
            maker.push(step).map(|_| ())
        }
        HirKind::Repetition(repetition) => {
            let begin = maker.here();
            read(&repetition.sub, maker)?;
            let often = (repetition.min, repetition.max);
            maker.repeat(begin, often, repetition.greedy)
        }
        HirKind::Capture(capture) => {
            maker.name(capture.index, capture.name.clone());
            maker.push(Step::Save(capture.index * 2))?;
            read(&capture.sub, maker)?;
            maker.push(Step::Save(capture.index * 2 + 1)).map(|_| ())
        }
        HirKind::Concat(parts) => parts.iter().try_for_each(|part| read(part, maker)),
        HirKind::Alternation(parts) => choose(parts, maker),
    }
}

/// A choice: each alternative but the last is tried before those behind it.
fn choose(parts: &[Hir], maker: &mut Maker) -> Option<()> {
    let mut ends = Vec::with_capacity(parts.len());
    let last = parts.len() - 1;
    for part in &parts[..last] {
        let split = maker.push(Step::Match)?;
        read(part, maker)?;
        ends.push(maker.push(Step::Match)?);
        maker.put(split, Step::Split(split + 1, maker.here()));
    }
    read(&parts[last], maker)?;
    let end = maker.here();
    ends.into_iter()
        .for_each(|at| maker.put(at, Step::Jump(end)));
    Some(())
}

fn set_of(class: &Class) -> Set {
    match class {
        Class::Unicode(class) => Chars::of_class(class).into_set_of_chars(),
        Class::Bytes(class) => {
            let mut bits = [0_u128; 2];
            for range in class.ranges() {
                for byte in range.start()..=range.end() {
                    bits[usize::from(byte >> 7)] |= 1 << (byte & 0x7f);
                }
            }
            Set::Bytes(bits)
        }
    }
}
