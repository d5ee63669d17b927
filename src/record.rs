//! Record: one post-mortem as the knowledge base holds it: where it came from, what it states, what was concluded.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::Serialize;

use crate::classification::Classification;
use crate::incident::Facts;
use crate::incident::IncidentId;
use crate::postmortem::DocumentKind;
use crate::quarter::Quarter;

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
}

impl Record {
    /// The quarter that it counts in; `None` where the document states no date.
    pub fn quarter(&self) -> Option<Quarter> {
        self.facts.quarter()
    }

    /// Whether it is counted as an incident.
    pub fn is_counted(&self) -> bool {
        self.kind.is_counted()
    }
}
