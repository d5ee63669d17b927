//! Bundling: what is kept of single records goes into the bundles of their quarters once there is much of it.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use blake3::Hash;
use rusqlite::OptionalExtension as _;
use rusqlite::Row;
use rusqlite::types::Value;
use rusqlite::types::ValueRef;

use crate::error::Result;
use crate::quarter::Quarter;
use crate::store::failure::failed;
use crate::store::filing::Writing;
use crate::store::row;
use crate::store::tally::EACH;
use crate::store::tally::READING;
use crate::store::tally::sound;
use crate::store::tally::sound_bundle;
use crate::store::view::View;
use crate::tally::Kept;
use crate::tally::bundle;

/// So many single rows cost a report less than bundling them costs.
const FEW: i64 = 128;

/// So many are bundled at a time, so that memory is bounded.
const PORTION: usize = 8192;

const BUNDLES: &str = "SELECT quarter, version, bytes, row_hash FROM bundle ORDER BY quarter";

/// The seal of a bundle.
pub(super) fn seal(quarter: &str, version: i64, bytes: &[u8]) -> Hash {
    let values = [
        ValueRef::Text(quarter.as_bytes()),
        ValueRef::Integer(version),
        ValueRef::Blob(bytes),
    ];
    row::seal("bundle", values.into_iter())
}

