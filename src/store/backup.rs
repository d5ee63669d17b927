//! Backup: a copy of the store in one file, verified before it gets its name.

use std::fs;
use std::fs::File;
use std::path::Path;
use std::path::PathBuf;

use crate::error::Error;
use crate::error::Result;
use crate::store::Store;
use crate::store::failure::failed;
use crate::store::migration;
use crate::store::opening::Content;

impl Store {
    /// Writes a copy of the store, as of one moment, to a file that must not exist yet. The file is whole or absent.
    ///
    /// # Errors
    /// [`Error::File`], [`Error::Damaged`] where the store, and so the copy, is not as it was written.
    pub fn back_up(&self, file: &Path) -> Result<()> {
        if file.symlink_metadata().is_ok() {
            return Err(Error::File {
                doing: "write",
                path: file.to_owned(),
                source: std::io::ErrorKind::AlreadyExists.into(),
            });
        }
        let partial = partial(file);
        let written = self
            .copy_to(&partial)
            .and_then(|()| publish(&partial, file));
        if written.is_err() {
            let _ = fs::remove_file(&partial);
        }
        written
    }

    /// Copies the store to a file, compacted, and verifies the copy.
    fn copy_to(&self, file: &Path) -> Result<()> {
        let _ = fs::remove_file(file);
        let name = file.to_str().ok_or_else(|| Error::Invalid {
            what: "file name",
            value: file.display().to_string(),
            expected: "a name in UTF-8".to_owned(),
        })?;
        self.connection
            .execute("VACUUM INTO ?1", [name])
            .map_err(failed("copy the record"))?;
        let copy = Store::connect_read_only(file)?;
        sound(copy.check()?)
    }

    /// Makes a store at `to`, where none may be yet, from a backup. It is another epoch: no index of before fits it.
    ///
    /// # Errors
    /// [`Error::NotAKnowledgeBase`], [`Error::SchemaTooNew`], [`Error::Damaged`] for the backup; [`Error::File`].
    pub fn restore(backup: &Path, to: &Path) -> Result<Store> {
        if to.symlink_metadata().is_ok() {
            return Err(Error::File {
                doing: "write",
                path: to.to_owned(),
                source: std::io::ErrorKind::AlreadyExists.into(),
            });
        }
        if !backup.is_file() {
            return Err(Error::NotFound {
                path: backup.to_owned(),
            });
        }
        let source = Store::connect_read_only(backup)?;
        if source.recognise()? == Content::Blank {
            return Err(Error::NotAKnowledgeBase {
                path: backup.to_owned(),
                found: "it is an empty database".to_owned(),
            });
        }
        migration::refuse_newer(&source)?;
        let partial = partial(to);
        let made = source
            .copy_to(&partial)
            .and_then(|()| renew(&partial))
            .and_then(|()| publish(&partial, to));
        if made.is_err() {
            let _ = fs::remove_file(&partial);
        }
        made.and_then(|()| Store::open(to))
    }
}

/// The name that a file has until it is whole.
fn partial(file: &Path) -> PathBuf {
    let mut name = file.to_owned().into_os_string();
    name.push(".partial");
    PathBuf::from(name)
}

fn sound(damages: Vec<String>) -> Result<()> {
    match damages.into_iter().next() {
        None => Ok(()),
        Some(found) => Err(Error::Damaged { found }),
    }
}

/// Brings a copy to this program's format and gives it an epoch of its own.
fn renew(file: &Path) -> Result<()> {
    let mut store = Store::open(file)?;
    sound(store.check()?)?;
    store.write(|writing| writing.renew_epoch())
}

/// Makes a finished file durable and gives it its name, without ever replacing another.
fn publish(partial: &Path, file: &Path) -> Result<()> {
    let failed = |doing, path: &Path| {
        let path = path.to_owned();
        move |source| Error::File {
            doing,
            path,
            source,
        }
    };
    File::open(partial)
        .and_then(|handle| handle.sync_all())
        .map_err(failed("write", partial))?;
    // A hard link fails where the name is taken; file systems without links get a rename.
    match fs::hard_link(partial, file) {
        Ok(()) => fs::remove_file(partial).map_err(failed("remove", partial))?,
        Err(source) if source.kind() == std::io::ErrorKind::AlreadyExists => {
            return Err(failed("write", file)(source));
        }
        Err(_) => fs::rename(partial, file).map_err(failed("name", file))?,
    }
    if !cfg!(unix) {
        // Elsewhere a folder cannot be opened to be synced.
        return Ok(());
    }
    let folder = match file.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    File::open(folder)
        .and_then(|handle| handle.sync_all())
        .map_err(failed("write", folder))
}
