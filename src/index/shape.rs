//! Shape: how the blocks of a document lie in its original text, so that a passage is shown without parsing it again.
//!
//! The index keeps it beside the words of a document. It holds no text: every word that is shown is cut from the
//! original. Bytes of a block that are not those of the original, as where an entity was decoded, are the exception.

use tantivy::DocSet;
use tantivy::TERMINATED;
use tantivy::TantivyDocument;
use tantivy::Term;
use tantivy::schema::IndexRecordOption;
use tantivy::schema::Value as _;

use crate::error::Result;
use crate::index::failed;
use crate::index::reader::Reader;
use crate::index::schema;
use crate::postmortem::Block;
use crate::postmortem::BlockKind;
use crate::postmortem::Postmortem;
use crate::postmortem::SectionKind;
use crate::text::Span;

/// Raised with every change in how a shape is written.
const VERSION: u8 = 1;

/// Every kind of block, in the order of their numbers.
const KINDS: [BlockKind; 8] = [
    BlockKind::Title,
    BlockKind::Heading,
    BlockKind::Paragraph,
    BlockKind::ListItem,
    BlockKind::TableRow,
    BlockKind::KeyValue,
    BlockKind::Quote,
    BlockKind::Code,
];

/// The blocks of a document, each with the kind of section that it stands in. Of [`Block::section`] nothing is said.
pub type Blocks = Vec<(SectionKind, Block)>;

impl Reader {
    /// The blocks of a document, cut from its original text by the shape that the index keeps; `None` where it keeps none
    /// that fits.
    ///
    /// # Errors
    /// [`Error::Index`](crate::error::Error::Index) where the index cannot be read.
    pub fn blocks(&self, id: &str, text: &str) -> Result<Option<Blocks>> {
        let shape = self.shape(id).map_err(failed("read from the index"))?;
        Ok(shape.and_then(|shape| read(&shape, text)))
    }

    fn shape(&self, id: &str) -> tantivy::Result<Option<Vec<u8>>> {
        let fields = schema::fields();
        let term = Term::from_field_text(fields.id, id);
        for segment in self.segments() {
            let words = segment.inverted_index(fields.id)?;
            let Some(mut found) = words.read_postings(&term, IndexRecordOption::Basic)? else {
                continue;
            };
            while found.doc() != TERMINATED {
                if !segment.is_deleted(found.doc()) {
                    let stored: TantivyDocument = segment.get_store_reader(1)?.get(found.doc())?;
                    let shape = stored.get_first(fields.shape);
                    return Ok(shape.and_then(|shape| shape.as_bytes().map(<[u8]>::to_vec)));
                }
                found.advance();
            }
        }
        Ok(None)
    }
}

/// The shape of a post-mortem in the text that it was parsed from.
pub(in crate::index) fn write(text: &str, postmortem: &Postmortem) -> Vec<u8> {
    let mut shape = vec![VERSION];
    let mut last = 0;
    for block in &postmortem.blocks {
        let section = postmortem.section_kind(block);
        let section = SectionKind::ALL.iter().position(|kind| *kind == section);
        let kind = KINDS.iter().position(|kind| *kind == block.kind);
        put(
            &mut shape,
            section.unwrap_or(0) * KINDS.len() + kind.unwrap_or(0),
        );
        put_step(&mut shape, last, block.span.start);
        put(&mut shape, block.span.end - block.span.start);
        last = block.span.end;
        put(&mut shape, block.map.len());
        let (mut visible, mut original) = (0, block.span.start);
        for pair in &block.map {
            put(&mut shape, pair.0 - visible);
            put_step(&mut shape, original + (pair.0 - visible), pair.1);
            (visible, original) = *pair;
        }
        put(&mut shape, block.text.len());
        put_text(&mut shape, text.as_bytes(), block);
    }
    shape
}

/// The blocks of a document, from its shape and its original text; `None` where the two do not fit.
pub(in crate::index) fn read(shape: &[u8], text: &str) -> Option<Blocks> {
    let mut shape = Bytes(shape);
    if shape.byte()? != VERSION {
        return None;
    }
    let mut blocks = Blocks::new();
    let mut last = 0;
    while !shape.0.is_empty() {
        let kinds = shape.number()?;
        let section = SectionKind::ALL.get(kinds / KINDS.len())?;
        let start = shape.step(last)?;
        let end = start.checked_add(shape.number()?)?;
        last = end;
        let mut block = Block {
            section: 0,
            kind: KINDS[kinds % KINDS.len()],
            text: String::new(),
            span: Span::new(start, end),
            map: Vec::new(),
        };
        let (mut visible, mut original) = (0usize, start);
        for _ in 0..shape.number()? {
            let further = shape.number()?;
            visible = visible.checked_add(further)?;
            original = shape.step(original.checked_add(further)?)?;
            block.map.push((visible, original));
        }
        block.text = shape.text(text.as_bytes(), &block)?;
        blocks.push((*section, block));
    }
    Some(blocks)
}

/// The byte of the original that a byte of visible text was made from, as it is seen: white space is a space.
fn seen(text: &[u8], at: usize) -> Option<u8> {
    text.get(at).map(|byte| match byte {
        b'\n' | b'\r' | b'\t' => b' ',
        byte => *byte,
    })
}

