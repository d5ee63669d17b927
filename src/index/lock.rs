//! Lock: a file that one process at a time holds, with its name in it. The kernel frees it when the process ends.

use std::fs::File;
use std::fs::TryLockError;
use std::io::Read;
use std::io::Seek;
use std::io::Write;
use std::path::Path;
use std::thread;
use std::time::Duration;
use std::time::Instant;

use crate::error::Error;
use crate::error::Result;

/// How often a waiting process looks again.
const PAUSE: Duration = Duration::from_millis(20);

/// A lock, held for as long as this lives.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock if it is free now. The file is made where it is missing and never removed; `program` is what
    /// others are told of its holder.
    ///
    /// # Errors
    /// [`Error::File`] where the file cannot be opened or locked.
    pub fn try_take(path: &Path, program: &str) -> Result<Option<Lock>> {
        let failed = |source| Error::File {
            doing: "lock",
            path: path.to_owned(),
            source,
        };
        let mut file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
        // The name serves the message of those who wait; the lock holds without it, even on a full disk.
        let _ = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| {
            file.write_all(format!("pid {}, {program}", std::process::id()).as_bytes())
        });
        Ok(Some(Lock { _file: file }))
    }

    /// Takes the lock, waiting for it up to a deadline; `None` once `needless` says that there is nothing left to do.
    ///
    /// # Errors
    /// [`Error::Locked`] after the deadline, with the holder's name; [`Error::File`].
    pub fn take(
        path: &Path,
        program: &str,
        deadline: Duration,
        needless: impl Fn() -> bool,
    ) -> Result<Option<Lock>> {
        let started = Instant::now();
        loop {
            if let Some(lock) = Lock::try_take(path, program)? {
                return Ok(Some(lock));
            }
            if needless() {
                return Ok(None);
            }
            if started.elapsed() >= deadline {
                return Err(Error::Locked {
                    holder: holder(path),
                });
            }
            thread::sleep(PAUSE.min(deadline));
        }
    }
}

/// What the lock file says of its holder.
fn holder(path: &Path) -> String {
    let mut note = String::new();
    let read = File::open(path).and_then(|file| file.take(400).read_to_string(&mut note));
    let note: String = note.chars().filter(|c| !c.is_control()).take(200).collect();
    match read {
        Ok(_) if !note.is_empty() => note,
        _ => "another process holds its lock".to_owned(),
    }
}
