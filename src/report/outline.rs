//! Outline, Section, Block, Inline: a report as headings, sentences, tables and charts, before a format writes it.

use std::collections::BTreeSet;

use crate::report::chart::Chart;
use crate::report::selection::Members;
use crate::report::statistics::Share;

/// A number with the incidents behind it.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// The number as it is printed.
    pub text: String,
    /// The incidents.
    pub members: Members,
    /// The query that lists them, where one can.
    pub query: Option<String>,
}

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
    Figure(Figure),
    /// The ids of some incidents, in this order.
    Incidents(Vec<usize>),
    /// A share, 0 to 1, as a bar.
    Bar(f64),
    /// An address that leads out of the report.
    Link(String),
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
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    /// The headings with their sides.
    pub columns: Vec<(String, Side)>,
    /// The rows, each with a cell for every column.
    pub rows: Vec<Vec<Line>>,
    /// Whether the first number of a row counts the incidents that the row is about.
    pub names_incidents: bool,
}

/// A figure that stands for itself, with what it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact {
    /// The figure.
    pub figure: Line,
    /// What it is, and how many state it.
    pub words: Line,
}

/// A finding of page one.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// The finding in one sentence.
    pub lead: Line,
    /// How sure it is, and how it compares.
    pub detail: Line,
    /// The incidents that show it best, the worst first.
    pub proof: Vec<usize>,
    /// Its share, where it is one.
    pub share: Option<Share>,
}

/// What is known of one incident.
#[derive(Debug, Clone, PartialEq)]
pub struct Card {
    /// Its place among the entries.
    pub place: usize,
    /// Facts with their names.
    pub facts: Vec<(&'static str, Line)>,
    /// Quoted sentences, each with where it stands.
    pub quotes: Vec<(String, String)>,
}

/// A part of a section.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// One paragraph.
    Paragraph(Line),
    /// Points.
    List(Vec<Line>),
    /// Figures side by side.
    Facts(Vec<Fact>),
    /// Findings, the most important first.
    Findings(Vec<Told>),
    /// Rows under headings.
    Table(Table),
    /// A chart with the table behind it.
    Chart(Chart),
    /// An incident.
    Card(Card),
}

/// To whom a section speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Leadership: the first sheet.
    PageOne,
    /// Whoever asks how it was counted.
    Appendix,
    /// Whoever asks for the single incident; too long for a terminal.
    Cards,
}

/// A heading and what stands under it.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// Its name in links.
    pub id: &'static str,
    /// The heading.
    pub title: String,
    /// To whom it speaks.
    pub part: Part,
    /// What stands under it.
    pub blocks: Vec<Block>,
}

/// A whole report.
#[derive(Debug, Clone, PartialEq)]
pub struct Outline {
    /// The title.
    pub title: String,
    /// Who is counted, in a line under the title.
    pub population: Line,
    /// The sections in reading order.
    pub sections: Vec<Section>,
}

impl Outline {
    /// The places of the incidents that have a card.
    pub fn carded(&self) -> BTreeSet<usize> {
        let blocks = self.sections.iter().flat_map(|section| &section.blocks);
        let card = |block: &Block| match block {
            Block::Card(card) => Some(card.place),
            _ => None,
        };
        blocks.filter_map(card).collect()
    }
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

impl Table {
    /// An empty table; a heading that begins with `#` is of a column of numbers.
    pub fn new(columns: &[&str]) -> Table {
        let side = |title: &&str| match title.strip_prefix('#') {
            Some(title) => (title.to_owned(), Side::Right),
            None => ((*title).to_owned(), Side::Left),
        };
        Table {
            columns: columns.iter().map(side).collect(),
            ..Table::default()
        }
    }

    /// The same table, whose first number in a row counts the incidents that the row is about.
    pub fn of_incidents(columns: &[&str]) -> Table {
        Table {
            names_incidents: true,
            ..Table::new(columns)
        }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: Vec<Line>) {
        self.rows.push(cells);
    }

    /// Whether it has no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

/// Text from a document without what could disturb a page or a terminal: control characters and characters that turn
/// or hide text become spaces.
pub fn plain(text: &str) -> String {
    text.chars()
        .map(|c| if is_shown(c) { c } else { ' ' })
        .collect()
}

fn is_shown(c: char) -> bool {
    let turns_or_hides = matches!(
        c,
        '\u{ad}'
            | '\u{61c}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    );
    !c.is_control() && !turns_or_hides
}
