//! Backup: a copy of the store in one file, verified before it gets its name.

use std::fs;
use std::fs::File;
use std::path::Path;
use std::path::PathBuf;

use rusqlite::OpenFlags;
use rusqlite::types::Value;
use rusqlite::types::ValueRef;

use crate::error::Error;
use crate::error::Result;
use crate::store::Store;
use crate::store::failure::failed;
use crate::store::migration;
use crate::store::opening::Content;
use crate::store::row;

/// A text file that stands beside the record and goes into its backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamFile {
    /// Its path below the base's folder, with `/`.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl Store {
    /// Writes a copy of the store, as of one moment, with some files to a file that must not exist yet. The file is
    /// whole or absent.
    ///
    /// # Errors
    /// [`Error::File`], [`Error::Damaged`] where the store, and so the copy, is not as it was written.
    pub fn back_up(&self, file: &Path, with: &[TeamFile]) -> Result<()> {
        if file.symlink_metadata().is_ok() {
            return Err(Error::File {
                doing: "write",
                path: file.to_owned(),
                source: std::io::ErrorKind::AlreadyExists.into(),
            });
        }
        let partial = partial(file);
        let written = self
            .copy_to(&partial, with)
            .and_then(|()| publish(&partial, file));
        clear(&partial);
        written
    }

    /// Copies the store to a file, compacted, adds some files, and verifies the copy.
    fn copy_to(&self, file: &Path, with: &[TeamFile]) -> Result<()> {
        let _ = fs::remove_file(file);
        let name = file.to_str().ok_or_else(|| Error::Invalid {
            what: "file name",
            value: file.display().to_string(),
            expected: "a name in UTF-8".to_owned(),
        })?;
        self.connection
            .execute("VACUUM INTO ?1", [name])
            .map_err(failed("copy the record"))?;
        if !with.is_empty() {
            Store::connect(file, OpenFlags::empty())?.pack(with)?;
        }
        let copy = Store::connect_read_only(file)?;
        sound(copy.check()?)
    }

    /// Writes files into a copy.
    fn pack(&self, files: &[TeamFile]) -> Result<()> {
        let packing = self.begin()?;
        for file in files {
            let mut values = vec![
                Value::Text(file.name.clone()),
                Value::Blob(file.bytes.clone()),
            ];
            let seal = row::seal("team_file", values.iter().map(ValueRef::from));
            values.push(Value::Blob(seal.as_bytes().to_vec()));
            packing
                .execute(
                    "INSERT INTO team_file (name, bytes, row_hash) VALUES (?1, ?2, ?3)",
                    rusqlite::params_from_iter(values),
                )
                .map_err(failed("copy the files beside the record"))?;
        }
        packing.commit().map_err(failed("copy the record"))
    }

    /// Takes the files out of a copy.
    fn unpack(&self) -> Result<Vec<TeamFile>> {
        let doing = "read the files of the backup";
        let unpacking = self.begin()?;
        let files = {
            let mut statement = unpacking
                .prepare("SELECT name, bytes, row_hash FROM team_file ORDER BY name")
                .map_err(failed(doing))?;
            let mut rows = statement.query([]).map_err(failed(doing))?;
            let mut files = Vec::new();
            while let Some(found) = rows.next().map_err(failed(doing))? {
                row::checked("team_file", found, 2)?;
                files.push(TeamFile {
                    name: row::text(found, 0)?.to_owned(),
                    bytes: found.get(1).map_err(failed(doing))?,
                });
            }
            files
        };
        unpacking
            .execute("DELETE FROM team_file", [])
            .map_err(failed(doing))?;
        unpacking.commit().map_err(failed(doing))?;
        Ok(files)
    }

    /// Makes a store at `to`, where none may be yet, from a backup; `keep` is given the files in it before the store is
    /// there. It is another epoch: no index of before fits it.
    ///
    /// # Errors
    /// Those of `keep`; [`Error::NotAKnowledgeBase`], [`Error::SchemaTooNew`], [`Error::Damaged`] for the backup;
    /// [`Error::File`].
    pub fn restore(
        backup: &Path,
        to: &Path,
        keep: impl FnOnce(Vec<TeamFile>) -> Result<()>,
    ) -> Result<Store> {
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
            .copy_to(&partial, &[])
            .and_then(|()| keep(renew(&partial)?))
            .and_then(|()| publish(&partial, to));
        clear(&partial);
        made.and_then(|()| Store::open(to))
    }
}

/// The name that a file has until it is whole.
fn partial(file: &Path) -> PathBuf {
    let mut name = file.to_owned().into_os_string();
    name.push(".partial");
    PathBuf::from(name)
}

/// Takes away what is left of a file that was being written, with the lock beside it.
fn clear(partial: &Path) {
    let mut lock = partial.to_owned().into_os_string();
    lock.push("-writer");
    let _ = fs::remove_file(partial);
    let _ = fs::remove_file(lock);
}

fn sound(damages: Vec<String>) -> Result<()> {
    match damages.into_iter().next() {
        None => Ok(()),
        Some(found) => Err(Error::Damaged { found }),
    }
}

/// Brings a copy to this program's format, gives it an epoch of its own and takes the files out of it.
fn renew(file: &Path) -> Result<Vec<TeamFile>> {
    let mut store = Store::open(file)?;
    sound(store.check()?)?;
    store.write(|writing| writing.renew_epoch())?;
    store.unpack()
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
