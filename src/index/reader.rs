//! Reader: one commit of an index, for searching and for comparing it with the store.

use std::thread;
use std::time::Duration;

use tantivy::DocId;
use tantivy::Index;
use tantivy::ReloadPolicy;
use tantivy::Searcher;
use tantivy::SegmentReader;
use tantivy::TantivyDocument;
use tantivy::directory::Directory;

use crate::error::Result;
use crate::index::Generation;
use crate::index::Payload;
use crate::index::failed;
use crate::index::schema;

/// How often opening is tried while a writer may be removing the files that it replaced.
const ATTEMPTS: usize = 5;

/// The arena of the writer of an index in memory; the least that tantivy accepts.
const ARENA: usize = 15_000_000;

/// One commit of an index.
pub struct Reader {
    searcher: Searcher,
    payload: Payload,
}

impl Reader {
    /// Opens a generation at its last commit. Needs no right to write, takes no lock.
    ///
    /// # Errors
    /// [`Error::Index`] where it cannot be used.
    pub fn open(generation: &Generation) -> Result<Reader> {
        let mut attempt = 1;
        loop {
            match Reader::open_once(generation) {
                Err(_) if attempt < ATTEMPTS && generation.folder().is_dir() => {
                    attempt += 1;
                    thread::sleep(Duration::from_millis(10));
                }
                done => return done,
            }
        }
    }

    fn open_once(generation: &Generation) -> Result<Reader> {
        let doing = "open the index";
        let index = generation.open_read_only()?;
        schema::register(&index);
        // The payload first: the words may then be newer than it says, never older.
        let metas = index.load_metas().map_err(failed(doing))?;
        let payload = Payload::read(metas.payload.as_deref())?;
        let reader = index
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .try_into()
            .map_err(failed(doing))?;
        Ok(Reader {
            searcher: reader.searcher(),
            payload,
        })
    }

    /// An index of some documents in memory, where none can be had on the disk.
    ///
    /// # Errors
    /// [`Error::Index`](crate::error::Error::Index).
    pub fn in_memory(documents: impl IntoIterator<Item = TantivyDocument>) -> Result<Reader> {
        let make = || {
            let index = Index::create_in_ram(schema::schema());
            schema::register(&index);
            let mut writer = index.writer_with_num_threads(1, ARENA)?;
            for document in documents {
                writer.add_document(document)?;
            }
            writer.prepare_commit()?.commit()?;
            Ok(index.reader()?.searcher())
        };
        Ok(Reader {
            searcher: make().map_err(failed("make an index in memory"))?,
            payload: Payload::new("", "", 0),
        })
    }

    /// The words.
    pub fn searcher(&self) -> &Searcher {
        &self.searcher
    }

    /// Whose words they are, as of which revision.
    pub fn payload(&self) -> &Payload {
        &self.payload
    }

    /// Id, revision and hash of every document, ordered: what must equal the store.
    ///
    /// # Errors
    /// [`Error::Index`].
    pub fn contents(&self) -> Result<Vec<(String, i64, u64)>> {
        let mut contents = Vec::new();
        for segment in self.searcher.segment_readers() {
            collect(segment, &mut contents)
                .map_err(|error| failed("read what the index holds")(error))?;
        }
        contents.sort_unstable();
        Ok(contents)
    }

    /// The files of this commit whose checksum is wrong or which cannot be read. Taken from the commit, not from
    /// tantivy's list of its own files, which can be incomplete.
    ///
    /// # Errors
    /// [`Error::Index`].
    pub fn damaged_files(&self) -> Result<Vec<String>> {
        let index = self.searcher.index();
        let metas = index
            .load_metas()
            .map_err(failed("read what the index holds"))?;
        let directory = index.directory();
        let mut damaged = Vec::new();
        for file in metas.list_segment_files() {
            let is_there = directory.exists(&file).unwrap_or(false);
            // A commit names every file that a segment may have; not all of them need be there.
            if is_there && !directory.validate_checksum(&file).unwrap_or(false) {
                damaged.push(file.display().to_string());
            }
        }
        damaged.sort();
        Ok(damaged)
    }
}

/// Adds id, revision and hash of every living document of a segment.
fn collect(segment: &SegmentReader, contents: &mut Vec<(String, i64, u64)>) -> tantivy::Result<()> {
    let fast = segment.fast_fields();
    let missing = |field: &str| {
        tantivy::TantivyError::SchemaError(format!("the index has no field `{field}`"))
    };
    let ids = fast.str("id")?.ok_or_else(|| missing("id"))?;
    let revs = fast.i64("rev")?;
    let hashes = fast.u64("hash")?;
    for doc in 0..segment.max_doc() as DocId {
        if segment
            .alive_bitset()
            .is_some_and(|alive| !alive.is_alive(doc))
        {
            continue;
        }
        let mut id = String::new();
        if let Some(ordinal) = ids.term_ords(doc).next() {
            ids.ord_to_str(ordinal, &mut id)?;
        }
        contents.push((
            id,
            revs.first(doc).unwrap_or_default(),
            hashes.first(doc).unwrap_or_default(),
        ));
    }
    Ok(())
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader")
            .field("payload", &self.payload)
            .finish_non_exhaustive()
    }
}
