//! Postmortem, Section, SectionKind, Block: the document about one incident, as it was understood.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::Deserialize;
use serde::Serialize;

use crate::error::Error;
use crate::fingerprint::Fingerprint;
use crate::incident::Fact;
use crate::incident::Facts;
use crate::taxonomy::Facet;
use crate::text::Span;

macro_rules! section_kinds {
    ($($(#[$meta:meta])* $variant:ident = $id:literal),+ $(,)?) => {
        /// What a section is about. Headings map to it by `schema/sections.toml`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum SectionKind {
            $($(#[$meta])* #[serde(rename = $id)] $variant,)+
        }

        impl SectionKind {
            /// Every kind.
            pub const ALL: &'static [SectionKind] = &[$(SectionKind::$variant),+];

            /// The id as it stands in files, queries and outputs.
            pub fn id(self) -> &'static str {
                match self {
                    $(SectionKind::$variant => $id,)+
                }
            }
        }
    };
}

section_kinds! {
    /// The title itself.
    Title = "title",
    /// Text before any recognised heading, or in a document without one.
    Body = "body",
    /// Summary, overview, abstract.
    Summary = "summary",
    /// What happened, in order.
    WhatHappened = "what-happened",
    /// How things were before.
    Background = "background",
    /// What it did to users and business.
    Impact = "impact",
    /// Events by the clock.
    Timeline = "timeline",
    /// What set it off.
    Trigger = "trigger",
    /// Why it happened.
    RootCause = "root-cause",
    /// What made it possible or worse.
    Contributing = "contributing",
    /// How it was noticed.
    Detection = "detection",
    /// What people did meanwhile.
    Response = "response",
    /// What stopped the harm.
    Mitigation = "mitigation",
    /// What ended it.
    Resolution = "resolution",
    /// What was considered and rejected.
    RuledOut = "ruled-out",
    /// What went well.
    WentWell = "went-well",
    /// What went wrong.
    WentWrong = "went-wrong",
    /// Where luck helped.
    Lucky = "lucky",
    /// Lessons.
    Lessons = "lessons",
    /// Action items.
    Actions = "actions",
    /// Who took part.
    People = "people",
    /// Figures about the incident.
    Metrics = "metrics",
    /// Keys and values about the document.
    Metadata = "metadata",
    /// Appendix, references, logs, glossary.
    Support = "support",
    /// A heading that is in no list, kept with its title.
    Other = "other",
}

impl fmt::Display for SectionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.id())
    }
}

impl FromStr for SectionKind {
    type Err = Error;

    /// Reads an id; `cause` and `action` are aliases.
    fn from_str(text: &str) -> Result<SectionKind, Error> {
        let folded = text.trim().to_ascii_lowercase().replace(['_', ' '], "-");
        let folded = match folded.as_str() {
            "cause" => "root-cause",
            "action" => "actions",
            other => other,
        };
        SectionKind::ALL
            .iter()
            .copied()
            .find(|kind| kind.id() == folded)
            .ok_or_else(|| Error::Invalid {
                what: "section",
                value: text.to_owned(),
                expected: format!(
                    "one of {}",
                    SectionKind::ALL
                        .iter()
                        .map(|kind| kind.id())
                        .collect::<Vec<_>>()
                        .join(", ")
                ),
            })
    }
}

/// What a document is. Only a post-mortem is counted.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum DocumentKind {
    /// About one incident.
    #[default]
    Postmortem,
    /// A template that nobody filled in.
    Template,
    /// A list of other pages.
    Index,
    /// Minutes of a meeting, a process description.
    Meeting,
    /// The same page as another document.
    Duplicate,
    /// About several incidents: to be divided before it counts.
    Several,
}

