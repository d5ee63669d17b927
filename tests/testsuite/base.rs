//! A knowledge base in a temporary folder, and documents to put into it.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use pm_kb::error::Result;
use pm_kb::knowledge_base::Added;
use pm_kb::knowledge_base::Input;
use pm_kb::knowledge_base::KnowledgeBase;
use pm_kb::knowledge_base::Settings;
use pm_kb::parser;
use pm_kb::rule::RuleFile;
use pm_kb::rule::RuleSet;
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

    /// Another base with the same files; this one must be at rest.
    pub(crate) fn copied(&self) -> Base {
        let copy = Base::empty();
        copy_folder(&self.dir(), &copy.dir());
        copy
    }

    pub(crate) fn dir(&self) -> PathBuf {
        self.folder.path().join(".pm-kb")
    }

    /// The base, with no rule in force: what is tested here does not depend on labels, and rules take long to compile.
    pub(crate) fn open(&self) -> KnowledgeBase {
        KnowledgeBase::open(&self.dir())
            .expect("the knowledge base")
            .with_rules(no_rules())
    }

    /// The generation of the index in use; the test fails where there is not exactly one.
    pub(crate) fn index(&self) -> PathBuf {
        let mut folders: Vec<PathBuf> = fs::read_dir(self.dir().join("index"))
            .expect("the index's folder")
            .map(|entry| entry.expect("an entry").path())
            .collect();
        assert_eq!(folders.len(), 1, "{folders:?}");
        folders.remove(0)
    }
}

/// A pack without a single rule.
pub(crate) fn no_rules() -> RuleSet {
    let policy = RuleFile {
        name: "policy.toml",
        text: pm_kb::schema::file("policy.toml"),
    };
    RuleSet::of(policy, &[], &[]).expect("a policy")
}

/// A document in a file.
pub(crate) fn input(path: &str, text: &str) -> Input {
    Input {
        source: path.trim_start_matches("/docs/").to_owned(),
        path: path.to_owned(),
        bytes: text.as_bytes().to_vec(),
        id: None,
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
    let settings = Settings::of(parser::Options::default(), exists);
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
    let mut paths = Vec::new();
    // Beside the repository, or beside the folder of its working trees.
    for beside in ["../shared/corpora", "../../shared/corpora"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(beside);
        if paths.is_empty() {
            collect(&folder.join(name), &mut paths);
        }
    }
    if paths.is_empty() {
        eprintln!("skipped: there is no shared corpus `{name}` beside the repository");
        return None;
    }
    paths.sort();
    let inputs = paths
        .into_iter()
        .map(|path| Input {
            source: path.display().to_string(),
            bytes: fs::read(&path).expect("a readable document"),
            path: path.display().to_string(),
            id: None,
        })
        .collect();
    Some(inputs)
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let from = entry.expect("an entry").path();
        let to = to.join(from.file_name().expect("a name"));
        if from.is_dir() {
            copy_folder(&from, &to);
        } else {
            fs::copy(&from, &to).expect("copied");
        }
    }
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else {
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
