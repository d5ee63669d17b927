//! Migration: bringing a store of an older format up to date, one numbered SQL file after another.

use std::fs;
use std::io;
use std::path::Path;
use std::path::PathBuf;

use rusqlite::Transaction;

use crate::error::Error;
use crate::error::Result;
use crate::schema;
use crate::store::Store;
use crate::store::failure::failed;
use crate::store::meta;
use crate::store::opening::APPLICATION_ID;

/// How many copies made before migrations are kept.
const COPIES_KEPT: usize = 3;

/// What the names of these copies begin with, so that no other file is taken for one.
const COPY: &str = "kb-v";

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

/// Brings a store up to date with some steps, all or none; a store of a newer format is refused and left alone.
pub(super) fn migrate_to(store: &mut Store, steps: &[Migration]) -> Result<()> {
    let newest = last(steps);
    refuse_above(store, newest)?;
    if version(&store.connection)? == newest {
        return Ok(());
    }
    // Whoever else would write waits: nothing can be filed between the copy and the step.
    let transaction = store.begin()?;
    // Another process may have taken the steps while this one waited.
    refuse_above(store, newest)?;
    let found = version(&transaction)?;
    if found > 0 && found < newest {
        copy_aside(store, found)?;
    }
    for step in steps.iter().filter(|step| step.version > found) {
        take(&transaction, step)?;
    }
    transaction
        .commit()
        .map_err(failed("bring the record to the new format"))
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
        1 => meta::first_meta(transaction)?,
        _ => meta::read_meta(transaction)?,
    };
    meta.schema_version = step.version;
    meta::write_meta(transaction, meta)
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
    fs::create_dir_all(&folder).map_err(failed_file("make", &folder))?;
    let rev: i64 = store
        .connection
        .query_row("SELECT rev FROM meta", [], |row| row.get(0))
        .map_err(failed("read the record's revision"))?;
    let copy = folder.join(format!("{COPY}{version:04}-rev{rev:012}.sqlite"));
    if !copy.exists() {
        // SQLite copies nothing within a transaction, and the one that keeps others out is open.
        Store::connect_read_only(&store.file)?.back_up(&copy, &[])?;
    }
    sweep(&folder)
}

/// Removes all but the last few copies, and what is left of one that was cut off. What others put there stays.
fn sweep(folder: &Path) -> Result<()> {
    let named = |path: &Path, ending: &str| {
        let name = path.file_name().and_then(|name| name.to_str());
        name.is_some_and(|name| name.starts_with(COPY) && name.ends_with(ending))
    };
    let mut copies: Vec<PathBuf> = fs::read_dir(folder)
        .map_err(failed_file("read", folder))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    copies.sort();
    let cut_off = copies.iter().filter(|path| named(path, ".partial"));
    let whole = copies.iter().filter(|path| named(path, ".sqlite"));
    for old in whole.rev().skip(COPIES_KEPT).chain(cut_off) {
        let _ = fs::remove_file(old);
    }
    Ok(())
}

fn failed_file(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Error {
    let path = path.to_owned();
    move |source| Error::File {
        doing,
        path,
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The steps that are known, and one more.
    fn with_another(sql: &str) -> Vec<Migration> {
        let mut steps = known();
        steps.push(Migration {
            version: newest() + 1,
            sql: sql.to_owned(),
        });
        steps
    }

    fn copies(folder: &std::path::Path) -> Vec<PathBuf> {
        fs::read_dir(folder.join("backups"))
            .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
            .unwrap_or_default()
    }

    #[test]
    fn an_older_store_is_copied_and_brought_up_to_date() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut store = Store::create(&folder.path().join("kb.sqlite")).expect("a store");
        let before = store.read(|view| view.meta()).expect("its description");
        migrate_to(&mut store, &with_another("CREATE TABLE more (x) STRICT;"))
            .expect_err("no type");
        let same = store.read(|view| view.meta()).expect("its description");
        assert_eq!(
            before, same,
            "a step that fails leaves everything as it was"
        );

        let steps = with_another("CREATE TABLE more (x INTEGER) STRICT;");
        migrate_to(&mut store, &steps).expect("migrated");
        let after = store.read(|view| view.meta()).expect("its description");
        assert_eq!(after.schema_version, newest() + 1);
        assert_eq!((after.kb_id, after.rev), (before.kb_id, before.rev));
        let copies = copies(folder.path());
        assert_eq!(copies.len(), 1);
        let copy = Store::open(&copies[0]).expect("a copy of the older format");
        assert_eq!(copy.check().expect("checked"), Vec::<String>::new());
    }

    #[test]
    fn a_newer_store_is_refused_and_left_as_it_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("kb.sqlite");
        let mut store = Store::create(&file).expect("a store");
        migrate_to(
            &mut store,
            &with_another("CREATE TABLE more (x INTEGER) STRICT;"),
        )
        .expect("migrated");
        drop(store);
        let bytes = fs::read(&file).expect("readable");
        for opened in [Store::open(&file), Store::create(&file)] {
            match opened {
                Err(Error::SchemaTooNew {
                    found,
                    known,
                    written_by,
                }) => {
                    assert_eq!((found, known), (newest() + 1, newest()));
                    assert_eq!(written_by, env!("CARGO_PKG_VERSION"));
                }
                other => panic!("{other:?}"),
            }
        }
        assert!(fs::read(&file).expect("readable") == bytes);
    }
}
