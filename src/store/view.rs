//! View, Change: reading the store, everything from one moment of it.

use blake3::Hash;
use rusqlite::Connection;
use rusqlite::OptionalExtension;
use rusqlite::Params;

use crate::error::Error;
use crate::error::Result;
use crate::incident::IncidentId;
use crate::postmortem::DocumentKind;
use crate::store::failure::failed;
use crate::store::meta;
use crate::store::meta::Meta;
use crate::store::packing::Packing;
use crate::store::row;
use crate::store::row::Filed;
use crate::taxonomy::Decay;
use crate::taxonomy::FailureMode;

/// What became of one id.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// It was filed, anew or again.
    Filed {
        /// As it stands now.
        filed: Box<Filed>,
        /// The original bytes.
        original: Vec<u8>,
    },
    /// It was removed.
    Removed {
        /// Which.
        id: IncidentId,
        /// The revision of the removal.
        rev: i64,
    },
}

impl Change {
    /// The revision of the change.
    pub fn rev(&self) -> i64 {
        match self {
            Change::Filed { filed, .. } => filed.rev,
            Change::Removed { rev, .. } => *rev,
        }
    }
}

/// How many records share some traits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// What they count as.
    pub kind: DocumentKind,
    /// Their failure mode.
    pub failure_mode: FailureMode,
    /// Their decay.
    pub decay: Decay,
    /// They state no date.
    pub is_undated: bool,
    /// Other rules than those in force have labelled them.
    pub is_stale: bool,
    /// How many they are.
    pub records: usize,
}

/// The store at one moment.
#[derive(Debug, Clone, Copy)]
pub struct View<'store> {
    connection: &'store Connection,
    packing: &'store Packing,
}

