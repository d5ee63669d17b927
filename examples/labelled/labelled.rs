//! Labelled: folders of documents with the labels of a reader, as the fits read them.

use std::fs;
use std::path::Path;

use pm_kb::document::Document;
use pm_kb::document::Limits;
use pm_kb::evaluation::Gold;
use pm_kb::parser;
use pm_kb::postmortem::Postmortem;

/// A document with its labels.
pub(crate) struct Labelled {
    pub(crate) gold: Gold,
    pub(crate) text: String,
    pub(crate) postmortem: Postmortem,
}

/// Reads the documents that a folder's `LABELS.tsv` names.
pub(crate) fn read(folder: &str) -> Vec<Labelled> {
    let labels = format!("{folder}/LABELS.tsv");
    let gold = Gold::read(&labels, &fs::read_to_string(&labels).unwrap()).unwrap();
    gold.into_iter()
        .map(|gold| {
            let bytes = fs::read(Path::new(folder).join(&gold.file)).unwrap();
            let document = Document::read(&gold.file, bytes, &Limits::default()).unwrap();
            let postmortem = parser::parse(&document, &parser::Options::default()).postmortem;
            Labelled {
                gold,
                text: document.text,
                postmortem,
            }
        })
        .collect()
}
