//! Store: SQLite; every post-mortem as it was filed and what was concluded. The record of truth.
//!
//! Write-ahead log, `synchronous=FULL`, every change in one `BEGIN IMMEDIATE` transaction, every row sealed with a hash.
//! The file is opened by SQLite alone: closing another handle on it would drop SQLite's locks.

use std::fs;
use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;
use std::time::Instant;

use rusqlite::Connection;
use rusqlite::OpenFlags;
use rusqlite::Transaction;
use rusqlite::TransactionBehavior;

use crate::error::Error;
use crate::error::Result;

mod backup;
mod check;
mod failure;
pub mod file_system;
mod filing;
mod listing;
mod meta;
mod migration;
mod opening;
mod packing;
mod row;
mod sketch;
mod tally;
mod view;

pub use crate::store::backup::TeamFile;
pub use crate::store::filing::Filing;
pub use crate::store::filing::Writing;
pub use crate::store::listing::Order;
pub use crate::store::listing::Source;
pub use crate::store::meta::Meta;
pub use crate::store::row::Filed;
pub use crate::store::sketch::Sketch;
pub use crate::store::sketch::of as sketch;
pub use crate::store::tally::Counted;
pub use crate::store::view::Change;
pub use crate::store::view::Count;
pub use crate::store::view::View;

use crate::store::failure::failed;
use crate::store::failure::is_busy;
use crate::store::failure::is_environment;
use crate::store::opening::Content;
use crate::store::packing::Packing;

/// How long a command waits for another before it gives up.
pub const DEADLINE: Duration = Duration::from_secs(30);

/// The record of truth, open.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
    file: PathBuf,
    deadline: Duration,
    program: String,
    is_read_only: bool,
    is_broken: bool,
    packing: Packing,
}

impl Store {
    /// Opens the store at `file`, or makes one where there is none; two processes may do so at once.
    ///
    /// # Errors
    /// As [`Store::open`], but for [`Error::NotFound`].
    pub fn create(file: &Path) -> Result<Store> {
        let mut store = Store::connect(file, OpenFlags::SQLITE_OPEN_CREATE)?;
        if store.recognise()? == Content::Blank {
            store.lay_out()?;
        }
        // First of all: of a newer record nothing is changed, not even how SQLite keeps its log.
        migration::refuse_newer(&store)?;
        store.settle()?;
        migration::migrate(&mut store)?;
        Ok(store)
    }

    /// Opens the store at `file`; an older format is brought up to date, after a copy was made. Where nothing may be
    /// written, it is opened to be read.
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
        let (mut store, content) = Store::connect_as_allowed(file)?;
        if content == Content::Blank {
            return Err(not_found());
        }
        if store.is_read_only {
            migration::refuse_other(&store)?;
        } else {
            migration::refuse_newer(&store)?;
            store.settle()?;
            migration::migrate(&mut store)?;
        }
        Ok(store)
    }

    /// Whether it can only be read, for lack of the right to write to it.
    pub fn is_read_only(&self) -> bool {
        self.is_read_only
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
        work(&View::new(&snapshot, &self.packing))
    }

    /// Changes the store, all or nothing, durable when this returns. Waits for other writers up to the deadline.
    ///
    /// # Errors
    /// Those of `work`, [`Error::Locked`], and [`Error::Store`]; the store is then as it was.
    pub fn write<T>(&mut self, work: impl FnOnce(&mut Writing<'_>) -> Result<T>) -> Result<T> {
        if self.is_broken {
            return Err(Error::Damaged {
                found:
                    "a write to the disk failed, what is on it is not known until the next command"
                        .to_owned(),
            });
        }
        if self.is_read_only {
            return Err(Error::Store {
                doing: "write to the record",
                source: Box::new(io::Error::from(io::ErrorKind::ReadOnlyFilesystem)),
            });
        }
        let transaction = self.begin()?;
        let mut writing = Writing::new(&transaction, &self.packing)?;
        let done = match work(&mut writing) {
            Ok(done) => writing.finish().map(|()| done),
            Err(error) => Err(error),
        };
        // A dictionary that was made in a transaction that comes to nothing must not be used in the next.
        let done = done.inspect_err(|_| self.packing.forget())?;
        match transaction.commit() {
            Ok(()) => Ok(done),
            Err(error) => {
                // A failed sync leaves the state of the disk unknown to this process; only a fresh one may go on.
                self.is_broken = is_environment(&error);
                self.packing.forget();
                Err(failed("write to the record")(error))
            }
        }
    }

    /// Does as [`Store::write`] would, and leaves the store as it was.
    ///
    /// # Errors
    /// As [`Store::write`].
    pub fn rehearse<T>(&mut self, work: impl FnOnce(&mut Writing<'_>) -> Result<T>) -> Result<T> {
        let transaction = self.begin()?;
        let done = work(&mut Writing::new(&transaction, &self.packing)?);
        self.packing.forget();
        done
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
}
