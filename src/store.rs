//! Store: SQLite; every post-mortem as it was filed and what was concluded. The record of truth.
//!
//! Write-ahead log, `synchronous=FULL`, every change in one `BEGIN IMMEDIATE` transaction, every row sealed with a hash.
//! The file is opened by SQLite alone: closing another handle on it would drop SQLite's locks.

use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;
use std::time::Instant;

use rusqlite::Connection;
use rusqlite::OpenFlags;
use rusqlite::Transaction;
use rusqlite::TransactionBehavior;
use rusqlite::config::DbConfig;

use crate::error::Error;
use crate::error::Result;

mod failure;
mod filing;
mod migration;
mod row;
mod view;

pub use crate::store::filing::Filing;
pub use crate::store::filing::Writing;
pub use crate::store::row::Filed;
pub use crate::store::row::Meta;
pub use crate::store::view::Change;
pub use crate::store::view::View;

use crate::store::failure::failed;
use crate::store::failure::is_busy;
use crate::store::failure::is_environment;
use crate::store::failure::is_not_sqlite;

/// `PMKB`, in SQLite's header: this file is a pm-kb knowledge base.
const APPLICATION_ID: i64 = 0x504D_4B42;

/// The first SQLite without the WAL-reset bug, which can corrupt a base that has two writers.
const OLDEST_SQLITE: i32 = 3_051_003;

/// How long a command waits for another before it gives up.
pub const DEADLINE: Duration = Duration::from_secs(30);

/// The record of truth, open.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
    file: PathBuf,
    deadline: Duration,
    program: String,
    broken: bool,
}

impl Store {
    /// Opens the store at `file`, or makes one where there is none; two processes may do so at once.
    ///
    /// # Errors
    /// As [`Store::open`], but for [`Error::NotFound`].
    pub fn create(file: &Path) -> Result<Store> {
        let mut store = Store::connect(file, OpenFlags::SQLITE_OPEN_CREATE)?;
        store.recognise()?;
        store.settle()?;
        migration::migrate(&mut store)?;
        Ok(store)
    }

    /// Opens the store at `file`; an older format is brought up to date, after a copy was made.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::NotAKnowledgeBase`], [`Error::SchemaTooNew`], [`Error::Damaged`], [`Error::Locked`],
    /// or [`Error::Store`].
    pub fn open(file: &Path) -> Result<Store> {
        let not_found = || Error::NotFound {
            path: file.parent().unwrap_or(file).to_owned(),
        };
        if !file.exists() {
            return Err(not_found());
        }
        let mut store = Store::connect(file, OpenFlags::empty())?;
        if store.recognise()? == Content::Blank {
            return Err(not_found());
        }
        store.settle()?;
        migration::migrate(&mut store)?;
        Ok(store)
    }

    /// The same store, its writes announced to waiting processes under this name.
    pub fn announced_as(mut self, program: &str) -> Store {
        program.clone_into(&mut self.program);
        self
    }

    /// The same store, with another time to wait for other writers than [`DEADLINE`].
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn waiting(mut self, deadline: Duration) -> Result<Store> {
        self.deadline = deadline;
        self.connection
            .busy_timeout(deadline)
            .map_err(failed("set the time to wait"))?;
        Ok(self)
    }

    /// Reads, everything from one moment of the store.
    ///
    /// # Errors
    /// Those of `work`, and [`Error::Store`].
    pub fn read<T>(&self, work: impl FnOnce(&View<'_>) -> Result<T>) -> Result<T> {
        let snapshot = Transaction::new_unchecked(&self.connection, TransactionBehavior::Deferred)
            .map_err(failed("begin to read the record"))?;
        work(&View::new(&snapshot))
    }

    /// Changes the store, all or nothing, durable when this returns. Waits for other writers up to the deadline.
    ///
    /// # Errors
    /// Those of `work`, [`Error::Locked`], and [`Error::Store`]; the store is then as it was.
    pub fn write<T>(&mut self, work: impl FnOnce(&mut Writing<'_>) -> Result<T>) -> Result<T> {
        if self.broken {
            return Err(Error::Damaged {
                found:
                    "a write to the disk failed, what is on it is not known until the next command"
                        .to_owned(),
            });
        }
        let transaction = self.begin()?;
        let mut writing = Writing::new(&transaction)?;
        let done = work(&mut writing)?;
        writing.finish()?;
        match transaction.commit() {
            Ok(()) => Ok(done),
            Err(error) => {
                // A failed sync leaves the state of the disk unknown to this process; only a fresh one may go on.
                self.broken = is_environment(&error);
                Err(failed("write to the record")(error))
            }
        }
    }

    /// Begins a write, trying anew for as long as others are in the way.
    fn begin(&self) -> Result<Transaction<'_>> {
        let started = Instant::now();
        loop {
            match Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate) {
                Ok(transaction) => {
                    self.announce();
                    return Ok(transaction);
                }
                Err(error) if is_busy(&error) && started.elapsed() < self.deadline => {
                    std::thread::sleep(Duration::from_millis(5));
                }
                Err(error) if is_busy(&error) => {
                    return Err(Error::Locked {
                        holder: self.holder(),
                    });
                }
                Err(error) => return Err(failed("begin to write to the record")(error)),
            }
        }
    }

