//! Index: tantivy; the words, findable. Derived from the store and disposable.
//!
//! It lies in numbered generations, each a folder of its own; the store says which is in use. How far it has come is
//! said by the payload of its own commits and by nothing else, so a crash between the two disks heals by itself.

use std::fs;
use std::io;
use std::path::Path;
use std::path::PathBuf;

use serde::Deserialize;
use serde::Serialize;
use tantivy::Index;
use tantivy::TantivyError;
use tantivy::directory::MmapDirectory;
use tantivy::directory::error::OpenDirectoryError;
use tantivy::directory::error::OpenReadError;
use tantivy::directory::error::OpenWriteError;

use crate::error::Error;
use crate::error::Result;

mod alike;
mod analyzer;
mod common_word;
mod directory;
mod lock;
mod reader;
mod sample;
mod schema;
mod search;
mod shape;
mod synonym;
mod tokenizer;
mod word_form;
mod writer;

pub use crate::index::alike::Alike;
pub use crate::index::lock::Lock;
pub use crate::index::reader::Reader;
pub use crate::index::sample::Sample;
pub use crate::index::schema::document;
pub use crate::index::search::Facets;
pub use crate::index::search::Finder;
pub use crate::index::search::Ranked;
pub use crate::index::search::Ranking;
pub use crate::index::search::Sort;
pub use crate::index::search::Wanted;
pub use crate::index::shape::Blocks;
pub use crate::index::writer::Writer;

/// A record as the index takes it.
pub type Indexed = tantivy::TantivyDocument;

/// The files of an index that belong to no segment.
const KEPT: [&str; 4] = [
    "meta.json",
    ".managed.json",
    ".tantivy-writer.lock",
    ".tantivy-meta.lock",
];

/// What a commit of an index says of itself: whose words it holds, as of which revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payload {
    /// The store's id.
    pub kb_id: String,
    /// The store's epoch.
    pub epoch: String,
    /// The revision of the store up to which every change is in the index.
    pub rev: i64,
    schema: String,
    analyzer: u32,
}

impl Payload {
    /// The payload of an index that this program writes.
    pub fn new(kb_id: &str, epoch: &str, rev: i64) -> Payload {
        Payload {
            kb_id: kb_id.to_owned(),
            epoch: epoch.to_owned(),
            rev,
            schema: schema::digest(),
            analyzer: schema::ANALYZER_VERSION,
        }
    }

    /// Whether it speaks of the same store and was made in the same way; the revisions may differ.
    pub fn is_akin(&self, other: &Payload) -> bool {
        let rev = other.rev;
        *other
            == Payload {
                rev,
                ..self.clone()
            }
    }

    fn read(text: Option<&str>) -> Result<Payload> {
        let doing = "read how far the index has come";
        let text = text.ok_or_else(|| Error::Index {
            doing,
            source: "its last commit does not say".into(),
        })?;
        serde_json::from_str(text).map_err(|error| Error::Index {
            doing,
            source: Box::new(error),
        })
    }
}

/// One index: a folder with a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generation {
    folder: PathBuf,
    number: i64,
}

impl Generation {
    /// The generation of a number below a folder, whether it is there or not.
    pub fn at(root: &Path, number: i64) -> Generation {
        Generation {
            folder: root.join(format!("idx-{number}")),
            number,
        }
    }

