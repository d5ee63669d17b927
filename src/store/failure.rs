//! What a failure of SQLite means to the caller: busy, damaged, or the machine's fault.

use std::io;

use rusqlite::ErrorCode;

use crate::error::Error;

/// Turns a failure of SQLite into the caller's problem. One of the machine (disk full, permission, input or output) has
/// an [`io::Error`] as its source.
pub(super) fn failed(doing: &'static str) -> impl Fn(rusqlite::Error) -> Error {
    move |error| match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Error::Locked {
            holder: "another process holds it".to_owned(),
        },
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Error::Damaged {
            found: format!("cannot {doing}: {error}"),
        },
        Some(code) => match environment(code) {
            Some(kind) => Error::Store {
                doing,
                source: Box::new(io::Error::new(kind, error)),
            },
            None => Error::Store {
                doing,
                source: Box::new(error),
            },
        },
        None => Error::Store {
            doing,
            source: Box::new(error),
        },
    }
}

/// Another connection is in the way.
pub(super) fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
    )
}

/// The file is something else than a database.
pub(super) fn is_not_sqlite(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::NotADatabase)
}

/// The machine failed: disk, permission, memory.
pub(super) fn is_environment(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code().and_then(environment).is_some()
}

/// The machine failed, as told by [`failed`].
pub(super) fn is_machines_fault(error: &Error) -> bool {
    matches!(error, Error::Store { source, .. } if source.is::<io::Error>())
}

fn environment(code: ErrorCode) -> Option<io::ErrorKind> {
    match code {
        ErrorCode::DiskFull => Some(io::ErrorKind::StorageFull),
        ErrorCode::PermissionDenied | ErrorCode::CannotOpen => {
            Some(io::ErrorKind::PermissionDenied)
        }
        ErrorCode::ReadOnly => Some(io::ErrorKind::ReadOnlyFilesystem),
        ErrorCode::OutOfMemory => Some(io::ErrorKind::OutOfMemory),
        ErrorCode::SystemIoFailure
        | ErrorCode::NoLargeFileSupport
        | ErrorCode::FileLockingProtocolFailed => Some(io::ErrorKind::Other),
        _ => None,
    }
}
