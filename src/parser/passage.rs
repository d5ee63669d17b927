//! Passage, Outline: a document divided into sections, passages and entries.

use crate::parser::entry::Entry;
use crate::parser::piece::Piece;
use crate::postmortem::BlockKind;
use crate::postmortem::Section;
use crate::postmortem::SectionKind;

/// A piece in its section.
#[derive(Debug, Clone)]
pub(crate) struct Passage {
    /// Index of its section.
    pub(crate) section: usize,
    /// What it is.
    pub(crate) kind: BlockKind,
    /// The text with its marks.
    pub(crate) piece: Piece,
}

/// A document divided.
#[derive(Debug, Default)]
pub(crate) struct Outline {
    /// Title, body, and one for every heading.
    pub(crate) sections: Vec<Section>,
    /// The text, in order.
    pub(crate) passages: Vec<Passage>,
    /// Keys and values found in the text.
    pub(crate) entries: Vec<Entry>,
    /// The title heading, where there is one, and where it stands.
    pub(crate) title: Option<(String, usize)>,
}

impl Outline {
    /// The kind of the section of a passage.
    pub(crate) fn kind(&self, passage: &Passage) -> SectionKind {
        self.sections[passage.section].kind
    }
}
