//! The tally of the store: what a report counts of each record, kept beside it, derived and never believed unseen.

use std::collections::BTreeSet;
use std::collections::HashMap;

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
use crate::tally::bundle;

mod bundling;

const READING: &str = "read the tally";

/// How many columns are sealed.
const SEALED: usize = 6;

/// What is kept of single records, as far as they are there.
const EACH: &str = "SELECT t.rev, t.version, t.id, t.labels, t.figures, t.has_secret, t.row_hash \
                    FROM tally t JOIN record r ON r.rev = t.rev ORDER BY t.rev";

/// Records as they are counted.
#[derive(Debug)]
pub enum Counted<'a> {
    /// The id of one, and what is kept of it.
    Kept(&'a str, Kept<'a>),
    /// A bundle of many, and the revisions in it that are gone.
    Bundle(&'a [u8], &'a BTreeSet<i64>),
}

impl View<'_> {
    /// Hands out what is kept of every record; whether it is of every one, sound, and of no other. `count` says how many
    /// records it could count, and `None` where it could read none.
    ///
    /// # Errors
    /// [`crate::error::Error::Damaged`], [`crate::error::Error::Store`].
    pub fn each_counted(
        &self,
        mut count: impl FnMut(Counted<'_>) -> Option<usize>,
    ) -> Result<bool> {
        let version = Kept::version();
        let gone = self.gone()?;
        if self.some_are_there(&gone)? {
            return Ok(false);
        }
        let mut counted = 0;
        let mut is_sound = true;
        let mut add = |part: Option<Counted<'_>>| {
            match part.and_then(&mut count) {
                Some(records) => counted += records,
                None => is_sound = false,
            }
            is_sound
        };
        self.visit_kept(|row| add(sound(row, version).map(|(id, kept)| Counted::Kept(id, kept))))?;
        self.visit_bundles(|row| {
            let bytes = sound_bundle(row, version);
            add(bytes.map(|bytes| Counted::Bundle(bytes, &gone)))
        })?;
        Ok(is_sound && i64::try_from(counted) == Ok(self.meta()?.live))
    }

    /// Of how many records nothing sound is kept, or something else than is to be counted, or something though they are
    /// not there.
    ///
    /// # Errors
    /// [`crate::error::Error::Damaged`], [`crate::error::Error::Store`].
    pub fn counted_wrongly(&self) -> Result<usize> {
        let mut known = self.known()?;
        let mut wrong = 0;
        self.each(|filed| {
            let kept = Kept::of(&filed.record);
            if known.remove(&filed.rev) != Some((kept.content, kept.has_secret)) {
                wrong += 1;
            }
        })?;
        Ok(wrong + known.len())
    }

    /// The content of all that is kept and sound, by revision.
    fn known(&self) -> Result<HashMap<i64, ([u8; 16], bool)>> {
        let version = Kept::version();
        let gone = self.gone()?;
        let mut known = HashMap::new();
        self.visit_bundles(|row| {
            let rows = sound_bundle(row, version).and_then(bundle::unpack);
            for row in rows
                .into_iter()
                .flatten()
                .filter(|row| !gone.contains(&row.rev))
            {
                let kept = row.kept();
                known.insert(row.rev, (kept.content, kept.has_secret));
            }
            true
        })?;
        self.visit_kept(|row| {
            let rev: Option<i64> = row.get(0).ok();
            if let Some((rev, (_, kept))) = rev.zip(sound(row, version)) {
                known.insert(rev, (kept.content, kept.has_secret));
            }
            true
        })?;
        Ok(known)
    }

    /// Hands single rows out for as long as they are asked for.
    fn visit_kept(&self, mut take: impl FnMut(&Row<'_>) -> bool) -> Result<()> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached(EACH).map_err(failed(READING))?;
        let mut rows = statement.query([]).map_err(failed(READING))?;
        while let Some(row) = rows.next().map_err(failed(READING))? {
            if !take(row) {
                break;
            }
        }
        Ok(())
    }
}

/// What is kept of a record, where it is as it was sealed and of this version.
fn sound<'row>(row: &'row Row<'_>, version: i64) -> Option<(&'row str, Kept<'row>)> {
    let (rev, found): (i64, i64) = (row.get(0).ok()?, row.get(1).ok()?);
    let id = row::text(row, 2).ok()?;
    let (labels, figures) = (row::text(row, 3).ok()?, row::text(row, 4).ok()?);
    let kept = Kept::new(id, labels, figures, row.get(5).ok()?);
    let written = row.get_ref(SEALED).ok()?.as_blob().ok()?;
    let is_sound = found == version && seal(&kept, rev, version).as_bytes() == written;
    is_sound.then_some((id, kept))
}

/// The seal of a row: over the digest of its texts, so that these are read once, and over all else.
fn seal(kept: &Kept<'_>, rev: i64, version: i64) -> Hash {
    let numbers = [rev, version, kept.has_secret.into()];
    let numbers = numbers.into_iter().map(ValueRef::Integer);
    row::seal("tally", numbers.chain([ValueRef::Blob(&kept.content)]))
}

/// The bytes of a bundle, where they are as they were sealed and of this version.
fn sound_bundle<'row>(row: &'row Row<'_>, version: i64) -> Option<&'row [u8]> {
    let (quarter, found): (&str, i64) = (row::text(row, 0).ok()?, row.get(1).ok()?);
    let bytes = row.get_ref(2).ok()?.as_blob().ok()?;
    let written = row.get_ref(3).ok()?.as_blob().ok()?;
    let is_sound =
        found == version && bundling::seal(quarter, version, bytes).as_bytes() == written;
    is_sound.then_some(bytes)
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

    /// Counts no longer what was kept of a record at a revision.
    pub(super) fn keep_nothing_of(&self, rev: Option<i64>) -> Result<()> {
        let Some(rev) = rev.map(Value::Integer) else {
            return Ok(());
        };
        self.execute("DELETE FROM tally WHERE rev = ?1", [rev.clone()])?;
        if self.view().connection().changes() > 0 {
            return Ok(());
        }
        self.execute("INSERT OR IGNORE INTO bundle_gone (rev) VALUES (?1)", [rev])
    }

    /// Takes what is to be counted from every record anew.
    ///
    /// # Errors
    /// [`crate::error::Error::Damaged`], [`crate::error::Error::Store`].
    pub fn count_anew(&mut self) -> Result<()> {
        for table in ["tally", "bundle", "bundle_gone"] {
            self.execute(&format!("DELETE FROM {table}"), [])?;
        }
        for id in self.view().ids()? {
            if let Some(filed) = self.view().find(&id)? {
                self.keep(&filed.record, filed.rev, None)?;
            }
        }
        Ok(())
    }
}
