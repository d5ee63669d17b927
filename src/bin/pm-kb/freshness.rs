//! Freshness: whether the file that a document was read from still holds it.

use std::fs::File;
use std::io;
use std::io::Read as _;
use std::path::Path;

use pm_kb::query::Hit;

use crate::input::name;

/// What has become of the file that a document was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Freshness {
    /// It holds what was stored.
    AsStored,
    /// It holds something else.
    Changed,
    /// It is no longer there.
    Gone,
    /// There is no such file, or it cannot be told.
    Unknown,
}

impl Freshness {
    /// What has become of the file of a hit.
    pub(crate) fn of(hit: &Hit) -> Freshness {
        if hit.record.path.is_empty() {
            return Freshness::Unknown;
        }
        let path = name::path(&hit.record.path);
        match digest(&path) {
            Ok(Some(digest)) if digest == hit.content => Freshness::AsStored,
            Ok(Some(_)) => Freshness::Changed,
            Err(error) if error.kind() == io::ErrorKind::NotFound => of_page(&hit.record.path),
            Ok(None) | Err(_) => Freshness::Unknown,
        }
    }

    /// The id as it stands in JSON; none where it cannot be told.
    pub(crate) fn id(self) -> Option<&'static str> {
        match self {
            Freshness::AsStored => Some("as-stored"),
            Freshness::Changed => Some("changed"),
            Freshness::Gone => Some("gone"),
            Freshness::Unknown => None,
        }
    }

    /// What a person is told beside the hit; nothing where all is well.
    pub(crate) fn remark(self) -> Option<&'static str> {
        match self {
            Freshness::Changed => Some("the file has changed since: `pm-kb sync`"),
            Freshness::Gone => Some("the file is no longer there"),
            Freshness::AsStored | Freshness::Unknown => None,
        }
    }
}

/// A part of a page is filed under the page's path, `#` and a name: only the page can be missed.
fn of_page(path: &str) -> Freshness {
    let page = path.rsplit_once('#').map(|(page, _)| name::path(page));
    match page {
        Some(page) if page.exists() => Freshness::Unknown,
        _ => Freshness::Gone,
    }
}

/// BLAKE3 of a file; none of what is no regular file.
fn digest(path: &Path) -> io::Result<Option<blake3::Hash>> {
    if !std::fs::metadata(path)?.is_file() {
        return Ok(None);
    }
    let mut file = File::open(path)?;
    let mut hasher = blake3::Hasher::new();
    let mut portion = vec![0; 1 << 16];
    loop {
        let read = file.read(&mut portion)?;
        if read == 0 {
            return Ok(Some(hasher.finalize()));
        }
        hasher.update(&portion[..read]);
    }
}
