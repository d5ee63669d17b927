//! Output: a file that is written whole or not at all, and never over what is no plain file.

use std::fs;
use std::fs::File;
use std::fs::Permissions;
use std::io;
use std::io::Write as _;
use std::path::Path;

use anyhow::Context as _;
use anyhow::bail;

/// Writes a file beside its place, syncs it, and moves it there. What stood there before keeps its permissions.
///
/// # Errors
/// A folder, a link or a device stands there: to move a file onto `/dev/stdout` would destroy it. Or the disk fails.
pub(crate) fn write(file: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let before = match fs::symlink_metadata(file) {
        Ok(found) if found.is_file() => Some(found.permissions()),
        Ok(found) if found.is_dir() => {
            bail!(
                "cannot write {}: it is a folder — name a file",
                file.display()
            )
        }
        Ok(_) => bail!(
            "cannot write {}: it is no regular file — name a file, or leave it out to write to standard output",
            file.display()
        ),
        Err(_) => None,
    };
    put(file, bytes, before).with_context(|| format!("cannot write {}", file.display()))
}

fn put(file: &Path, bytes: &[u8], permissions: Option<Permissions>) -> io::Result<()> {
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    if let Some(permissions) = permissions.or_else(as_any_new_file) {
        builder.permissions(permissions);
    }
    let mut beside = builder.tempfile_in(folder)?;
    beside.write_all(bytes)?;
    beside.as_file().sync_all()?;
    beside.persist(file).map_err(|error| error.error)?;
    File::open(folder)?.sync_all()
}

/// Readable by all whom the umask lets: a report is made to be passed on, unlike other temporary files.
#[cfg(unix)]
fn as_any_new_file() -> Option<Permissions> {
    use std::os::unix::fs::PermissionsExt as _;
    Some(Permissions::from_mode(0o666))
}

#[cfg(not(unix))]
fn as_any_new_file() -> Option<Permissions> {
    None
}
