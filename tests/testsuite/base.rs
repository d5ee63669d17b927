//! A knowledge base in a temporary folder, and documents to put into it.

use std::path::Path;
use std::path::PathBuf;

use pm_kb::error::Result;
use pm_kb::knowledge_base::Added;
use pm_kb::knowledge_base::Input;
use pm_kb::knowledge_base::KnowledgeBase;
use pm_kb::knowledge_base::Settings;
use pm_kb::parser;
use tempfile::TempDir;

/// A folder that is removed with its knowledge base at the end of the test.
pub(crate) struct Base {
    folder: TempDir,
}

impl Base {
    pub(crate) fn empty() -> Base {
        Base {
            folder: tempfile::tempdir().expect("a temporary folder"),
        }
    }

    pub(crate) fn new() -> Base {
        let base = Base::empty();
        KnowledgeBase::create(&base.dir()).expect("a new knowledge base");
        base
    }

    pub(crate) fn dir(&self) -> PathBuf {
        self.folder.path().join(".pm-kb")
    }

    pub(crate) fn open(&self) -> KnowledgeBase {
        KnowledgeBase::open(&self.dir()).expect("the knowledge base")
    }

    /// The generation of the index in use; the test fails where there is not exactly one.
    pub(crate) fn index(&self) -> PathBuf {
        let mut folders: Vec<PathBuf> = std::fs::read_dir(self.dir().join("index"))
            .expect("the index's folder")
            .map(|entry| entry.expect("an entry").path())
            .collect();
        assert_eq!(folders.len(), 1, "{folders:?}");
        folders.remove(0)
    }
}

/// A document in a file.
pub(crate) fn input(path: &str, text: &str) -> Input {
    Input {
        source: path.trim_start_matches("/docs/").to_owned(),
        path: path.to_owned(),
        bytes: text.as_bytes().to_vec(),
    }
}

/// Adds documents, with every file still where it was.
pub(crate) fn add(base: &mut KnowledgeBase, inputs: Vec<Input>) -> Vec<Added> {
    add_where(base, inputs, &|_| true).expect("added")
}

/// Adds documents; `exists` says which files are still there.
pub(crate) fn add_where(
    base: &mut KnowledgeBase,
    inputs: Vec<Input>,
    exists: &dyn Fn(&str) -> bool,
) -> Result<Vec<Added>> {
    let settings = Settings {
        reading: parser::Options::default(),
        exists,
    };
    let mut added = Vec::new();
    base.add(inputs, &settings, &mut |one| added.push(one))?;
    Ok(added)
}

/// What became of each document, in words.
pub(crate) fn told(added: &[Added]) -> Vec<String> {
    added
        .iter()
        .map(|one| match &one.id {
            Some(id) => format!("{} {id}", one.outcome.id()),
            None => format!("{} {}", one.outcome.id(), one.source),
        })
        .collect()
}

/// The documents of one folder of the shared corpora; `None`, with a message, where they are not at hand.
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
pub(crate) fn corpus(name: &str) -> Option<Vec<Input>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/corpora")
        .join(name);
    let mut paths = Vec::new();
    collect(&folder, &mut paths);
    if paths.is_empty() {
        eprintln!("skipped: there is no shared corpus `{name}` beside the repository");
        return None;
    }
    paths.sort();
    let inputs = paths
        .into_iter()
        .map(|path| Input {
            source: path.display().to_string(),
            bytes: std::fs::read(&path).expect("a readable document"),
            path: path.display().to_string(),
        })
        .collect();
    Some(inputs)
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            paths.push(path);
        }
    }
}
