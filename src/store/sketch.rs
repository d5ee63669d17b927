//! Sketches: of every record one byte of each number of its fingerprint, in blocks, so that all are read in no time.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use rusqlite::OptionalExtension as _;

use crate::error::Error;
use crate::error::Result;
use crate::store::failure::failed;
use crate::store::view::View;

/// The sketch of one fingerprint: the lowest byte of each of its numbers. Fingerprints agree in no more numbers than
/// their sketches do in bytes.
pub type Sketch = [u8; SKETCH];

/// The bytes of a sketch.
const SKETCH: usize = 64;

/// How many records a block is for.
const BLOCK: i64 = 64;

/// The sketch of a fingerprint in bytes; all zero where there is none.
pub fn of(fingerprint: Option<&[u8]>) -> Sketch {
    let mut sketch = [0; SKETCH];
    let lowest = fingerprint.unwrap_or_default().iter().step_by(4);
    for (byte, lowest) in sketch.iter_mut().zip(lowest) {
        *byte = *lowest;
    }
    sketch
}

/// The blocks that a transaction has changed.
#[derive(Debug, Default)]
pub(super) struct Sketches {
    blocks: BTreeMap<i64, Vec<u8>>,
}

impl Sketches {
    /// Sets the sketch of a record.
    pub(super) fn set(
        &mut self,
        view: &View<'_>,
        number: i64,
        fingerprint: Option<&[u8]>,
    ) -> Result<()> {
        let at = number.div_euclid(BLOCK);
        if let Entry::Vacant(place) = self.blocks.entry(at) {
            place.insert(read(view, at)?);
        }
        if let Some(block) = self.blocks.get_mut(&at) {
            let start = place(number);
            block.resize(BLOCK as usize * SKETCH, 0);
            block[start..start + SKETCH].copy_from_slice(&of(fingerprint));
        }
        Ok(())
    }

    /// Writes the blocks that were changed.
    pub(super) fn write(self, view: &View<'_>) -> Result<()> {
        for (at, block) in self.blocks {
            view.connection()
                .prepare_cached("INSERT OR REPLACE INTO sketch (block, bytes) VALUES (?1, ?2)")
                .and_then(|mut statement| statement.execute((at, block)))
                .map_err(failed("write the sketches"))?;
        }
        Ok(())
    }
}

/// Where the sketch of a record stands in its block.
fn place(number: i64) -> usize {
    usize::try_from(number.rem_euclid(BLOCK)).unwrap_or_default() * SKETCH
}

fn read(view: &View<'_>, at: i64) -> Result<Vec<u8>> {
    let found: Option<Vec<u8>> = view
        .connection()
        .prepare_cached("SELECT bytes FROM sketch WHERE block = ?1")
        .and_then(|mut statement| statement.query_row([at], |row| row.get(0)).optional())
        .map_err(failed("read the sketches"))?;
    Ok(found.unwrap_or_default())
}

impl View<'_> {
    /// The sketches of all records, by their numbers; all zero where a record has none, or there is no such record.
    pub fn sketches(&self) -> Result<Vec<Sketch>> {
        let doing = "read the sketches";
        let mut statement = self
            .connection()
            .prepare_cached("SELECT block, bytes FROM sketch ORDER BY block")
            .map_err(failed(doing))?;
        let mut rows = statement.query([]).map_err(failed(doing))?;
        let mut all: Vec<Sketch> = Vec::new();
        while let Some(row) = rows.next().map_err(failed(doing))? {
            let block: i64 = row.get(0).map_err(failed(doing))?;
            let bytes = row.get_ref(1).map_err(failed(doing))?.as_blob();
            let (sketches, rest) = bytes.unwrap_or_default().as_chunks::<SKETCH>();
            let first = usize::try_from(block * BLOCK).ok();
            let first = first.filter(|first| rest.is_empty() && *first >= all.len());
            let Some(first) = first.filter(|first| *first <= all.len() + MOST_EMPTY) else {
                return Err(Error::Damaged {
                    found: format!("block {block} of the sketches is not as it was written"),
                });
            };
            all.resize(first, [0; SKETCH]);
            all.extend(sketches);
        }
        Ok(all)
    }
}

/// So many records in a row may be missing.
const MOST_EMPTY: usize = 1 << 26;
