//! Dry run: a document read and labelled as `add` would do it, without a knowledge base.

use std::path::Path;

use crate::diagnostic::Diagnostic;
use crate::incident::IncidentId;
use crate::knowledge_base::intake::Input;
use crate::knowledge_base::paper::Paper;
use crate::knowledge_base::reading;
use crate::parser;
use crate::record::Record;
use crate::rule::RuleSet;
use crate::verdict::Standing;

/// A document as it would be recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct DryRun {
    /// The record, under the id that it states or that its name gives; `None` where it is refused.
    pub record: Option<Record>,
    /// What was odd about it.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads and labels a document, and stores nothing.
pub fn dry_run(input: Input, rules: &RuleSet, reading: &parser::Options) -> DryRun {
    let stem = Path::new(&input.source).file_stem().unwrap_or_default();
    let slug = IncidentId::slug(&stem.to_string_lossy());
    let mut paper = Paper::read(input, rules, reading);
    let record = paper.understood.take().and_then(|understood| {
        let id = understood
            .stated
            .clone()
            .or(slug)
            .or_else(|| IncidentId::slug("document"))?;
        let kind = understood.postmortem.kind;
        let mut record = reading::record(understood, id, kind, &Standing::new());
        record.source.clone_from(&paper.source);
        record.path.clone_from(&paper.path);
        Some(record)
    });
    DryRun {
        record,
        diagnostics: paper.diagnostics,
    }
}