/// Walks over the visible text of a block: where in the original each of its bytes stands.
struct Walk<'a> {
    map: &'a [(usize, usize)],
    start: usize,
    at: usize,
}

impl Walk<'_> {
    fn of(block: &Block) -> Walk<'_> {
        Walk {
            map: &block.map,
            start: block.span.start,
            at: 0,
        }
    }

    /// Where the byte at an offset stands; offsets are asked for in their order.
    fn original(&mut self, offset: usize) -> usize {
        while self.map.get(self.at).is_some_and(|pair| pair.0 <= offset) {
            self.at += 1;
        }
        match self.at.checked_sub(1).map(|at| self.map[at]) {
            Some((visible, original)) => original.saturating_add(offset - visible),
            None => self.start,
        }
    }
}

/// The visible text of a block: by turns, how many bytes are those of the original, and bytes that are not.
fn put_text(shape: &mut Vec<u8>, text: &[u8], block: &Block) {
    let visible = block.text.as_bytes();
    let mut walk = Walk::of(block);
    let same: Vec<bool> = (visible.iter().enumerate())
        .map(|(at, byte)| seen(text, walk.original(at)) == Some(*byte))
        .collect();
    let mut at = 0;
    let run = |at: usize, wanted: bool| same[at..].iter().take_while(|one| **one == wanted).count();
    while at < visible.len() {
        let copied = run(at, true);
        put(shape, copied);
        at += copied;
        if at < visible.len() {
            let own = run(at, false);
            put(shape, own);
            shape.extend_from_slice(&visible[at..at + own]);
            at += own;
        }
    }
}

/// Seven bits to a byte, the lowest first; the highest bit says that more follow.
fn put(shape: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        shape.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    shape.push(number as u8);
}

/// The way from one place to another, which may lead back.
fn put_step(shape: &mut Vec<u8>, from: usize, to: usize) {
    let (way, back) = (to.abs_diff(from), usize::from(to < from));
    put(shape, way << 1 | back);
}

/// Bytes that are read from the front; `None` where they end too soon.
struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn number(&mut self) -> Option<usize> {
        let mut number = 0usize;
        for shift in (0..usize::BITS).step_by(7) {
            let byte = self.byte()?;
            number |= usize::from(byte & 0x7f).checked_shl(shift)?;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    fn step(&mut self, from: usize) -> Option<usize> {
        let step = self.number()?;
        match step & 1 {
            0 => from.checked_add(step >> 1),
            _ => from.checked_sub(step >> 1),
        }
    }

    fn text(&mut self, text: &[u8], block: &Block) -> Option<String> {
        let length = self.number()?;
        let mut walk = Walk::of(block);
        let mut visible = Vec::new();
        while visible.len() < length {
            for _ in 0..self.number()? {
                visible.push(seen(text, walk.original(visible.len()))?);
            }
            if visible.len() < length {
                let own = self.number()?;
                visible.extend_from_slice(self.0.get(..own)?);
                self.0 = &self.0[own..];
            }
        }
        String::from_utf8(visible).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::postmortem::Section;

    const TEXT: &str = "# A *title*\n\nTwo lines\nof text &amp; more, gr\u{f6}sser.\n";

    fn postmortem() -> Postmortem {
        let section = |kind| Section {
            kind,
            heading: String::new(),
            level: 0,
            parent: None,
            span: Span::default(),
        };
        let block = |section, kind, text: &str, span, map: &[(usize, usize)]| Block {
            section,
            kind,
            text: text.to_owned(),
            span,
            map: map.to_vec(),
        };
        let map = [(0, 2), (2, 5)];
        let title = block(0, BlockKind::Title, "A title", Span::new(0, 11), &map);
        let words = "Two lines of text & more, gr\u{f6}sser.";
        let map = [(0, 13), (18, 31), (19, 36)];
        let end = TEXT.len() - 1;
        let paragraph = block(1, BlockKind::Paragraph, words, Span::new(13, end), &map);
        Postmortem {
            sections: vec![section(SectionKind::Title), section(SectionKind::RootCause)],
            blocks: vec![title, paragraph],
            ..Postmortem::default()
        }
    }

    #[test]
    fn blocks_come_back_as_they_were() {
        let postmortem = postmortem();
        let shape = write(TEXT, &postmortem);
        assert!(shape.len() < 40, "no text is kept: {} bytes", shape.len());
        let blocks = read(&shape, TEXT).expect("a shape that fits");
        assert_eq!(blocks.len(), postmortem.blocks.len());
        for ((section, block), expected) in blocks.into_iter().zip(&postmortem.blocks) {
            assert_eq!(section, postmortem.section_kind(expected));
            let section = expected.section;
            assert_eq!(Block { section, ..block }, *expected);
        }
        assert_eq!(
            read(&write("", &Postmortem::default()), ""),
            Some(Vec::new())
        );
    }

    #[test]
    fn a_damaged_shape_and_another_text_are_no_harm() {
        let shape = write(TEXT, &postmortem());
        assert_eq!(read(&shape, "short"), None);
        for at in 0..shape.len() {
            let _ = read(&shape[..at], TEXT);
            for bit in 0..8 {
                let mut other = shape.clone();
                other[at] ^= 1 << bit;
                let _ = read(&other, TEXT);
            }
        }
    }
}
