//! Reader: one commit of an index, for searching and for comparing it with the store.

use std::fmt;
use std::thread;
use std::time::Duration;

use tantivy::BitSet;
use tantivy::DocId;
use tantivy::DocSet;
use tantivy::Index;
use tantivy::Segment;
use tantivy::SegmentReader;
use tantivy::TERMINATED;
use tantivy::TantivyDocument;
use tantivy::Term;
use tantivy::directory::Directory;
use tantivy::directory::OwnedBytes;
use tantivy::directory::RamDirectory;
use tantivy::fastfield::AliveBitSet;
use tantivy::fastfield::write_alive_bitset;
use tantivy::schema::IndexRecordOption;
use tantivy::tokenizer::TokenizerManager;

use crate::error::Result;
use crate::index::Generation;
use crate::index::Payload;
use crate::index::failed;
use crate::index::schema;

/// How often opening is tried while a writer may be removing the files that it replaced.
const ATTEMPTS: usize = 5;

/// The arena for documents in memory; it grows where it is too small.
const ARENA: usize = 3_000_000;

/// One commit of an index, with what may have been folded into it since.
pub struct Reader {
    index: Index,
    segments: Vec<Segment>,
    readers: Vec<SegmentReader>,
    payload: Payload,
}

impl Reader {
    /// Opens a generation at its last commit. Needs no right to write, takes no lock.
    ///
    /// # Errors
    /// [`Error::Index`](crate::error::Error::Index) where it cannot be used.
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
        schema::register(index.tokenizers());
        // Read once, so that payload and segments are of one commit.
        let metas = index.load_metas().map_err(failed(doing))?;
        let payload = Payload::read(metas.payload.as_deref())?;
        let segments = metas
            .segments
            .into_iter()
            .map(|meta| index.segment(meta))
            .collect();
        Reader::of(index, segments, payload).map_err(failed(doing))
    }

    fn of(index: Index, segments: Vec<Segment>, payload: Payload) -> tantivy::Result<Reader> {
        let readers = segments
            .iter()
            .map(SegmentReader::open)
            .collect::<tantivy::Result<_>>()?;
        Ok(Reader {
            index,
            segments,
            readers,
            payload,
        })
    }

    /// An index of some documents in memory, where none can be had on the disk.
    ///
    /// # Errors
    /// [`Error::Index`](crate::error::Error::Index).
    pub fn in_memory(documents: impl IntoIterator<Item = TantivyDocument>) -> Result<Reader> {
        let doing = "make an index in memory";
        let index = in_memory(documents).map_err(failed(doing))?;
        let segments = index.searchable_segments().map_err(failed(doing))?;
        Reader::of(index, segments, Payload::new("", "", 0)).map_err(failed(doing))
    }

    /// Folds in what has changed since the commit: an id, and its document unless it was removed. What the index holds
    /// under that id is hidden.
    ///
    /// # Errors
    /// [`Error::Index`](crate::error::Error::Index).
    pub fn fold_in(&mut self, changes: Vec<(String, Option<TantivyDocument>)>) -> Result<()> {
        let fold_in = || {
            let ids: Vec<&str> = changes.iter().map(|(id, _)| id.as_str()).collect();
            for (segment, reader) in self.segments.iter().zip(&mut self.readers) {
                if let Some(visible) = all_but(reader, &ids)? {
                    *reader = SegmentReader::open_with_custom_alive_set(segment, Some(visible))?;
                }
            }
            let index = in_memory(changes.into_iter().filter_map(|(_, document)| document))?;
            for segment in index.searchable_segments()? {
                self.readers.push(SegmentReader::open(&segment)?);
                self.segments.push(segment);
            }
            Ok(())
        };
        fold_in().map_err(failed("fold the newest changes into the index"))
    }

    /// The parts that are searched.
    pub(super) fn segments(&self) -> &[SegmentReader] {
        &self.readers
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
        for segment in &self.readers {
            collect(segment, &mut contents).map_err(failed("read what the index holds"))?;
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
        let metas = self
            .index
            .load_metas()
            .map_err(failed("read what the index holds"))?;
        let directory = self.index.directory();
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

/// An index of some documents, in one segment, made without a thread and without an arena that has to be cleared.
fn in_memory(documents: impl IntoIterator<Item = TantivyDocument>) -> tantivy::Result<Index> {
    let tokenizers = TokenizerManager::default();
    schema::register(&tokenizers);
    let mut writer = Index::builder()
        .schema(schema::schema())
        .tokenizers(tokenizers)
        .single_segment_index_writer(RamDirectory::create(), ARENA)?;
    for document in documents {
        writer.add_document(document)?;
    }
    writer.finalize()
}

/// The documents of a segment that are not of some ids; `None` where it holds none of these.
fn all_but(reader: &SegmentReader, ids: &[&str]) -> tantivy::Result<Option<AliveBitSet>> {
    let field = reader.schema().get_field("id")?;
    let words = reader.inverted_index(field)?;
    let mut visible = BitSet::with_max_value_and_full(reader.max_doc());
    // What was hidden before stays hidden: the new set takes the place of the one that was laid over the segment.
    for doc in (0..reader.max_doc()).filter(|doc| reader.is_deleted(*doc)) {
        visible.remove(doc);
    }
    let mut hidden = false;
    for id in ids {
        let term = Term::from_field_text(field, id);
        let Some(mut documents) = words.read_postings(&term, IndexRecordOption::Basic)? else {
            continue;
        };
        while documents.doc() != TERMINATED {
            visible.remove(documents.doc());
            hidden = true;
            documents.advance();
        }
    }
    if !hidden {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    write_alive_bitset(&visible, &mut bytes)?;
    Ok(Some(AliveBitSet::open(OwnedBytes::new(bytes))))
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

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader")
            .field("payload", &self.payload)
            .finish_non_exhaustive()
    }
}
