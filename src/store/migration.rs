//! Migration: bringing a store of an older format up to date, one numbered SQL file after another.

use std::fs;
use std::io;
use std::path::PathBuf;

use rusqlite::Transaction;

use crate::error::Error;
use crate::error::Result;
use crate::schema;
use crate::store::Store;
use crate::store::failure::failed;
use crate::store::opening::APPLICATION_ID;
use crate::store::row;

/// How many copies made before migrations are kept.
const COPIES_KEPT: usize = 3;

/// One step to a newer format.
#[derive(Debug, Clone)]
pub(super) struct Migration {
    /// The format that it leads to.
    pub(super) version: i64,
    /// What to run.
    pub(super) sql: String,
}

/// The steps that this program knows, in order.
pub(super) fn known() -> Vec<Migration> {
    schema::folder("sql", ".sql")
        .into_iter()
        .filter_map(|file| {
            let name = file.path.rsplit('/').next()?;
            let (number, _) = name.split_once('_')?;
            Some(Migration {
                version: number.parse().ok()?,
                sql: file.text.to_owned(),
            })
        })
        .collect()
}

/// Brings a store up to date with what this program knows.
pub(super) fn migrate(store: &mut Store) -> Result<()> {
    migrate_to(store, &known())
}

/// Brings a store up to date with some steps; a store of a newer format is refused and left alone.
pub(super) fn migrate_to(store: &mut Store, steps: &[Migration]) -> Result<()> {
    let newest = last(steps);
    let found = version(&store.connection)?;
    refuse_above(store, newest)?;
    if found > 0 && found < newest {
        copy_aside(store, found)?;
    }
    for step in steps.iter().filter(|step| step.version > found) {
        let transaction = store.begin()?;
        // Another process may have taken the step while this one waited.
        if version(&transaction)? < step.version {
            take(&transaction, step)?;
            transaction
                .commit()
                .map_err(failed("bring the record to the new format"))?;
        }
    }
    Ok(())
}

/// Refuses a store of a newer format than this program knows.
pub(super) fn refuse_newer(store: &Store) -> Result<()> {
    refuse_above(store, newest())
}

/// Refuses a store of any other format, for one that cannot be written to cannot be brought up to date.
pub(super) fn refuse_other(store: &Store) -> Result<()> {
    refuse_newer(store)?;
    let found = version(&store.connection)?;
    if found == newest() {
        return Ok(());
    }
    Err(Error::Store {
        doing: "bring the record to the new format",
        source: Box::new(io::Error::from(io::ErrorKind::ReadOnlyFilesystem)),
    })
}

fn refuse_above(store: &Store, newest: i64) -> Result<()> {
    let found = version(&store.connection)?;
    if found <= newest {
        return Ok(());
    }
    Err(Error::SchemaTooNew {
        found,
        known: newest,
        written_by: written_by(&store.connection),
    })
}

fn last(steps: &[Migration]) -> i64 {
    steps.last().map_or(0, |step| step.version)
}

/// The newest format that this program knows.
pub(super) fn newest() -> i64 {
    last(&known())
}

fn take(transaction: &Transaction<'_>, step: &Migration) -> Result<()> {
    let doing = "bring the record to the new format";
    transaction
        .execute_batch(&step.sql)
        .map_err(failed(doing))?;
    transaction
        .pragma_update(None, "application_id", APPLICATION_ID)
        .map_err(failed(doing))?;
    transaction
        .pragma_update(None, "user_version", step.version)
        .map_err(failed(doing))?;
    let mut meta = match step.version {
        1 => row::first_meta(transaction)?,
        _ => row::read_meta(transaction)?,
    };
    meta.schema_version = step.version;
    row::write_meta(transaction, meta)
}

/// The format of a store; 0 where it is none yet.
pub(super) fn version(connection: &rusqlite::Connection) -> Result<i64> {
    connection
        .pragma_query_one(None, "user_version")
        .map_err(failed("read the record's format"))
}

/// Who wrote a newer format, if its `meta` still says so as ours does.
fn written_by(connection: &rusqlite::Connection) -> String {
    connection
        .query_row("SELECT written_by FROM meta", [], |row| row.get(0))
        .unwrap_or_else(|_| "of an unknown version".to_owned())
}

/// Copies the store before it is migrated, and keeps the last few copies. Numbered by revision: the library has no clock.
fn copy_aside(store: &Store, version: i64) -> Result<()> {
    let folder = store.file.with_file_name("backups");
    let failed_file = |doing, path: &PathBuf| {
        let path = path.clone();
        move |source| Error::File {
            doing,
            path,
            source,
        }
    };
    fs::create_dir_all(&folder).map_err(failed_file("make", &folder))?;
    let rev: i64 = store
        .connection
        .query_row("SELECT rev FROM meta", [], |row| row.get(0))
        .map_err(failed("read the record's revision"))?;
    let copy = folder.join(format!("kb-v{version:04}-rev{rev:012}.sqlite"));
    if !copy.exists() {
        store.back_up(&copy)?;
    }
    let mut copies: Vec<PathBuf> = fs::read_dir(&folder)
        .map_err(failed_file("read", &folder))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "sqlite")
        })
        .collect();
    copies.sort();
    for old in copies.iter().rev().skip(COPIES_KEPT) {
        let _ = fs::remove_file(old);
    }
    Ok(())
}
