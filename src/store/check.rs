//! Check: whether every row of the store is as it was written.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs;

use rusqlite::Connection;
use rusqlite::Row;
use rusqlite::types::ValueRef;

use crate::error::Error;
use crate::error::Result;
use crate::store::Store;
use crate::store::failure::failed;
use crate::store::meta;
use crate::store::migration;
use crate::store::opening::log_of;
use crate::store::row;
use crate::store::sketch;
use crate::store::view::View;

/// The most damages that SQLite's own check is asked for.
const MOST: usize = 100;

const CHECKING: &str = "check the record";

impl Store {
    /// Checks SQLite's structures, then every row against its seal, every document against its hash, and the count.
    /// The answer names each damage; it is empty where all is well. Of an older format only the structures are checked:
    /// its rows are sealed over other columns.
    ///
    /// # Errors
    /// [`Error::Locked`], [`Error::Store`] where the check itself cannot run.
    pub fn check(&self) -> Result<Vec<String>> {
        self.read(check)
    }

    /// The bytes of the write-ahead log.
    pub fn log_bytes(&self) -> u64 {
        fs::metadata(log_of(&self.file)).map_or(0, |log| log.len())
    }
}

/// One part of the check: it adds what it finds.
type Part = fn(&View<'_>, &mut Vec<String>) -> Result<()>;

fn check(view: &View<'_>) -> Result<Vec<String>> {
    let mut damages = Vec::new();
    let parts: [Part; 10] = [
        structure,
        tables,
        meta,
        dictionaries,
        records,
        sketches,
        tombstones,
        originals,
        keys,
        team_files,
    ];
    let current = migration::version(view.connection())? == migration::newest();
    for part in &parts[..if current { parts.len() } else { 1 }] {
        match part(view, &mut damages) {
            Ok(()) => {}
            // A page that cannot be read ends one part; the others may still tell which rows are lost.
            Err(Error::Damaged { found }) => damages.push(found),
            Err(error) => return Err(error),
        }
    }
    Ok(damages)
}

/// SQLite's own check: pages, cells, indexes, foreign keys.
fn structure(view: &View<'_>, damages: &mut Vec<String>) -> Result<()> {
    let connection = view.connection();
    let sql = format!("PRAGMA integrity_check({MOST})");
    each(connection, &sql, damages, |row| {
        let said = row::text(row, 0)?.trim();
        Ok((said != "ok").then(|| said.to_owned()))
    })?;
    each(connection, "PRAGMA foreign_key_check", damages, |row| {
        let table = row::text(row, 0)?;
        Ok(Some(format!("a row of `{table}` belongs to no record")))
    })
}

/// The tables and indexes against those that the migrations make: nothing is missing, nothing was slipped in.
fn tables(view: &View<'_>, damages: &mut Vec<String>) -> Result<()> {
    let connection = view.connection();
    let fresh = Connection::open_in_memory().map_err(failed(CHECKING))?;
    for step in migration::known() {
        fresh.execute_batch(&step.sql).map_err(failed(CHECKING))?;
    }
    let (expected, found) = (declared(&fresh)?, declared(connection)?);
    for missing in expected.difference(&found) {
        damages.push(format!("{} is not as pm-kb made it", missing.0));
    }
    for foreign in found.difference(&expected) {
        if !expected.iter().any(|(name, _)| *name == foreign.0) {
            damages.push(format!("{} was not made by pm-kb", foreign.0));
        }
    }
    Ok(())
}

/// Everything that a schema declares: kind and name, and the statement that made it.
fn declared(connection: &Connection) -> Result<BTreeSet<(String, String)>> {
    let sql = "SELECT type || ' `' || name || '`', coalesce(sql, '') FROM sqlite_schema";
    let mut statement = connection.prepare(sql).map_err(failed(CHECKING))?;
    statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .and_then(Iterator::collect)
        .map_err(failed(CHECKING))
}

fn meta(view: &View<'_>, damages: &mut Vec<String>) -> Result<()> {
    let connection = view.connection();
    let meta = meta::read_meta(connection)?;
    let format = one(connection, "PRAGMA user_version")?;
    if meta.schema_version != format {
        let said = meta.schema_version;
        damages.push(format!(
            "its format is {format}, its description says {said}"
        ));
    }
    let live = one(connection, "SELECT count(*) FROM record")?;
    if meta.live != live {
        damages.push(format!(
            "{} records were filed, {live} are there",
            meta.live
        ));
    }
    let newest = "SELECT max(coalesce((SELECT max(rev) FROM record), 0), \
                  coalesce((SELECT max(rev) FROM tombstone), 0))";
    let newest = one(connection, newest)?;
    if newest != meta.rev {
        let said = meta.rev;
        damages.push(format!(
            "the newest change is {newest}, its description says {said}"
        ));
    }
    Ok(())
}

/// Every record against its seal, and the columns for filters against the facts that they were taken from.
fn records(view: &View<'_>, damages: &mut Vec<String>) -> Result<()> {
    let sql = format!("SELECT {} FROM record ORDER BY id", row::columns());
    each(view.connection(), &sql, damages, |row| {
        let filed = row::filed(row, view)?;
        let (_, seal) = row::sealed((&filed).into(), filed.rev)?;
        let id = &filed.record.id;
        Ok((seal != filed.seal).then(|| format!("the columns of `{id}` contradict its facts")))
    })
}

/// Every dictionary against its seal.
fn dictionaries(view: &View<'_>, damages: &mut Vec<String>) -> Result<()> {
    let sql = "SELECT number, bytes, row_hash FROM dictionary ORDER BY number";
    each(view.connection(), sql, damages, |row| {
        row::checked("dictionary", row, 2).map(|_| None)
    })
}

/// The sketches of all records, made anew.
fn sketches(view: &View<'_>, damages: &mut Vec<String>) -> Result<()> {
    let known = RefCell::new(view.sketches()?);
    let sql = "SELECT number, fingerprint, id FROM record ORDER BY number";
    each(view.connection(), sql, damages, |row| {
        let number: i64 = row.get(0).map_err(failed(CHECKING))?;
        let fingerprint: Option<Vec<u8>> = row.get(1).map_err(failed(CHECKING))?;
        let mut known = known.borrow_mut();
        let place = usize::try_from(number).ok();
        let found = place.and_then(|place| known.get_mut(place));
        let none = sketch::of(None);
        let found = found.map_or(none, |found| std::mem::replace(found, none));
        let differs = found != sketch::of(fingerprint.as_deref());
        Ok(differs.then(|| {
            format!(
                "the sketch of `{}` is not as it was written",
                row::text(row, 2).unwrap_or_default()
            )
        }))
    })?;
    let left = known
        .into_inner()
        .iter()
        .filter(|left| **left != sketch::of(None))
        .count();
    if left > 0 {
        damages.push(format!("{left} sketches belong to no record"));
    }
    Ok(())
}

fn tombstones(view: &View<'_>, damages: &mut Vec<String>) -> Result<()> {
    let connection = view.connection();
    let sql = "SELECT id, rev, row_hash FROM tombstone ORDER BY id";
    each(connection, sql, damages, |row| {
        row::checked("tombstone", row, 2).map(|_| None)
    })?;
    let sql = "SELECT id FROM tombstone WHERE id IN (SELECT id FROM record) ORDER BY id";
    each(connection, sql, damages, |row| {
        Ok(Some(format!(
            "`{}` is both there and removed",
            row::text(row, 0)?
        )))
    })
}

/// Every original document against the hash in its record; one at a time, for they may be large.
fn originals(view: &View<'_>, damages: &mut Vec<String>) -> Result<()> {
    let sql = "SELECT r.id, r.content_hash, o.bytes FROM record r LEFT JOIN original o ON o.number = r.number ORDER BY r.id";
    each(view.connection(), sql, damages, |row| {
        let id = row::text(row, 0)?;
        let packed = match row.get_ref(2).map_err(failed(CHECKING))? {
            ValueRef::Blob(packed) => packed,
            _ => return Ok(Some(format!("the original document of `{id}` is gone"))),
        };
        let is_whole = match view.unpack(packed) {
            Ok(bytes) => blake3::hash(&bytes) == row::hash(row, 1)?,
            Err(Error::Damaged { .. }) => false,
            Err(error) => return Err(error),
        };
        Ok((!is_whole).then(|| format!("the original document of `{id}` differs from its hash")))
    })
}

/// Every file that was packed into a backup against its seal.
fn team_files(view: &View<'_>, damages: &mut Vec<String>) -> Result<()> {
    let sql = "SELECT name, bytes, row_hash FROM team_file ORDER BY name";
    each(view.connection(), sql, damages, |row| {
        row::checked("team_file", row, 2).map(|_| None)
    })
}

/// The keys of all metadata, counted anew.
fn keys(view: &View<'_>, damages: &mut Vec<String>) -> Result<()> {
    let mut counts: BTreeMap<String, i64> = BTreeMap::new();
    view.each(|filed| {
        for key in filed.record.metadata.into_keys() {
            *counts.entry(key).or_default() += 1;
        }
    })?;
    let counts = RefCell::new(counts);
    let sql = "SELECT name, records FROM metadata_key ORDER BY name";
    each(view.connection(), sql, damages, |row| {
        let name = row::text(row, 0)?;
        let counted: i64 = row.get(1).map_err(failed(CHECKING))?;
        let differs = counts.borrow_mut().remove(name) != Some(counted);
        Ok(differs.then(|| format!("the key `{name}` is not counted right")))
    })?;
    for name in counts.into_inner().into_keys() {
        damages.push(format!("the key `{name}` is not counted right"));
    }
    Ok(())
}

fn one(connection: &Connection, sql: &str) -> Result<i64> {
    connection
        .query_row(sql, [], |row| row.get(0))
        .map_err(failed(CHECKING))
}

/// Looks at every row of an answer; a damaged one does not keep the rest from being looked at.
fn each(
    connection: &Connection,
    sql: &str,
    damages: &mut Vec<String>,
    look: impl Fn(&Row<'_>) -> Result<Option<String>>,
) -> Result<()> {
    let mut statement = connection.prepare(sql).map_err(failed(CHECKING))?;
    let mut rows = statement.query([]).map_err(failed(CHECKING))?;
    while let Some(row) = rows.next().map_err(failed(CHECKING))? {
        match look(row) {
            Ok(damage) => damages.extend(damage),
            Err(Error::Damaged { found }) => damages.push(found),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