impl View<'_> {
    /// Whether so much is kept of single records, or so much in bundles is gone, that it should be bundled.
    ///
    /// # Errors
    /// [`crate::error::Error::Store`].
    pub fn bundling_is_due(&self) -> Result<bool> {
        let more = |table: &str| {
            let sql = format!("SELECT 1 FROM {table} LIMIT 1 OFFSET {FEW}");
            let connection = self.connection();
            connection
                .prepare_cached(&sql)
                .and_then(|mut one| one.exists([]))
                .map_err(failed(READING))
        };
        Ok(more("tally")? || more("bundle_gone")?)
    }

    /// Hands the bundles out for as long as they are asked for.
    pub(super) fn visit_bundles(&self, mut take: impl FnMut(&Row<'_>) -> bool) -> Result<()> {
        let connection = self.connection();
        let mut statement = connection
            .prepare_cached(BUNDLES)
            .map_err(failed(READING))?;
        let mut rows = statement.query([]).map_err(failed(READING))?;
        while let Some(row) = rows.next().map_err(failed(READING))? {
            if !take(row) {
                break;
            }
        }
        Ok(())
    }

    /// The revisions in bundles whose records were filed anew or removed.
    pub(super) fn gone(&self) -> Result<BTreeSet<i64>> {
        let connection = self.connection();
        let mut statement = connection
            .prepare_cached("SELECT rev FROM bundle_gone")
            .map_err(failed(READING))?;
        let revs = statement
            .query_map([], |row| row.get(0))
            .map_err(failed(READING))?;
        revs.collect::<rusqlite::Result<_>>()
            .map_err(failed(READING))
    }

    /// Whether a record is there at one of some revisions.
    pub(super) fn some_are_there(&self, revs: &BTreeSet<i64>) -> Result<bool> {
        let connection = self.connection();
        let sql = "SELECT 1 FROM record WHERE rev = ?1";
        let mut statement = connection.prepare_cached(sql).map_err(failed(READING))?;
        for rev in revs {
            if statement.exists([rev]).map_err(failed(READING))? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The next single rows, by quarter, and the revision of the last of them.
    fn next_rows(&self) -> Result<(BTreeMap<String, Vec<bundle::Row<'static>>>, i64)> {
        let version = Kept::version();
        let connection = self.connection();
        let sql = format!("{EACH} LIMIT {PORTION}");
        let mut statement = connection.prepare_cached(&sql).map_err(failed(READING))?;
        let mut rows = statement.query([]).map_err(failed(READING))?;
        let mut next: BTreeMap<String, Vec<bundle::Row<'static>>> = BTreeMap::new();
        let (mut last, mut count) = (0, 0);
        while let Some(row) = rows.next().map_err(failed(READING))? {
            let rev: i64 = row.get(0).map_err(failed(READING))?;
            (last, count) = (rev, count + 1);
            // What is not sound is not taken; it is missed when all is counted together, and taken from the record.
            let kept = sound(row, version).and_then(|(id, kept)| bundle::Row::of(rev, id, &kept));
            if let Some(kept) = kept {
                next.entry(quarter(&kept)).or_default().push(kept);
            }
        }
        // Where these are all, rows that belong to no record go with them.
        Ok((next, if count < PORTION { i64::MAX } else { last }))
    }

    /// The bytes of the bundle of a quarter; none where there is none that is sound.
    fn bundle(&self, quarter: &str) -> Result<Option<Vec<u8>>> {
        let version = Kept::version();
        let connection = self.connection();
        let sql = "SELECT quarter, version, bytes, row_hash FROM bundle WHERE quarter = ?1";
        let mut statement = connection.prepare_cached(sql).map_err(failed(READING))?;
        let found = statement
            .query_row([quarter], |row| {
                Ok(sound_bundle(row, version).map(<[u8]>::to_vec))
            })
            .optional();
        Ok(found.map_err(failed(READING))?.flatten())
    }

    fn bundled_quarters(&self) -> Result<BTreeSet<String>> {
        let connection = self.connection();
        let mut statement = connection
            .prepare_cached("SELECT quarter FROM bundle")
            .map_err(failed(READING))?;
        let quarters = statement
            .query_map([], |row| row.get(0))
            .map_err(failed(READING))?;
        quarters
            .collect::<rusqlite::Result<_>>()
            .map_err(failed(READING))
    }
}

/// The quarter of the calendar that a row goes with.
fn quarter(row: &bundle::Row<'_>) -> String {
    row.day()
        .map(|day| Quarter::of(day).to_string())
        .unwrap_or_default()
}

impl Writing<'_> {
    /// Bundles the next single rows, and takes out of the bundles what is gone.
    ///
    /// # Errors
    /// [`crate::error::Error::Store`].
    pub fn bundle(&mut self) -> Result<()> {
        let view = self.view();
        let gone = view.gone()?;
        let (mut next, last) = view.next_rows()?;
        let mut quarters: BTreeSet<String> = next.keys().cloned().collect();
        if !gone.is_empty() {
            quarters.extend(view.bundled_quarters()?);
        }
        for quarter in quarters {
            let more = next.remove(&quarter).unwrap_or_default();
            self.add_to_bundle(&quarter, more, &gone)?;
        }
        self.execute("DELETE FROM bundle_gone", [])?;
        self.execute("DELETE FROM tally WHERE rev <= ?1", [Value::Integer(last)])
    }

    fn add_to_bundle(
        &self,
        quarter: &str,
        more: Vec<bundle::Row<'static>>,
        gone: &BTreeSet<i64>,
    ) -> Result<()> {
        let before = self.view().bundle(quarter)?.unwrap_or_default();
        let mut rows = bundle::unpack(&before).unwrap_or_default();
        let held = rows.len();
        rows.retain(|row| !gone.contains(&row.rev));
        if held == rows.len() && more.is_empty() {
            return Ok(());
        }
        rows.extend(more);
        rows.sort_by(|one, next| one.id.cmp(&next.id));
        let quarter_value = Value::Text(quarter.to_owned());
        if rows.is_empty() {
            return self.execute("DELETE FROM bundle WHERE quarter = ?1", [quarter_value]);
        }
        let version = Kept::version();
        let bytes = bundle::pack(&rows);
        let seal = Value::Blob(seal(quarter, version, &bytes).as_bytes().to_vec());
        self.execute(
            "INSERT OR REPLACE INTO bundle (quarter, version, bytes, row_hash) VALUES (?1, ?2, ?3, ?4)",
            [quarter_value, Value::Integer(version), Value::Blob(bytes), seal],
        )
    }
}
