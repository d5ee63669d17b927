//! Opening: SQLite on the right file, trusting nothing in it, with the settings that the protocol relies on.

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
use crate::store::DEADLINE;
use crate::store::Store;
use crate::store::failure::failed;
use crate::store::failure::is_busy;
use crate::store::failure::is_machines_fault;
use crate::store::failure::is_not_sqlite;
use crate::store::packing::Packing;

/// `PMKB`, in SQLite's header: this file is a pm-kb knowledge base.
pub(super) const APPLICATION_ID: i64 = 0x504D_4B42;

/// The bytes of a page.
const PAGE_BYTES: i64 = 8192;

/// The first SQLite without the WAL-reset bug, which can corrupt a base that has two writers.
const OLDEST_SQLITE: i32 = 3_051_003;

/// What a database file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    /// Nothing yet: made by SQLite, or by a command that was ended before it could write.
    Blank,
    /// A knowledge base.
    KnowledgeBase,
}

impl Store {
    pub(super) fn connect(file: &Path, more: OpenFlags) -> Result<Store> {
        Store::connect_with(file, OpenFlags::SQLITE_OPEN_READ_WRITE | more)
    }

    /// Opens a file that is there with what rights this process has. To read a base at rest it needs none to write.
    pub(super) fn connect_as_allowed(file: &Path) -> Result<(Store, Content)> {
        let recognised = |store: Store| Ok((store.recognise()?, store));
        let opened = Store::connect(file, OpenFlags::empty()).and_then(recognised);
        let (content, store) = match opened {
            Err(refused) if is_machines_fault(&refused) => {
                // Without a log the file alone is the whole base; one with a log cannot be read without writing.
                if fs::metadata(log_of(file)).is_ok_and(|log| log.len() > 0) {
                    return Err(refused);
                }
                let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
                let frozen = Store::connect_with(Path::new(&immutable(file)), flags);
                let (content, mut store) = frozen.and_then(recognised).map_err(|_| refused)?;
                file.clone_into(&mut store.file);
                (content, store)
            }
            opened => opened?,
        };
        Ok((store, content))
    }

    /// A store that nobody writes to, such as a backup.
    pub(super) fn connect_read_only(file: &Path) -> Result<Store> {
        Store::connect_with(file, OpenFlags::SQLITE_OPEN_READ_ONLY)
    }

    fn connect_with(file: &Path, flags: OpenFlags) -> Result<Store> {
        if rusqlite::version_number() < OLDEST_SQLITE {
            return Err(Error::Invalid {
                what: "SQLite",
                value: rusqlite::version().to_owned(),
                expected:
                    "3.51.3 or newer: older ones can damage a base that two programs write to"
                        .to_owned(),
            });
        }
        let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection =
            Connection::open_with_flags(file, flags).map_err(failed("open the record"))?;
        connection
            .busy_timeout(DEADLINE)
            .map_err(failed("set the time to wait"))?;
        let is_read_only = connection
            .is_readonly("main")
            .map_err(failed("open the record"))?;
        let store = Store {
            connection,
            file: file.to_owned(),
            deadline: DEADLINE,
            program: "pm-kb".to_owned(),
            is_read_only,
            is_broken: false,
            packing: Packing::default(),
        };
        store.harden()?;
        Ok(store)
    }

    /// Whose file it is; nothing has been written to it yet.
    pub(super) fn recognise(&self) -> Result<Content> {
        let foreign = |found: &str| Error::NotAKnowledgeBase {
            path: self.file.clone(),
            found: found.to_owned(),
        };
        // Both from one moment: another process may be making the base right now.
        let moment = Transaction::new_unchecked(&self.connection, TransactionBehavior::Deferred)
            .map_err(failed("read the record"))?;
        let tables = moment.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0));
        let tables: i64 = match tables {
            Ok(tables) => tables,
            Err(error) if is_not_sqlite(&error) => {
                return Err(foreign(
                    "it is not an SQLite database, or its beginning is damaged",
                ));
            }
            Err(error) => return Err(failed("read the record")(error)),
        };
        let application: i64 = moment
            .pragma_query_one(None, "application_id")
            .map_err(failed("read the record"))?;
        if application == APPLICATION_ID {
            return Ok(Content::KnowledgeBase);
        }
        if application == 0 && tables == 0 {
            Ok(Content::Blank)
        } else {
            Err(foreign(&format!(
                "it is the SQLite database of another program (application id {application})"
            )))
        }
    }

    /// Trusts nothing in the file: no trigger, no view, no function of its schema runs, no odd cell is followed.
    fn harden(&self) -> Result<()> {
        let doing = "prepare the record";
        for (config, on) in [
            (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
            (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
            (DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false),
            (DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false),
        ] {
            let set = self.connection.set_db_config(config, on);
            if set.map_err(failed(doing))? != on {
                return Err(Error::Store {
                    doing,
                    source: format!("SQLite does not know {config:?}").into(),
                });
            }
        }
        self.set("cell_size_check", 1)?;
        self.set("mmap_size", 0)
    }

    /// Sets how large the pages of a base are that is being made. Two or three packed documents fill a page of the usual
    /// size badly.
    pub(super) fn lay_out(&self) -> Result<()> {
        self.set("page_size", PAGE_BYTES)
    }

    /// Sets what the protocol relies on, and sees that it is so.
    pub(super) fn settle(&self) -> Result<()> {
        self.use_wal()?;
        self.set("synchronous", 2)?;
        self.set("foreign_keys", 1)?;
        self.set("secure_delete", 1)
    }

    fn set(&self, pragma: &'static str, value: i64) -> Result<()> {
        let doing = "prepare the record";
        // Some pragmas answer when they are set, others do not.
        self.connection
            .pragma_update(None, pragma, value)
            .map_err(failed(doing))?;
        let found: i64 = self
            .connection
            .pragma_query_one(None, pragma)
            .map_err(failed(doing))?;
        if found == value {
            return Ok(());
        }
        Err(Error::Store {
            doing,
            source: format!("`{pragma}` is {found}, not {value}").into(),
        })
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

/// Where SQLite keeps the write-ahead log of a file.
pub(super) fn log_of(file: &Path) -> PathBuf {
    let mut name = file.to_owned().into_os_string();
    name.push("-wal");
    PathBuf::from(name)
}

/// The address under which SQLite reads a file without locks, log or shared memory beside it.
fn immutable(file: &Path) -> String {
    let mut address = String::from("file:");
    for byte in file.as_os_str().as_encoded_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => {
                address.push(char::from(*byte));
            }
            byte => address.push_str(&format!("%{byte:02X}")),
        }
    }
    address.push_str("?immutable=1");
    address
}
