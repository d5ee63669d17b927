//! Input: paths given on the command line to the documents that they lead to, each refusal named, the rest counted.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

use ignore::DirEntry;
use ignore::WalkBuilder;
use pm_kb::diagnostic::Diagnostic;

use crate::base;
use crate::message;

mod export;
mod file;
pub(crate) mod name;

pub(crate) use export::read_export;
pub(crate) use file::read;
pub(crate) use file::read_stdin;

/// A path that could not be taken in, and why.
pub(crate) struct Refusal {
    /// The path.
    pub(crate) source: String,
    /// What was found.
    pub(crate) message: String,
    /// What to do.
    pub(crate) advice: &'static str,
}

impl Refusal {
    fn new(path: &Path, message: impl Into<String>, advice: &'static str) -> Refusal {
        Refusal {
            source: name::shown(path),
            message: message.into(),
            advice,
        }
    }

    /// The refusal as it is told.
    pub(crate) fn diagnostic(&self) -> Diagnostic {
        Diagnostic::error(None, self.message.as_str(), self.advice)
    }

    /// What the operating system says of a path.
    pub(crate) fn of(path: &Path, error: &io::Error) -> Refusal {
        let advice = match error.kind() {
            io::ErrorKind::PermissionDenied => "check its permissions",
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => "check the path",
            _ => "see to it and add it again",
        };
        Refusal::new(path, message::reason(error), advice)
    }
}

fn not_regular(path: &Path) -> Refusal {
    let advice = "name a file or a folder; `-` reads standard input";
    Refusal::new(path, "it is no regular file", advice)
}

/// What the paths on a command line lead to.
#[derive(Default)]
pub(crate) struct Found {
    /// The files to read, sorted, each once.
    pub(crate) files: Vec<PathBuf>,
    /// The folders, as given and as absolute paths.
    pub(crate) roots: Vec<(String, String)>,
    /// Whether a document comes on standard input.
    pub(crate) stdin: bool,
    /// Paths that lead nowhere.
    pub(crate) refusals: Vec<Refusal>,
    /// What was passed over.
    pub(crate) skipped: Skipped,
}

impl Found {
    /// The absolute paths of the files, as they are kept.
    pub(crate) fn absolute(&self) -> BTreeSet<String> {
        let absolute = |file: &PathBuf| name::absolute(file).ok();
        let paths = self.files.iter().filter_map(absolute);
        paths.map(|path| name::kept(&path)).collect()
    }

    /// Whether there is nothing to read.
    pub(crate) fn is_nothing(&self) -> bool {
        self.files.is_empty() && !self.stdin
    }
}

/// What was passed over, in numbers.
#[derive(Default)]
pub(crate) struct Skipped {
    /// Files by their extension, which is none of a document.
    extensions: BTreeMap<String, usize>,
    /// Symbolic links in folders: what they lead to would be counted twice, or lies elsewhere.
    links: usize,
    /// Pipes, sockets, devices.
    special: usize,
    /// Hidden documents and folders.
    hidden: usize,
}

const EXTENSIONS: [&str; 4] = ["md", "markdown", "mdx", "txt"];
const DOCUMENTS: &str = "documents end in .md, .markdown, .mdx or .txt";

/// Follows the paths: files as they are, folders down to every document in them.
pub(crate) fn find(paths: &[PathBuf]) -> Found {
    let mut found = Found::default();
    let mut others = Vec::new();
    for path in paths {
        if path.as_os_str() == "-" {
            found.stdin = true;
            continue;
        }
        match path.metadata() {
            Ok(metadata) if metadata.is_dir() => {
                let absolute = path.canonicalize();
                let root = absolute.map(|root| (name::shown(path), name::kept(&root)));
                found.roots.extend(root);
                find_below(path, &mut found);
            }
            Ok(metadata) if metadata.is_file() && is_document(path) => {
                found.files.push(path.clone());
            }
            Ok(metadata) if metadata.is_file() => others.push(path),
            Ok(_) => found.refusals.push(not_regular(path)),
            Err(error) => found.refusals.push(Refusal::of(path, &error)),
        }
    }
    // `add *` names what it does not mean; who names nothing else means it.
    let is_meant = found.is_nothing() && found.refusals.is_empty();
    for path in others {
        found.skipped.count_extension(path);
        if is_meant {
            let advice = "documents end in .md, .markdown, .mdx or .txt; `-` reads any text";
            found
                .refusals
                .push(Refusal::new(path, "it has no ending of a document", advice));
        }
    }
    found.files.sort();
    let mut seen = BTreeSet::new();
    found
        .files
        .retain(|file| seen.insert(name::absolute(file).unwrap_or_else(|_| file.clone())));
    found
}