impl DocumentKind {
    /// The id as it stands in outputs.
    pub fn id(self) -> &'static str {
        match self {
            DocumentKind::Postmortem => "postmortem",
            DocumentKind::Template => "template",
            DocumentKind::Index => "index",
            DocumentKind::Meeting => "meeting",
            DocumentKind::Duplicate => "duplicate",
            DocumentKind::Several => "several",
        }
    }

    /// Whether documents of this kind are counted as incidents.
    pub fn is_counted(self) -> bool {
        self == DocumentKind::Postmortem
    }
}

/// A section of a document. The first section of every post-mortem is its title, the second its body without heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// What it is about, inherited from the parent where its own heading is in no list.
    pub kind: SectionKind,
    /// The heading as it stands, without markup; empty for title and body.
    pub heading: String,
    /// 1 to 6 for headings, 7 for pseudo-headings, 0 for title and body.
    pub level: u8,
    /// The section that it stands under.
    pub parent: Option<usize>,
    /// The heading in the original text.
    pub span: Span,
}

/// What a block of text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BlockKind {
    /// The document's title.
    Title,
    /// A heading.
    Heading,
    /// A paragraph.
    Paragraph,
    /// A list item's own text.
    ListItem,
    /// A row of a table, its cells separated by ` | `.
    TableRow,
    /// A key with its value: metadata, not prose.
    KeyValue,
    /// Quoted text: chat logs, mails, other people's words.
    Quote,
    /// A code block.
    Code,
}

/// A run of visible text with the way back to the original: plain text without markup, quotation marks and spaces
/// made plain, soft line breaks as spaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Index into [`Postmortem::sections`].
    pub section: usize,
    /// What it is.
    pub kind: BlockKind,
    /// The visible text.
    pub text: String,
    /// The block in the original text.
    pub span: Span,
    /// Pairs of (offset in `text`, offset in the original), ascending; between two pairs both advance together.
    pub map: Vec<(usize, usize)>,
}

impl Block {
    /// Where in the original an offset of the visible text stands.
    pub fn original(&self, offset: usize) -> usize {
        let after = self.map.partition_point(|(visible, _)| *visible <= offset);
        match after.checked_sub(1).map(|at| self.map[at]) {
            Some((visible, original)) => {
                (original + (offset - visible)).min(self.span.end.max(original))
            }
            None => self.span.start,
        }
    }
}

/// A human verdict that the document itself states in its front matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatedVerdict {
    /// What it speaks of.
    pub facet: Facet,
    /// The value, valid for the facet; values of a set are separated by commas.
    pub value: String,
    /// The line of the original file.
    pub line: u32,
}

/// A document as it was understood. Parsing never fails: what is odd is said in diagnostics.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Postmortem {
    /// What the document is.
    pub kind: DocumentKind,
    /// Its language as a two-letter code, `en` where nothing speaks against it.
    pub language: String,
    /// The title; the file's stem where there is none.
    pub title: String,
    /// The id that the front matter states.
    pub stated_id: Option<Fact<String>>,
    /// What it states of the incident.
    pub facts: Facts,
    /// Every key and value found in front matter and metadata, keys folded to lower case with `_`.
    pub metadata: BTreeMap<String, Fact<String>>,
    /// Labels that its author states.
    pub verdicts: Vec<StatedVerdict>,
    /// Title, body, and one for every heading, in order.
    pub sections: Vec<Section>,
    /// The text, in order.
    pub blocks: Vec<Block>,
}

impl Postmortem {
    /// The kind of the section that a block stands in.
    pub fn section_kind(&self, block: &Block) -> SectionKind {
        self.sections
            .get(block.section)
            .map_or(SectionKind::Body, |section| section.kind)
    }

    /// The fingerprint of what the document tells, to find its near copies; `None` where it has fewer than four words.
    /// Keys with their values do not count: an exporting tool gives the same page others each time.
    pub fn fingerprint(&self) -> Option<Fingerprint> {
        let told = self.blocks.iter();
        let told = told.filter(|block| block.kind != BlockKind::KeyValue);
        Fingerprint::of(told.map(|block| block.text.as_str()))
    }
}
