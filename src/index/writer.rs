//! Writer: the one who changes an index, with the ways round two defects of tantivy 0.27.
//!
//! 1. A kill between writing a delete file and `meta.json` leaves an orphan that a later writer cannot overwrite, so that
//!    every replay fails: unused files are collected as soon as the writer is open.
//! 2. The first operation of a writer bears the stamp of the last commit, and a merge that runs before the next commit
//!    skips a delete of that stamp, which leaves two copies of a document: one stamp is burned on a delete of nothing,
//!    and merges run only when asked for, after the commit.

use std::fs;

use tantivy::Index;
use tantivy::IndexWriter;
use tantivy::TantivyDocument;
use tantivy::Term;
use tantivy::directory::MmapDirectory;
use tantivy::index::SegmentId;
use tantivy::indexer::NoMergePolicy;
use tantivy::schema::Field;

use crate::error::Error;
use crate::error::Result;
use crate::index::Generation;
use crate::index::Lock;
use crate::index::Payload;
use crate::index::failed;
use crate::index::schema;

/// The arena of a writer that takes in a few documents; the least that tantivy accepts.
const SMALL_ARENA: usize = 15_000_000;

/// The arena of a writer that takes in many.
const LARGE_ARENA: usize = 100_000_000;

/// From how many documents on they are many.
const MANY: i64 = 1000;

/// How many segments an index may have before some are merged.
const SEGMENTS: usize = 8;

/// The id of no document.
const NOBODY: &str = "\u{1}";

/// The one who changes an index. It cannot outlive the lock.
pub struct Writer<'lock> {
    writer: IndexWriter,
    id: Field,
    hash: Field,
    _lock: &'lock Lock,
}

impl<'lock> Writer<'lock> {
    /// Opens a generation to write about `pending` documents.
    ///
    /// # Errors
    /// [`Error::Index`] where it cannot be used, [`Error::File`].
    pub fn open(generation: &Generation, pending: i64, lock: &'lock Lock) -> Result<Writer<'lock>> {
        let doing = "open the index for writing";
        sweep(generation)?;
        let directory = MmapDirectory::open(generation.folder())
            .map_err(|error| failed(doing)(error.into()))?;
        let index = Index::open(directory).map_err(failed(doing))?;
        schema::register(index.tokenizers());
        let field = |name: &str| index.schema().get_field(name).map_err(failed(doing));
        let (id, hash) = (field("id")?, field("hash")?);
        let arena = if pending >= MANY {
            LARGE_ARENA
        } else {
            SMALL_ARENA
        };
        let writer: IndexWriter = index
            .writer_with_num_threads(1, arena)
            .map_err(failed(doing))?;
        writer.set_merge_policy(Box::new(NoMergePolicy));
        writer
            .garbage_collect_files()
            .wait()
            .map_err(failed(doing))?;
        writer.delete_term(Term::from_field_text(id, NOBODY));
        Ok(Writer {
            writer,
            id,
            hash,
            _lock: lock,
        })
    }

    /// Puts a document in the place of what was there under its id; `hash` is the store's seal of the record.
    ///
    /// # Errors
    /// [`Error::Index`]; so for everything below. The writer is then of no use any more.
    pub fn put(&mut self, id: &str, hash: u64, mut document: TantivyDocument) -> Result<()> {
        self.forget(id);
        document.add_u64(self.hash, hash);
        self.writer
            .add_document(document)
            .map_err(failed("add a document to the index"))?;
        Ok(())
    }

    /// Takes out what is there under an id.
    pub fn forget(&mut self, id: &str) {
        self.writer.delete_term(Term::from_field_text(self.id, id));
    }

    /// Makes everything until now findable and durable, and says how far the index has come.
    pub fn commit(&mut self, payload: &Payload) -> Result<()> {
        let doing = "commit to the index";
        let text = serde_json::to_string(payload).map_err(|error| Error::Index {
            doing,
            source: Box::new(error),
        })?;
        let mut prepared = self.writer.prepare_commit().map_err(failed(doing))?;
        prepared.set_payload(&text);
        prepared.commit().map_err(failed(doing))?;
        Ok(())
    }

    /// How many documents the last commit holds.
    pub fn count(&self) -> Result<u64> {
        let metas = self
            .writer
            .index()
            .searchable_segment_metas()
            .map_err(failed("count the index's documents"))?;
        Ok(metas.iter().map(|meta| u64::from(meta.num_docs())).sum())
    }

    /// Merges small segments where there are many, and ends; to be called after a commit. Threads of tantivy outlive a
    /// writer that is merely dropped, and would go on writing without the lock.
    pub fn close(mut self) -> Result<()> {
        let doing = "merge the index";
        let metas = self
            .writer
            .index()
            .searchable_segment_metas()
            .map_err(failed(doing))?;
        let mut segments: Vec<(u32, SegmentId)> = metas
            .iter()
            .map(|meta| (meta.num_docs(), meta.id()))
            .collect();
        if segments.len() > SEGMENTS {
            segments.sort_unstable();
            let sizes: Vec<u32> = segments.iter().map(|(size, _)| *size).collect();
            let merged: Vec<SegmentId> = segments[..worth_merging(&sizes)]
                .iter()
                .map(|(_, id)| *id)
                .collect();
            self.writer.merge(&merged).wait().map_err(failed(doing))?;
            self.writer
                .garbage_collect_files()
                .wait()
                .map_err(failed(doing))?;
        }
        self.writer.wait_merging_threads().map_err(failed(doing))
    }
}

impl std::fmt::Debug for Writer<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer").finish_non_exhaustive()
    }
}

/// How many of some segments to merge, given their sizes, smallest first: as far as a segment is no larger than all
/// smaller ones together, so that a large one is not written anew for every few documents.
fn worth_merging(sizes: &[u32]) -> usize {
    let mut sum = 0u64;
    let mut worth = 0;
    for (at, size) in sizes.iter().enumerate() {
        if at > 0 && u64::from(*size) <= sum {
            worth = at + 1;
        }
        sum += u64::from(*size);
    }
    worth
        .max(2)
        .max(sizes.len().saturating_sub(SEGMENTS) + 1)
        .min(sizes.len())
}

/// Removes the temporary files that killed commits leave behind; tantivy never does.
fn sweep(generation: &Generation) -> Result<()> {
    let entries = fs::read_dir(generation.folder()).map_err(|source| Error::Index {
        doing: "open the index for writing",
        source: Box::new(source),
    })?;
    for path in entries.flatten().map(|entry| entry.path()) {
        let name = path.file_name().and_then(|name| name.to_str());
        if name.is_some_and(|name| name.starts_with(".tmp")) {
            let _ = fs::remove_file(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::worth_merging;

    #[test]
    fn small_segments_are_merged_and_large_ones_left_alone() {
        assert_eq!(worth_merging(&[1, 1, 1, 1, 1, 1, 1, 1, 10_000]), 8);
        assert_eq!(worth_merging(&[1; 9]), 9);
        assert_eq!(worth_merging(&[1, 1, 1, 1, 1, 1, 1, 8, 9]), 9);
        assert_eq!(worth_merging(&[1, 2, 4, 8, 16, 32, 64, 128, 256]), 2);
        assert_eq!(worth_merging(&[0, 0, 0, 0, 0, 0, 0, 0, 5]), 8);
    }
}
