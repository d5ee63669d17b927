//! ReadOnly: an index directory that is only read, so that searching needs no right to write and blocks nobody.

use std::io;
use std::path::Path;
use std::sync::Arc;

use tantivy::Directory;
use tantivy::directory::DirectoryLock;
use tantivy::directory::FileHandle;
use tantivy::directory::MmapDirectory;
use tantivy::directory::WatchCallback;
use tantivy::directory::WatchHandle;
use tantivy::directory::WritePtr;
use tantivy::directory::error::DeleteError;
use tantivy::directory::error::LockError;
use tantivy::directory::error::OpenDirectoryError;
use tantivy::directory::error::OpenReadError;
use tantivy::directory::error::OpenWriteError;

/// The list of its own files that tantivy keeps for its garbage collection. A reader has no use for it, and must not
/// fail where it is damaged.
const MANAGED: &str = ".managed.json";

/// A directory that refuses every write and takes no lock.
///
/// tantivy's reader takes the lock of `meta.json`, which needs the right to write, and makes every commit wait while a
/// reader is stopped. Without it a file may vanish between `meta.json` and its opening: the caller opens again.
#[derive(Debug, Clone)]
pub(super) struct ReadOnly {
    inner: MmapDirectory,
}

impl ReadOnly {
    pub(super) fn open(folder: &Path) -> Result<ReadOnly, OpenDirectoryError> {
        Ok(ReadOnly {
            inner: MmapDirectory::open(folder)?,
        })
    }
}

fn refused() -> io::Error {
    io::Error::new(
        io::ErrorKind::Unsupported,
        "the index is open for reading only",
    )
}

impl Directory for ReadOnly {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        self.inner.get_file_handle(path)
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        Err(DeleteError::IoError {
            io_error: Arc::new(refused()),
            filepath: path.to_owned(),
        })
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        self.inner.exists(path)
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        Err(OpenWriteError::wrap_io_error(refused(), path.to_owned()))
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        if path == Path::new(MANAGED) {
            return Ok(b"[]".to_vec());
        }
        self.inner.atomic_read(path)
    }

    fn atomic_write(&self, _path: &Path, _data: &[u8]) -> io::Result<()> {
        Err(refused())
    }

    fn sync_directory(&self) -> io::Result<()> {
        Ok(())
    }

    fn acquire_lock(&self, _lock: &tantivy::directory::Lock) -> Result<DirectoryLock, LockError> {
        Ok(DirectoryLock::from(Box::new(())))
    }

    fn watch(&self, _callback: WatchCallback) -> tantivy::Result<WatchHandle> {
        Ok(WatchHandle::empty())
    }
}
