//! Source, Order: little of every record, to look through them all without reading them.

use std::collections::BTreeMap;

use blake3::Hash;

use crate::error::Result;
use crate::incident::IncidentId;
use crate::postmortem::DocumentKind;
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

/// The order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Newest first, the undated last.
    Date,
    /// Gravest first, those without severity last; then as by [`Order::Date`].
    Severity,
    /// By id.
    Id,
}

impl Order {
    fn sql(self) -> &'static str {
        match self {
            // A day that is absent is smaller than any other for SQLite.
            Order::Date => "day DESC, id",
            Order::Severity => "severity IS NULL, severity, day DESC, id",
            Order::Id => "id",
        }
    }
}

impl View<'_> {
    /// Hands out the ids in an order, of all records or of those that are counted, for as long as more are wanted.
    pub fn in_order(
        &self,
        order: Order,
        counted_only: bool,
        mut is_more_wanted: impl FnMut(&str) -> bool,
    ) -> Result<()> {
        let doing = "list the records";
        let condition = match counted_only {
            true => "WHERE kind = ?1",
            false => "WHERE ?1 <> ''",
        };
        let sql = format!("SELECT id FROM record {condition} ORDER BY {}", order.sql());
        let connection = self.connection();
        let mut statement = connection.prepare_cached(&sql).map_err(failed(doing))?;
        let counted = [DocumentKind::Postmortem.id()];
        let mut rows = statement.query(counted).map_err(failed(doing))?;
        while let Some(row) = rows.next().map_err(failed(doing))? {
            if !is_more_wanted(row::text(row, 0)?) {
                break;
            }
        }
        Ok(())
    }

    /// Where every record came from, ordered by path and id; without those from standard input.
    pub fn sources(&self) -> Result<Vec<Source>> {
        let doing = "list the sources";
        let sql = "SELECT id, source, path, level, content_hash FROM record \
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
        let sql = "SELECT path, level FROM record WHERE level IS NOT NULL ORDER BY path";
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
}
