//! Markdown text to a post-mortem and diagnostics; never fails.

use jiff::civil::Date;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Level;
use crate::document::Document;
use crate::document::Limits;
use crate::postmortem::Postmortem;

/// How a date such as `03/07/2026` is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateOrder {
    /// Day, month, year.
    Dmy,
    /// Month, day, year.
    Mdy,
}

/// How a document is to be read.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// What is too large.
    pub limits: Limits,
    /// How an ambiguous date is read; open where `None`.
    pub date_order: Option<DateOrder>,
    /// Turn every warning into a refusal.
    pub strict: bool,
    /// Dates after this day are taken for a mistake, where it is given.
    pub today: Option<Date>,
}

/// A document as it was understood, and what was odd about it.
#[derive(Debug, Clone)]
pub struct Parsed {
    /// The post-mortem.
    pub postmortem: Postmortem,
    /// What was odd, in the order of the file. One of [`Level::Error`] refuses the document.
    pub diagnostics: Vec<Diagnostic>,
}

impl Parsed {
    /// Whether the document is refused.
    pub fn is_refused(&self) -> bool {
        self.diagnostics
            .iter()
            .any(|diagnostic| diagnostic.level == Level::Error)
    }
}

/// Reads a document.
pub fn parse(document: &Document, _options: &Options) -> Parsed {
    Parsed {
        postmortem: Postmortem {
            title: document.name.clone(),
            ..Postmortem::default()
        },
        diagnostics: Vec::new(),
    }
}