    /// Every generation below a folder, lowest number first.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn all(root: &Path) -> Result<Vec<Generation>> {
        let entries = match fs::read_dir(root) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(source) => {
                return Err(Error::File {
                    doing: "read",
                    path: root.to_owned(),
                    source,
                });
            }
        };
        let mut numbers: Vec<i64> = entries
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter_map(|name| name.strip_prefix("idx-")?.parse().ok())
            .collect();
        numbers.sort_unstable();
        Ok(numbers
            .into_iter()
            .map(|number| Generation::at(root, number))
            .collect())
    }

    /// Its number.
    pub fn number(&self) -> i64 {
        self.number
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Makes an empty index in its folder, which must not be there yet.
    ///
    /// # Errors
    /// [`Error::File`], [`Error::Index`].
    pub fn make(&self, _lock: &Lock) -> Result<()> {
        fs::create_dir_all(&self.folder).map_err(|source| Error::File {
            doing: "make",
            path: self.folder.clone(),
            source,
        })?;
        let doing = "make an index";
        let directory =
            MmapDirectory::open(&self.folder).map_err(|error| failed(doing)(error.into()))?;
        // Never `open_or_create`: over an index without `meta.json` it would silently make an empty one.
        Index::create(
            directory,
            schema::schema(),
            tantivy::IndexSettings::default(),
        )
        .map_err(failed(doing))?;
        Ok(())
    }

    /// How far it has come, without opening its words.
    ///
    /// # Errors
    /// [`Error::Index`] where it cannot be used.
    pub fn payload(&self) -> Result<Payload> {
        Payload::read(
            self.open_read_only()?
                .load_metas()
                .map_err(failed("open the index"))?
                .payload
                .as_deref(),
        )
    }

    /// Makes its files and its name survive a power cut.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn sync(&self) -> Result<()> {
        if !cfg!(unix) {
            // Elsewhere a folder cannot be opened to be synced.
            return Ok(());
        }
        let mut folders = vec![self.folder.as_path()];
        folders.extend(self.folder.parent());
        for folder in folders {
            fs::File::open(folder)
                .and_then(|handle| handle.sync_all())
                .map_err(|source| Error::File {
                    doing: "write",
                    path: folder.to_owned(),
                    source,
                })?;
        }
        Ok(())
    }

    /// Removes every file in its folder that its last commit does not use; how many there were. Killed commits leave
    /// temporary files behind that tantivy never collects.
    ///
    /// # Errors
    /// [`Error::Index`] where it cannot be used, [`Error::File`].
    pub fn sweep(&self, _lock: &Lock) -> Result<usize> {
        let metas = self
            .open_read_only()?
            .load_metas()
            .map_err(failed("open the index"))?;
        let living = metas.list_segment_files();
        let failed_file = |doing, path: &Path| {
            let path = path.to_owned();
            move |source| Error::File {
                doing,
                path,
                source,
            }
        };
        let mut swept = 0;
        for entry in fs::read_dir(&self.folder).map_err(failed_file("read", &self.folder))? {
            let path = entry.map_err(failed_file("read", &self.folder))?.path();
            let name = Path::new(path.file_name().unwrap_or_default());
            let kept = KEPT.iter().any(|kept| name == Path::new(kept)) || living.contains(name);
            if !kept {
                fs::remove_file(&path).map_err(failed_file("remove", &path))?;
                swept += 1;
            }
        }
        Ok(swept)
    }

    /// Removes its folder, if it is there. Processes that read from it go on reading.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn remove(&self, _lock: &Lock) -> Result<()> {
        let removed = if self.folder.is_dir() {
            fs::remove_dir_all(&self.folder)
        } else {
            fs::remove_file(&self.folder)
        };
        match removed {
            Err(source) if source.kind() != io::ErrorKind::NotFound => Err(Error::File {
                doing: "remove",
                path: self.folder.clone(),
                source,
            }),
            _ => Ok(()),
        }
    }

    fn open_read_only(&self) -> Result<Index> {
        let doing = "open the index";
        let directory =
            directory::ReadOnly::open(&self.folder).map_err(|error| failed(doing)(error.into()))?;
        Index::open(directory).map_err(failed(doing))
    }
}

/// Turns a failure of tantivy into the caller's problem. One of the machine has an [`io::Error`] as its source.
fn failed(doing: &'static str) -> impl Fn(TantivyError) -> Error {
    move |error| {
        let machine = match &error {
            TantivyError::IoError(cause) => Some(cause.kind()),
            TantivyError::OpenWriteError(OpenWriteError::IoError { io_error, .. })
            | TantivyError::OpenReadError(OpenReadError::IoError { io_error, .. })
            | TantivyError::OpenDirectoryError(OpenDirectoryError::IoError { io_error, .. }) => {
                Some(io_error.kind())
            }
            _ => None,
        };
        let source: crate::error::Source = match machine {
            Some(kind) => Box::new(io::Error::new(kind, error)),
            None => Box::new(error),
        };
        Error::Index { doing, source }
    }
}
