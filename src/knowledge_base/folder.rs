//! The folder of a knowledge base: made whole and private, refused where nothing in it could be kept.

use std::fs;
use std::io;
use std::path::Path;

use crate::error::Error;
use crate::error::Result;
use crate::knowledge_base::KnowledgeBase;
use crate::knowledge_base::configuration;
use crate::store::Store;
use crate::store::file_system;

/// An emptied record beside an index was not made so by pm-kb; to begin anew over it would hide the loss.
pub(super) fn refuse_emptied(dir: &Path) -> Result<()> {
    let emptied = fs::metadata(dir.join("kb.sqlite")).is_ok_and(|file| file.len() == 0);
    if emptied && dir.join("index").exists() {
        return Err(Error::Damaged {
            found: "`kb.sqlite` is empty, though documents were filed in it".to_owned(),
        });
    }
    Ok(())
}

/// On a network file system two machines can write at once and damage the record, unless a team says that none does.
pub(super) fn refuse_network(dir: &Path) -> Result<()> {
    let Some(kind) = file_system::network_kind(dir) else {
        return Ok(());
    };
    if configuration::at(dir)?.allow_network_file_system {
        return Ok(());
    }
    Err(Error::NetworkFileSystem {
        path: dir.to_owned(),
        kind,
    })
}

/// Makes an empty knowledge base beside the folder and gives it the folder's name, so that nobody ever sees half of one.
/// Where that cannot be done, or another process was faster, nothing has happened: it is then made in place.
pub(super) fn make_aside(dir: &Path) {
    let parent = match dir.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let aside = fs::create_dir_all(parent).and_then(|()| {
        tempfile::Builder::new()
            .prefix(".pm-kb-")
            .suffix(".partial")
            .tempdir_in(parent)
    });
    let Ok(aside) = aside else {
        return;
    };
    let made = KnowledgeBase::prepare(aside.path())
        .and_then(|path| Store::create(&path.join("kb.sqlite")));
    if made.map(drop).is_ok() && fs::rename(aside.path(), dir).is_ok() {
        let _ = aside.keep();
    }
}

#[cfg(unix)]
pub(super) fn make_private(dir: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(dir)
}

#[cfg(not(unix))]
pub(super) fn make_private(dir: &Path) -> io::Result<()> {
    fs::create_dir_all(dir)
}
