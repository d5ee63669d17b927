//! Source, Sketch: little of every record, to look through them all without reading them.

use std::collections::BTreeMap;

use blake3::Hash;

use crate::error::Result;
use crate::incident::IncidentId;
use crate::store::failure::failed;
use crate::store::row;
use crate::store::view::View;

/// Where a record came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Its id.
    pub id: IncidentId,
    /// The path as given; of a part with its name behind `#`.
    pub source: String,
    /// The absolute path; of a part with its name behind `#`.
    pub path: String,
    /// The level of the headings that divide the file, where it is a part of one.
    pub level: Option<u8>,
    /// BLAKE3 of its original bytes.
    pub content: Hash,
}

impl Source {
    /// The file, as an absolute path.
    pub fn file(&self) -> &str {
        match self.level {
            Some(_) => self.path.rsplit_once('#').map_or(&self.path, |path| path.0),
            None => &self.path,
        }
    }
}

/// What near copies of a document are found by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sketch {
    /// Its id.
    pub id: IncidentId,
    /// Its fingerprint, as bytes.
    pub fingerprint: Vec<u8>,
    /// Its title.
    pub title: String,
    /// The day that it counts in, as `YYYY-MM-DD`.
    pub day: Option<String>,
    /// The id that it states.
    pub stated: Option<String>,
    /// Whether the parser took it for an incident.
    pub is_counted: bool,
    /// Whether it is a duplicate of another.
    pub is_duplicate: bool,
}

impl View<'_> {
    /// Where every record came from, ordered by path and id; without those from standard input.
    pub fn sources(&self) -> Result<Vec<Source>> {
        let doing = "list the sources";
        let sql = "SELECT id, source, path, json_extract(lineage, '$.part.level'), content_hash FROM record \
                   WHERE path <> '' ORDER BY path, id";
        let mut statement = self
            .connection()
            .prepare_cached(sql)
            .map_err(failed(doing))?;
        let mut rows = statement.query([]).map_err(failed(doing))?;
        let mut sources = Vec::new();
        while let Some(row) = rows.next().map_err(failed(doing))? {
            sources.push(Source {
                id: row::value(row, 0)?,
                source: row::text(row, 1)?.to_owned(),
                path: row::text(row, 2)?.to_owned(),
                level: row.get(3).map_err(failed(doing))?,
                content: row::hash(row, 4)?,
            });
        }
        Ok(sources)
    }

    /// The files that are divided into parts, by absolute path, with the level of the headings that divide them.
    pub fn divided(&self) -> Result<BTreeMap<String, u8>> {
        let doing = "list the divided files";
        let sql = "SELECT path, json_extract(lineage, '$.part.level') AS level FROM record \
                   WHERE path LIKE '%#%' AND level IS NOT NULL ORDER BY path";
        let connection = self.connection();
        let mut statement = connection.prepare_cached(sql).map_err(failed(doing))?;
        let mut rows = statement.query([]).map_err(failed(doing))?;
        let mut divided = BTreeMap::new();
        while let Some(row) = rows.next().map_err(failed(doing))? {
            if let Some((file, _)) = row::text(row, 0)?.rsplit_once('#') {
                let level = row.get(1).map_err(failed(doing))?;
                divided.entry(file.to_owned()).or_insert(level);
            }
        }
        Ok(divided)
    }

    /// The folders that were added: as given, and as absolute paths; ordered by these.
    pub fn roots(&self) -> Result<Vec<(String, String)>> {
        let doing = "list the folders";
        let mut statement = self
            .connection()
            .prepare_cached("SELECT source, path FROM root ORDER BY path")
            .map_err(failed(doing))?;
        let rows = statement
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
            .map_err(failed(doing))?;
        rows.collect::<rusqlite::Result<_>>().map_err(failed(doing))
    }

    /// Hands out what near copies are found by, of every record that has a fingerprint, ordered by id.
    pub fn sketches(&self, take: &mut dyn FnMut(Sketch)) -> Result<()> {
        let doing = "read the fingerprints";
        let sql = "SELECT id, fingerprint, title, day, json_extract(lineage, '$.stated'), read_kind, \
                   duplicate_of IS NOT NULL FROM record WHERE fingerprint IS NOT NULL ORDER BY id";
        let mut statement = self
            .connection()
            .prepare_cached(sql)
            .map_err(failed(doing))?;
        let mut rows = statement.query([]).map_err(failed(doing))?;
        while let Some(row) = rows.next().map_err(failed(doing))? {
            take(Sketch {
                id: row::value(row, 0)?,
                fingerprint: row.get(1).map_err(failed(doing))?,
                title: row::text(row, 2)?.to_owned(),
                day: row.get(3).map_err(failed(doing))?,
                stated: row.get(4).map_err(failed(doing))?,
                is_counted: row::kind(row, 5)?.is_counted(),
                is_duplicate: row.get(6).map_err(failed(doing))?,
            });
        }
        Ok(())
    }
}
