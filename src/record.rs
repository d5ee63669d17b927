//! Record: one post-mortem as the knowledge base holds it: where it came from, what it states, what was concluded.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use serde::Deserialize;
use serde::Serialize;

use crate::classification::Classification;
use crate::incident::Facts;
use crate::incident::IncidentId;
use crate::postmortem::DocumentKind;
use crate::postmortem::SectionKind;
use crate::quarter::Quarter;

/// A value that a verdict stands over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overruled {
    /// The verdict of the team's file; `None` where the document's front matter says so, or another verdict implies it.
    pub verdict: Option<String>,
    /// What document and rules said: a label as text, a fact with its place as it is stored, null for nothing.
    pub before: serde_json::Value,
}

/// How a record came to be what it is, besides its document and the rules.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Lineage {
    /// The id that the document states.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stated: Option<IncidentId>,
    /// The id that the exporting tool gave to the page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// Which part of its file it is, where the file was divided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part: Option<Part>,
    /// The kinds of the sections that the document has.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub sections: BTreeSet<SectionKind>,
    /// The document that it is a duplicate of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duplicate_of: Option<IncidentId>,
    /// What people overruled, by the name of the field.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub overruled: BTreeMap<String, Overruled>,
}

/// A part of a file that holds several incidents; its name stands behind `#` at the end of source and path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The level of the headings that divide the file.
    pub level: u8,
}

/// One post-mortem as the knowledge base holds it, without its text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Its name.
    pub id: IncidentId,
    /// The path as it was given to `add`; `-` for standard input.
    pub source: String,
    /// The absolute path at that time; empty for standard input.
    pub path: String,
    /// What the document is.
    pub kind: DocumentKind,
    /// Its language as a two-letter code.
    pub language: String,
    /// Its title.
    pub title: String,
    /// What it states.
    pub facts: Facts,
    /// Every key of front matter and metadata with its text, for filters.
    pub metadata: BTreeMap<String, String>,
    /// The labels.
    pub classification: Classification,
    /// How it came to be what it is.
    pub lineage: Lineage,
}

impl Record {
    /// The file that the document stands in, as an absolute path: its own, or the one that it is a part of.
    pub fn file(&self) -> &str {
        match self.lineage.part {
            Some(_) => self.path.rsplit_once('#').map_or(&self.path, |path| path.0),
            None => &self.path,
        }
    }

    /// The quarter that it counts in; `None` where the document states no date.
    pub fn quarter(&self) -> Option<Quarter> {
        self.facts.quarter()
    }

    /// Whether it is counted as an incident.
    pub fn is_counted(&self) -> bool {
        self.kind.is_counted()
    }
}