fn find_below(folder: &Path, found: &mut Found) {
    let before = found.files.len();
    let mut skipped = Skipped::default();
    let mut problems = 0;
    let hidden = Arc::new(AtomicUsize::new(0));
    for entry in walk(folder, &hidden) {
        match entry {
            Ok(entry) => match entry.file_type() {
                Some(kind) if kind.is_dir() => {}
                Some(kind) if kind.is_symlink() => skipped.links += 1,
                Some(kind) if !kind.is_file() => skipped.special += 1,
                _ if is_document(entry.path()) => found.files.push(entry.into_path()),
                _ => skipped.count_extension(entry.path()),
            },
            Err(error) => {
                problems += 1;
                found.refusals.push(walk_refusal(folder, &error));
            }
        }
    }
    skipped.hidden = hidden.load(Ordering::Relaxed);
    if found.files.len() == before && problems == 0 {
        let message = match skipped.summary() {
            Some(kinds) => format!("no Markdown document in this folder; passed over: {kinds}"),
            None => "no Markdown document in this folder".to_owned(),
        };
        found
            .refusals
            .push(Refusal::new(folder, message, DOCUMENTS));
    }
    found.skipped.add(skipped);
}

/// Every file below a folder that is not ignored by `.gitignore`, hidden, or of a knowledge base.
fn walk(folder: &Path, hidden: &Arc<AtomicUsize>) -> ignore::Walk {
    let hidden = Arc::clone(hidden);
    WalkBuilder::new(folder)
        .require_git(false)
        .hidden(false)
        .filter_entry(move |entry| {
            let is_hidden = is_hidden(entry);
            if is_hidden && is_worth_a_word(entry) {
                hidden.fetch_add(1, Ordering::Relaxed);
            }
            !is_hidden && (entry.depth() == 0 || !is_foreign(entry))
        })
        .build()
}

fn is_hidden(entry: &DirEntry) -> bool {
    entry.depth() > 0 && entry.file_name().as_encoded_bytes().starts_with(b".")
}

/// Whether somebody may miss what is hidden here: a document or a folder, but for those of git and of pm-kb.
fn is_worth_a_word(entry: &DirEntry) -> bool {
    match entry.file_type() {
        Some(kind) if kind.is_dir() => {
            entry.file_name() != ".git" && entry.file_name() != base::FOLDER
        }
        _ => is_document(entry.path()),
    }
}

/// Whether a folder holds other people's documents, or those of a knowledge base itself.
fn is_foreign(entry: &DirEntry) -> bool {
    let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
    is_folder && (entry.file_name() == "node_modules" || base::is_in(entry.path()))
}

fn walk_refusal(folder: &Path, error: &ignore::Error) -> Refusal {
    let path = match error {
        ignore::Error::WithPath { path, .. } => path.as_path(),
        ignore::Error::WithDepth { err, .. } => match err.as_ref() {
            ignore::Error::WithPath { path, .. } => path.as_path(),
            _ => folder,
        },
        _ => folder,
    };
    match error.io_error() {
        Some(error) => Refusal::of(path, error),
        None => Refusal::new(path, error.to_string(), "check the path"),
    }
}

impl Skipped {
    fn count_extension(&mut self, file: &Path) {
        *self.extensions.entry(extension(file)).or_default() += 1;
    }

    fn add(&mut self, other: Skipped) {
        for (extension, count) in other.extensions {
            *self.extensions.entry(extension).or_default() += count;
        }
        self.links += other.links;
        self.special += other.special;
        self.hidden += other.hidden;
    }

    /// How many of which kind, as words: `180 .png, 32 .html, 1 symbolic link`.
    pub(crate) fn summary(&self) -> Option<String> {
        let mut kinds: Vec<(&String, &usize)> = self.extensions.iter().collect();
        kinds.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
        let mut words: Vec<String> = kinds
            .iter()
            .map(|(kind, count)| match kind.as_str() {
                "" => format!("{count} without extension"),
                kind => format!("{count} .{kind}"),
            })
            .collect();
        for (count, one, more) in [
            (self.links, "symbolic link", "symbolic links"),
            (self.special, "special file", "special files"),
            (self.hidden, "hidden", "hidden"),
        ] {
            match count {
                0 => {}
                1 => words.push(format!("1 {one}")),
                count => words.push(format!("{count} {more}")),
            }
        }
        (!words.is_empty()).then(|| words.join(", "))
    }
}

fn is_document(path: &Path) -> bool {
    EXTENSIONS.contains(&extension(path).as_str())
}

fn extension(path: &Path) -> String {
    path.extension()
        .map(|extension| extension.to_string_lossy().to_ascii_lowercase())
        .unwrap_or_default()
}
