//! Cursor: the places of one of several words, document by document.

use tantivy::DocId;
use tantivy::DocSet;
use tantivy::TERMINATED;
use tantivy::postings::Postings;
use tantivy::postings::SegmentPostings;

/// The posting lists of several words, read as if they were one.
pub(super) struct Cursor {
    pub(super) lists: Vec<SegmentPostings>,
}

impl Cursor {
    /// How many documents are to be read at most.
    pub(super) fn cost(&self) -> u64 {
        self.lists
            .iter()
            .map(|list| u64::from(list.doc_freq()))
            .sum()
    }

    /// The documents, ascending, from where it stands; it stays there.
    pub(super) fn docs(&self) -> Vec<DocId> {
        let mut docs = Vec::new();
        for list in &self.lists {
            let mut list = list.clone();
            while list.doc() != TERMINATED {
                docs.push(list.doc());
                list.advance();
            }
        }
        docs.sort_unstable();
        docs.dedup();
        docs
    }

    /// Goes on to a document, never back; whether it has one of the words.
    pub(super) fn seek(&mut self, doc: DocId) -> bool {
        let mut found = false;
        for list in &mut self.lists {
            let at = if list.doc() < doc {
                list.seek(doc)
            } else {
                list.doc()
            };
            found |= at == doc;
        }
        found
    }

    /// The places in the document that was sought last, ascending.
    pub(super) fn positions(&mut self, doc: DocId) -> Vec<u32> {
        let mut positions = Vec::new();
        for list in &mut self.lists {
            if list.doc() == doc {
                list.append_positions_with_offset(0, &mut positions);
            }
        }
        positions.sort_unstable();
        positions.dedup();
        positions
    }
}

/// Where the words of all cursors stand side by side in a document that all have: the place of the first.
pub(super) fn phrases(cursors: &mut [Cursor], doc: DocId) -> Vec<u32> {
    let mut places: Option<Vec<u32>> = None;
    for (at, cursor) in (0u32..).zip(cursors) {
        let found = cursor.positions(doc);
        places = Some(match places {
            None => found,
            Some(mut places) => {
                places.retain(|place| found.binary_search(&(place + at)).is_ok());
                places
            }
        });
    }
    places.unwrap_or_default()
}

/// Keeps the places that lie in sections which begin at `kind`, where sections begin at `any`; all ascending.
pub(super) fn keep_inside(places: &mut Vec<u32>, kind: &[u32], any: &[u32]) {
    places.retain(|place| {
        let after = any.partition_point(|start| start <= place);
        after > 0 && kind.binary_search(&any[after - 1]).is_ok()
    });
}
