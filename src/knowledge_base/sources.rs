//! Sources: the files and folders that the documents came from, and whether a file still holds what was filed of it.

use std::collections::BTreeSet;

use crate::document::Document;
use crate::document::Limits;
use crate::error::Result;
use crate::knowledge_base::KnowledgeBase;
use crate::parser::split;
use crate::store::Source;

impl KnowledgeBase {
    /// Where every document came from, ordered by path; without those from standard input.
    ///
    /// # Errors
    /// [`crate::error::Error::Store`], [`crate::error::Error::Damaged`].
    pub fn sources(&self) -> Result<Vec<Source>> {
        self.store.read(|view| view.sources())
    }

    /// The folders that were added: as given, and as absolute paths.
    ///
    /// # Errors
    /// [`crate::error::Error::Store`].
    pub fn roots(&self) -> Result<Vec<(String, String)>> {
        self.store.read(|view| view.roots())
    }

    /// Remembers folders that were added, as given and as absolute paths: what moves within them is found again.
    ///
    /// # Errors
    /// [`crate::error::Error::Locked`], [`crate::error::Error::Store`].
    pub fn remember_roots(&mut self, roots: &[(String, String)]) -> Result<()> {
        let known = self.roots()?;
        let new: Vec<&(String, String)> =
            roots.iter().filter(|root| !known.contains(root)).collect();
        if new.is_empty() {
            return Ok(());
        }
        self.store.write(|writing| {
            new.iter()
                .try_for_each(|(source, path)| writing.remember_root(source, path))
        })
    }
}

impl KnowledgeBase {
    /// The level of headings that divides a page with several incidents, as `--split-on` takes it; `None` where it is one.
    ///
    /// # Errors
    /// [`crate::error::Error::UnknownIncident`], [`crate::error::Error::Damaged`], [`crate::error::Error::Store`].
    pub fn split_level(&self, id: &str) -> Result<Option<u8>> {
        let (document, _) = self.postmortem(id)?;
        Ok(split::level(&document))
    }
}

/// What a file holds now against what was filed of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Comparison {
    /// Whether there is something in it that was not filed so.
    pub is_edited: bool,
    /// Parts that are no longer in it.
    pub vanished: Vec<Source>,
}

/// Compares the bytes of a file with what was filed of it: the whole, or its parts.
pub fn compare(bytes: &[u8], filed: Vec<Source>) -> Comparison {
    let known: BTreeSet<[u8; 32]> = filed.iter().map(|one| *one.content.as_bytes()).collect();
    let is_known = |bytes: &[u8]| known.contains(blake3::hash(bytes).as_bytes());
    let limits = Limits {
        document_bytes: usize::MAX,
        ..Limits::default()
    };
    let level = filed.iter().find_map(|one| one.level);
    let page = level.map(|level| (level, Document::read("", bytes.to_vec(), &limits)));
    let Some((level, Ok(page))) = page else {
        return Comparison {
            is_edited: !is_known(bytes),
            vanished: Vec::new(),
        };
    };
    let parts = split::divide(&page, level);
    let names: BTreeSet<&str> = parts
        .iter()
        .map(|part| part.name.trim_start_matches('#'))
        .collect();
    let is_there = |source: &Source| {
        let name = source.path.rsplit_once('#').map(|(_, name)| name);
        name.is_some_and(|name| names.contains(name))
    };
    Comparison {
        is_edited: !parts.iter().all(|part| is_known(&part.bytes)),
        vanished: filed.into_iter().filter(|one| !is_there(one)).collect(),
    }
}
