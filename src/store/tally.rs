//! The tally of the store: what a report counts of each record, kept beside it, derived and never believed unseen.

use blake3::Hash;
use rusqlite::Row;
use rusqlite::types::Value;
use rusqlite::types::ValueRef;

use crate::error::Result;
use crate::record::Record;
use crate::store::failure::failed;
use crate::store::filing::Writing;
use crate::store::row;
use crate::store::view::View;
use crate::tally::Kept;

/// How many columns are sealed.
const SEALED: usize = 6;

/// Every record's revision, with what is kept of it where it is there.
const EACH: &str = "SELECT t.rev, t.version, t.id, t.labels, t.figures, t.has_secret, t.row_hash, r.rev \
                    FROM record r LEFT JOIN tally t ON t.rev = r.rev ORDER BY r.rev";

/// One record as it is counted: by what is kept of it, or by itself where that is not to be believed.
#[derive(Debug)]
pub enum Counted<'a> {
    /// Its id and what is kept of it.
    Kept(&'a str, Kept<'a>),
    /// The record.
    Record(Box<Record>),
}

impl View<'_> {
    /// Hands out what is kept of every record, and the record where nothing sound is kept of it, in the order of filing.
    ///
    /// # Errors
    /// Those of `take`; [`Error::Damaged`], [`Error::Store`].
    pub fn each_counted(&self, mut take: impl FnMut(Counted<'_>) -> Result<()>) -> Result<()> {
        let version = Kept::version();
        self.visit_kept(|row, rev| {
            if let Some((id, kept)) = sound(row, version) {
                return take(Counted::Kept(id, kept));
            }
            match self.at_rev(rev)? {
                Some(filed) => take(Counted::Record(Box::new(filed.record))),
                None => Ok(()),
            }
        })
    }

    /// The revisions of the records of which nothing sound is kept, or something else than is to be counted.
    ///
    /// # Errors
    /// [`Error::Damaged`], [`Error::Store`].
    pub fn counted_wrongly(&self) -> Result<Vec<i64>> {
        let version = Kept::version();
        let mut wrong = Vec::new();
        self.visit_kept(|row, rev| {
            let Some(filed) = self.at_rev(rev)? else {
                return Ok(());
            };
            let is_right = sound(row, version).is_some_and(|(id, kept)| {
                id == filed.record.id.as_str() && kept == Kept::of(&filed.record)
            });
            if !is_right {
                wrong.push(rev);
            }
            Ok(())
        })?;
        Ok(wrong)
    }

    fn visit_kept(&self, mut take: impl FnMut(&Row<'_>, i64) -> Result<()>) -> Result<()> {
        let doing = "read the tally";
        let connection = self.connection();
        let mut statement = connection.prepare_cached(EACH).map_err(failed(doing))?;
        let mut rows = statement.query([]).map_err(failed(doing))?;
        while let Some(row) = rows.next().map_err(failed(doing))? {
            take(row, row.get(SEALED + 1).map_err(failed(doing))?)?;
        }
        Ok(())
    }
}

/// What is kept of a record, where it is as it was sealed and of this version.
fn sound<'row>(row: &'row Row<'_>, version: i64) -> Option<(&'row str, Kept<'row>)> {
    let (rev, found): (Option<i64>, Option<i64>) = (row.get(0).ok()?, row.get(1).ok()?);
    let (rev, _) = rev.zip(found.filter(|found| *found == version))?;
    let id = row::text(row, 2).ok()?;
    let (labels, figures) = (row::text(row, 3).ok()?, row::text(row, 4).ok()?);
    let kept = Kept::new(id, labels, figures, row.get(5).ok()?);
    let written = row.get_ref(SEALED).ok()?.as_blob().ok()?;
    (seal(&kept, rev, version).as_bytes() == written).then_some((id, kept))
}

/// The seal of a row: over the digest of its texts, so that these are read once, and over all else.
fn seal(kept: &Kept<'_>, rev: i64, version: i64) -> Hash {
    let numbers = [rev, version, kept.has_secret.into()];
    let numbers = numbers.into_iter().map(ValueRef::Integer);
    row::seal("tally", numbers.chain([ValueRef::Blob(&kept.content)]))
}

impl Writing<'_> {
    /// Keeps what is to be counted of a record that is filed at a revision, in place of that of an earlier one.
    pub(super) fn keep(&self, record: &Record, rev: i64, before: Option<i64>) -> Result<()> {
        self.keep_nothing_of(before)?;
        let kept = Kept::of(record);
        let version = Kept::version();
        let seal = seal(&kept, rev, version);
        let values = [
            Value::Integer(rev),
            Value::Integer(version),
            Value::Text(record.id.to_string()),
            Value::Text(kept.labels.into_owned()),
            Value::Text(kept.figures.into_owned()),
            Value::Integer(kept.has_secret.into()),
            Value::Blob(seal.as_bytes().to_vec()),
        ];
        self.execute(
            "INSERT OR REPLACE INTO tally (rev, version, id, labels, figures, has_secret, row_hash) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            values,
        )
    }

    /// Keeps no longer what was counted of a record at a revision.
    pub(super) fn keep_nothing_of(&self, rev: Option<i64>) -> Result<()> {
        match rev {
            Some(rev) => self.execute("DELETE FROM tally WHERE rev = ?1", [Value::Integer(rev)]),
            None => Ok(()),
        }
    }

    /// Takes what is to be counted from some records anew, by their revisions, and forgets what belongs to none.
    ///
    /// # Errors
    /// [`Error::Damaged`], [`Error::Store`].
    pub fn count_anew(&mut self, revs: &[i64]) -> Result<()> {
        self.execute(
            "DELETE FROM tally WHERE rev NOT IN (SELECT rev FROM record)",
            [],
        )?;
        for rev in revs {
            if let Some(filed) = self.view().at_rev(*rev)? {
                self.keep(&filed.record, *rev, None)?;
            }
        }
        Ok(())
    }
}