impl<'store> View<'store> {
    pub(super) fn new(connection: &'store Connection, packing: &'store Packing) -> View<'store> {
        View {
            connection,
            packing,
        }
    }

    pub(super) fn pack(&self, bytes: &[u8]) -> Result<Vec<u8>> {
        self.packing.pack(self.connection, bytes)
    }

    pub(super) fn unpack(&self, packed: &[u8]) -> Result<Vec<u8>> {
        self.packing.unpack(self.connection, packed)
    }

    pub(super) fn packing(&self) -> &'store Packing {
        self.packing
    }

    pub(super) fn connection(&self) -> &'store Connection {
        self.connection
    }

    /// What the store says of itself.
    ///
    /// # Errors
    /// [`Error::Damaged`], [`Error::Store`]; so for everything below.
    pub fn meta(&self) -> Result<Meta> {
        meta::read_meta(self.connection)
    }

    /// One record; `None` where there is none of this id.
    pub fn find(&self, id: &str) -> Result<Option<Filed>> {
        Ok(self.filed("WHERE id = ?1", [id])?.pop())
    }

    /// The record of a number; `None` where there is none.
    pub fn numbered(&self, number: i64) -> Result<Option<Filed>> {
        Ok(self.filed("WHERE number = ?1", [number])?.pop())
    }

    /// The records that were filed first, by number.
    pub(super) fn first(&self, most: i64) -> Result<Vec<Filed>> {
        self.filed("ORDER BY number LIMIT ?1", [most])
    }

    /// Every record, ordered by id.
    pub fn all(&self) -> Result<Vec<Filed>> {
        self.filed("ORDER BY id", [])
    }

    /// Hands every record on, ordered by id, so that not all of them need to be held.
    pub fn each(&self, take: impl FnMut(Filed)) -> Result<()> {
        self.visit("ORDER BY id", [], take)
    }

    /// The records read from one absolute path, ordered by id.
    pub fn at_path(&self, path: &str) -> Result<Vec<Filed>> {
        self.filed("WHERE path = ?1 AND path <> '' ORDER BY id", [path])
    }

    /// The first few records with these original bytes, in the order in which they were filed.
    pub fn with_content(&self, content: Hash) -> Result<Vec<Filed>> {
        // Few, for a thousand copies of one blank template must not be a million comparisons.
        self.filed(
            "WHERE content_hash = ?1 ORDER BY rev LIMIT 16",
            [content.as_bytes().as_slice()],
        )
    }

    /// The record with these original bytes that is no duplicate of another, the first that was filed so.
    pub fn original_with_content(&self, content: Hash) -> Result<Option<Filed>> {
        let mut originals = self.filed(
            "WHERE content_hash = ?1 AND duplicate_of IS NULL ORDER BY rev LIMIT 1",
            [content.as_bytes().as_slice()],
        )?;
        Ok(originals.pop())
    }

    /// The records that are duplicates of one, in the order in which they were filed.
    pub fn duplicates_of(&self, id: &IncidentId) -> Result<Vec<Filed>> {
        self.filed("WHERE duplicate_of = ?1 ORDER BY rev", [id.as_str()])
    }

    /// The records of one page of the exporting tool, in the order in which they were filed.
    pub fn of_page(&self, page: &str) -> Result<Vec<Filed>> {
        self.filed("WHERE page = ?1 ORDER BY rev", [page])
    }

    /// The records that are parts of one file, by its absolute path, ordered by path.
    pub fn parts_of(&self, file: &str) -> Result<Vec<Filed>> {
        // `$` is the character after `#`: these are the paths that go on with `#`.
        let parts = self.filed(
            "WHERE path > ?1 || '#' AND path < ?1 || '$' AND path <> '' ORDER BY path",
            [file],
        )?;
        Ok(parts
            .into_iter()
            .filter(|filed| filed.record.lineage.part.is_some() && filed.record.file() == file)
            .collect())
    }

    /// The records whose day lies between two, both included, ordered by id; days as `YYYY-MM-DD`.
    pub fn between(&self, first: &str, last: &str) -> Result<Vec<Filed>> {
        self.filed("WHERE day BETWEEN ?1 AND ?2 ORDER BY id", [first, last])
    }

    /// The records that the rules of another digest have labelled, ordered by id.
    pub fn labelled_otherwise(&self, ruleset: &str) -> Result<Vec<Filed>> {
        self.filed("WHERE ruleset <> ?1 ORDER BY id", [ruleset])
    }

    /// The records that a person has overruled in something, ordered by id.
    pub fn judged(&self) -> Result<Vec<Filed>> {
        self.filed("WHERE is_judged = 1 ORDER BY id", [])
    }

    /// Whether a record has this id.
    pub fn has(&self, id: &str) -> Result<bool> {
        self.connection
            .prepare_cached("SELECT 1 FROM record WHERE id = ?1")
            .and_then(|mut statement| statement.exists([id]))
            .map_err(failed("look for an id"))
    }

    /// Every id, ordered.
    pub fn ids(&self) -> Result<Vec<String>> {
        self.strings("SELECT id FROM record ORDER BY id")
    }

    /// The first so many ids that begin so, ordered.
    pub fn ids_beginning(&self, start: &str, most: usize) -> Result<Vec<String>> {
        let doing = "look for an id";
        let mut statement = self
            .connection
            .prepare_cached("SELECT id FROM record WHERE id >= ?1 ORDER BY id")
            .map_err(failed(doing))?;
        let mut rows = statement.query([start]).map_err(failed(doing))?;
        let mut ids = Vec::new();
        while let (true, Some(row)) = (ids.len() < most, rows.next().map_err(failed(doing))?) {
            let id = row::text(row, 0)?;
            if !id.starts_with(start) {
                break;
            }
            ids.push(id.to_owned());
        }
        Ok(ids)
    }

    /// Every id, those of duplicates last: which of some equal documents counts is then the same in another store.
    pub fn ids_for_export(&self) -> Result<Vec<String>> {
        self.strings("SELECT id FROM record ORDER BY kind = 'duplicate', id")
    }

    /// Every key of the records' metadata, ordered.
    pub fn metadata_keys(&self) -> Result<Vec<String>> {
        self.strings("SELECT name FROM metadata_key ORDER BY name")
    }

    /// How many records there are of each sort; `ruleset` is the digest of the rules in force.
    pub fn counts(&self, ruleset: &str) -> Result<Vec<Count>> {
        let doing = "count the records";
        let mut statement = self
            .connection
            .prepare_cached(
                "SELECT kind, failure_mode, decay, day IS NULL, ruleset <> ?1, count(*) FROM record \
                 GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5",
            )
            .map_err(failed(doing))?;
        let mut rows = statement.query([ruleset]).map_err(failed(doing))?;
        let mut counts = Vec::new();
        while let Some(row) = rows.next().map_err(failed(doing))? {
            let records: i64 = row.get(5).map_err(failed(doing))?;
            counts.push(Count {
                kind: row::kind(row, 0)?,
                failure_mode: row::value(row, 1)?,
                decay: row::value(row, 2)?,
                is_undated: row.get(3).map_err(failed(doing))?,
                is_stale: row.get(4).map_err(failed(doing))?,
                records: usize::try_from(records).unwrap_or_default(),
            });
        }
        Ok(counts)
    }

    /// The original bytes of a record, once they were found to be those that were filed.
    pub fn original(&self, filed: &Filed) -> Result<Vec<u8>> {
        let id = filed.record.id.as_str();
        let packed: Option<Vec<u8>> = self
            .connection
            .prepare_cached("SELECT bytes FROM original WHERE number = ?1")
            .and_then(|mut statement| {
                let found = statement.query_row([filed.number], |row| row.get(0));
                found.optional()
            })
            .map_err(failed("read an original document"))?;
        match packed.map(|packed| self.unpack(&packed)).transpose()? {
            Some(bytes) if blake3::hash(&bytes) == filed.content => Ok(bytes),
            Some(_) => Err(Error::Damaged {
                found: format!("the original document of `{id}` differs from its hash"),
            }),
            None => Err(Error::Damaged {
                found: format!("the original document of `{id}` is gone"),
            }),
        }
    }

    /// What changed after a revision, in the order of revisions, at most `limit` changes.
    pub fn changes(&self, after: i64, limit: usize) -> Result<Vec<Change>> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let filed = self.filed("WHERE rev > ?1 ORDER BY rev LIMIT ?2", [after, limit])?;
        let mut changes = Vec::with_capacity(filed.len());
        for filed in filed {
            let original = self.original(&filed)?;
            let filed = Box::new(filed);
            changes.push(Change::Filed { filed, original });
        }
        changes.extend(self.removals(after, limit)?);
        changes.sort_by_key(Change::rev);
        changes.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(changes)
    }

    /// Id, revision and seal of every record, ordered by id: what an index of this store must hold.
    pub fn seals(&self) -> Result<Vec<(String, i64, Hash)>> {
        let doing = "list the seals";
        let mut statement = self
            .connection
            .prepare_cached("SELECT id, rev, row_hash FROM record ORDER BY id")
            .map_err(failed(doing))?;
        let mut rows = statement.query([]).map_err(failed(doing))?;
        let mut seals = Vec::new();
        while let Some(row) = rows.next().map_err(failed(doing))? {
            seals.push((
                row::text(row, 0)?.to_owned(),
                row.get(1).map_err(failed(doing))?,
                row::hash(row, 2)?,
            ));
        }
        Ok(seals)
    }

    fn strings(&self, sql: &str) -> Result<Vec<String>> {
        let doing = "list names";
        let mut statement = self.connection.prepare_cached(sql).map_err(failed(doing))?;
        let rows = statement
            .query_map([], |row| row.get(0))
            .map_err(failed(doing))?;
        rows.collect::<rusqlite::Result<_>>().map_err(failed(doing))
    }

    fn removals(&self, after: i64, limit: i64) -> Result<Vec<Change>> {
        let doing = "read what was removed";
        let mut statement = self
            .connection
            .prepare_cached(
                "SELECT id, rev, row_hash FROM tombstone WHERE rev > ?1 ORDER BY rev LIMIT ?2",
            )
            .map_err(failed(doing))?;
        let mut rows = statement.query([after, limit]).map_err(failed(doing))?;
        let mut removals = Vec::new();
        while let Some(row) = rows.next().map_err(failed(doing))? {
            row::checked("tombstone", row, 2)?;
            removals.push(Change::Removed {
                id: row::value(row, 0)?,
                rev: row.get(1).map_err(failed(doing))?,
            });
        }
        Ok(removals)
    }

    /// The records that a condition on the columns of `record` selects.
    fn filed(&self, condition: &str, parameters: impl Params) -> Result<Vec<Filed>> {
        let mut filed = Vec::new();
        self.visit(condition, parameters, |one| filed.push(one))?;
        Ok(filed)
    }

    /// Hands the records that a condition selects on, one at a time.
    fn visit(
        &self,
        condition: &str,
        parameters: impl Params,
        mut take: impl FnMut(Filed),
    ) -> Result<()> {
        let doing = "read the record";
        let mut statement = self
            .connection
            .prepare_cached(&format!(
                "SELECT {} FROM record {condition}",
                row::columns()
            ))
            .map_err(failed(doing))?;
        let mut rows = statement.query(parameters).map_err(failed(doing))?;
        while let Some(row) = rows.next().map_err(failed(doing))? {
            take(row::filed(row, self)?);
        }
        Ok(())
    }
}
