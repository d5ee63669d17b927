//! Output: a file that is written whole or not at all.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;

use anyhow::Context as _;

/// Writes a file beside its place, syncs it, and moves it there.
pub(crate) fn write(file: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let written = || -> std::io::Result<()> {
        let mut beside = tempfile::NamedTempFile::new_in(folder)?;
        beside.write_all(bytes)?;
        beside.as_file().sync_all()?;
        beside.persist(file).map_err(|error| error.error)?;
        File::open(folder)?.sync_all()
    };
    written().with_context(|| format!("cannot write {}", file.display()))
}