    /// Leaves word who writes. It serves the message of those who wait, so its failure is of no consequence.
    fn announce(&self) {
        let _ = fs::write(
            self.writer_note(),
            format!("pid {}, {}", std::process::id(), self.program),
        );
    }

    fn holder(&self) -> String {
        let note = fs::read_to_string(self.writer_note()).unwrap_or_default();
        match note.trim() {
            "" => "another process writes to it".to_owned(),
            note => note.chars().filter(|c| !c.is_control()).take(200).collect(),
        }
    }

    fn writer_note(&self) -> PathBuf {
        let mut name = self.file.clone().into_os_string();
        name.push("-writer");
        PathBuf::from(name)
    }

    fn connect(file: &Path, more: OpenFlags) -> Result<Store> {
        if rusqlite::version_number() < OLDEST_SQLITE {
            return Err(Error::Invalid {
                what: "SQLite",
                value: rusqlite::version().to_owned(),
                expected:
                    "3.51.3 or newer: older ones can damage a base that two programs write to"
                        .to_owned(),
            });
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | more;
        let connection =
            Connection::open_with_flags(file, flags).map_err(failed("open the record"))?;
        connection
            .busy_timeout(DEADLINE)
            .map_err(failed("set the time to wait"))?;
        Ok(Store {
            connection,
            file: file.to_owned(),
            deadline: DEADLINE,
            program: "pm-kb".to_owned(),
            broken: false,
        })
    }

    /// Whose file it is; nothing has been written to it yet.
    fn recognise(&self) -> Result<Content> {
        let foreign = |found: &str| Error::NotAKnowledgeBase {
            path: self.file.clone(),
            found: found.to_owned(),
        };
        let application: i64 = match self.connection.pragma_query_one(None, "application_id") {
            Ok(id) => id,
            Err(error) if is_not_sqlite(&error) => {
                return Err(foreign(
                    "it is not an SQLite database, or its beginning is damaged",
                ));
            }
            Err(error) => return Err(failed("read the record")(error)),
        };
        if application == APPLICATION_ID {
            return Ok(Content::KnowledgeBase);
        }
        let tables: i64 = self
            .connection
            .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
            .map_err(failed("read the record"))?;
        if application == 0 && tables == 0 {
            Ok(Content::Blank)
        } else {
            Err(foreign(&format!(
                "it is the SQLite database of another program (application id {application})"
            )))
        }
    }

    /// Sets what the protocol relies on, and sees that it is so.
    fn settle(&self) -> Result<()> {
        let doing = "prepare the record";
        for (config, on) in [
            (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
            (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
            (DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false),
            (DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false),
        ] {
            self.connection
                .set_db_config(config, on)
                .map_err(failed(doing))?;
        }
        self.use_wal()?;
        for (pragma, value) in [
            ("synchronous", 2),
            ("foreign_keys", 1),
            ("cell_size_check", 1),
            ("mmap_size", 0),
            ("secure_delete", 1),
        ] {
            self.connection
                .pragma_update(None, pragma, value)
                .map_err(failed(doing))?;
            let found: i64 = self
                .connection
                .pragma_query_one(None, pragma)
                .map_err(failed(doing))?;
            if found != value {
                return Err(Error::Store {
                    doing,
                    source: format!("`{pragma}` is {found}, not {value}").into(),
                });
            }
        }
        Ok(())
    }

    /// Write-ahead logging, which stays with the file. Switching needs the file alone for a moment, and SQLite does not
    /// always wait for it by itself.
    fn use_wal(&self) -> Result<()> {
        let doing = "prepare the record";
        let started = Instant::now();
        loop {
            let mode = self
                .connection
                .pragma_query_one::<String>(None, "journal_mode")
                .and_then(|mode| match mode.as_str() {
                    "wal" => Ok(mode),
                    _ => self.connection.pragma_update_and_check(
                        None,
                        "journal_mode",
                        "wal",
                        |row| row.get(0),
                    ),
                });
            match mode {
                Ok(mode) if mode == "wal" => return Ok(()),
                Ok(mode) => {
                    return Err(Error::Store {
                        doing,
                        source: format!("`journal_mode` is {mode}, not wal").into(),
                    });
                }
                Err(error) if is_busy(&error) && started.elapsed() < self.deadline => {
                    std::thread::sleep(Duration::from_millis(5));
                }
                Err(error) => return Err(failed(doing)(error)),
            }
        }
    }
}

/// What a database file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Content {
    /// Nothing yet: made by SQLite, or by a command that was ended before it could write.
    Blank,
    /// A knowledge base.
    KnowledgeBase,
}
