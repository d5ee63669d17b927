//! Outline, Section, Block, Inline: a report as headings, sentences and tables, before it is written in any format.

use super::Members;

/// A run of words, or something that a format shows in its own way.
#[derive(Debug, Clone, PartialEq)]
pub enum Inline {
    /// Words.
    Text(String),
    /// Words that stand out.
    Strong(String),
    /// Something to type: a query, a command, an id of the codebook.
    Code(String),
    /// A number with the incidents behind it.
    Figure(String, Members),
    /// The ids of some incidents.
    Incidents(Members),
    /// A share, 0 to 1, as a bar.
    Bar(f64),
}

/// A line of a report.
pub type Line = Vec<Inline>;

/// On which side the cells of a column stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// Rows under headings.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// The headings with their sides.
    pub columns: Vec<(&'static str, Side)>,
    /// The rows, each with a cell for every column.
    pub rows: Vec<Vec<Line>>,
}

/// A part of a section.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// One paragraph.
    Paragraph(Line),
    /// Points.
    List(Vec<Line>),
    /// Rows under headings.
    Table(Table),
}

/// A heading and what stands under it.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// The heading.
    pub title: String,
    /// 2 for a section, 3 for a part of one.
    pub level: u8,
    /// What stands under it.
    pub blocks: Vec<Block>,
}

/// A whole report.
#[derive(Debug, Clone, PartialEq)]
pub struct Outline {
    /// The title.
    pub title: String,
    /// The sections in reading order.
    pub sections: Vec<Section>,
}

impl Inline {
    /// Words.
    pub fn text(words: impl Into<String>) -> Inline {
        Inline::Text(words.into())
    }

    /// Something to type.
    pub fn code(words: impl Into<String>) -> Inline {
        Inline::Code(words.into())
    }
}

/// Text from a document without what could disturb a page or a terminal: control characters and characters that turn
/// or hide text become spaces.
pub fn plain(text: &str) -> String {
    let shown = |c: char| {
        !c.is_control()
            && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
            && !matches!(c, '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
    };
    text.chars()
        .map(|c| if shown(c) { c } else { ' ' })
        .collect()
}
