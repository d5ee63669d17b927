//! Input: paths given on the command line to documents read, each refusal named.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::io::Read;
use std::path::Path;
use std::path::PathBuf;

use ignore::WalkBuilder;
use pm_kb::knowledge_base::Input;

/// A path that could not be taken in, and why.
pub(crate) struct Refusal {
    /// The path.
    pub(crate) source: String,
    /// What was found.
    pub(crate) message: String,
    /// What to do.
    pub(crate) advice: &'static str,
}

/// What the paths on a command line lead to.
#[derive(Default)]
pub(crate) struct Found {
    /// The files to read, sorted, each once.
    pub(crate) files: Vec<PathBuf>,
    /// Whether a document comes on standard input.
    pub(crate) stdin: bool,
    /// Paths that lead nowhere.
    pub(crate) refusals: Vec<Refusal>,
    /// How many files of which extension were passed over.
    pub(crate) skipped: BTreeMap<String, usize>,
}

const EXTENSIONS: [&str; 4] = ["md", "markdown", "mdx", "txt"];

/// Follows the paths: files as they are, folders down to every document in them.
pub(crate) fn find(paths: &[PathBuf]) -> Found {
    let mut found = Found::default();
    for path in paths {
        if path.as_os_str() == "-" {
            found.stdin = true;
            continue;
        }
        match path.metadata() {
            Ok(metadata) if metadata.is_dir() => find_below(path, &mut found),
            Ok(metadata) if metadata.is_file() => found.files.push(path.clone()),
            Ok(_) => found.refusals.push(refusal(
                path,
                "it is no regular file",
                "name a file or a folder",
            )),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                found.refusals.push(refusal(
                    path,
                    "there is no such file or folder",
                    "check the path",
                ));
            }
            Err(error) => {
                found
                    .refusals
                    .push(refusal(path, reason(&error), "check its permissions"))
            }
        }
    }
    found.files.sort();
    found.files.dedup();
    found
}

fn find_below(folder: &Path, found: &mut Found) {
    let before = found.files.len();
    let mut skipped = BTreeMap::new();
    let mut problems = 0;
    let walk = WalkBuilder::new(folder)
        .require_git(false)
        .filter_entry(|entry| {
            !matches!(entry.file_name().to_str(), Some("node_modules" | ".pm-kb"))
        })
        .build();
    for entry in walk {
        match entry {
            Ok(entry) if entry.file_type().is_some_and(|kind| kind.is_file()) => {
                let extension = extension(entry.path());
                if EXTENSIONS.contains(&extension.as_str()) {
                    found.files.push(entry.into_path());
                } else {
                    *skipped.entry(extension).or_insert(0) += 1;
                }
            }
            Ok(entry) if entry.path_is_symlink() => {
                *skipped.entry("symbolic link".to_owned()).or_insert(0) += 1
            }
            Ok(_) => {}
            Err(error) => {
                problems += 1;
                found.refusals.push(walk_refusal(folder, &error));
            }
        }
    }
    if found.files.len() == before && problems == 0 {
        let message = match summary(&skipped) {
            Some(kinds) => format!("no Markdown document in this folder; passed over: {kinds}"),
            None => "no Markdown document in this folder".to_owned(),
        };
        found.refusals.push(refusal(
            folder,
            message,
            "documents end in .md, .markdown, .mdx or .txt",
        ));
    }
    for (kind, count) in skipped {
        *found.skipped.entry(kind).or_insert(0) += count;
    }
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
    let message = error.io_error().map_or_else(|| error.to_string(), reason);
    refusal(path, message, "check its permissions")
}

/// How many files of which kind, as words: `180 .png, 32 .html`.
pub(crate) fn summary(skipped: &BTreeMap<String, usize>) -> Option<String> {
    let mut kinds: Vec<(&String, &usize)> = skipped.iter().collect();
    kinds.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
    let words: Vec<String> = kinds
        .iter()
        .map(|(kind, count)| match kind.as_str() {
            "" => format!("{count} without extension"),
            "symbolic link" => format!(
                "{count} symbolic link{}",
                if **count == 1 { "" } else { "s" }
            ),
            kind => format!("{count} .{kind}"),
        })
        .collect();
    (!words.is_empty()).then(|| words.join(", "))
}

fn extension(path: &Path) -> String {
    path.extension()
        .map(|extension| extension.to_string_lossy().to_ascii_lowercase())
        .unwrap_or_default()
}

/// Reads one file, at most `limit` bytes and one more, so that a larger one shows.
pub(crate) fn read(file: &Path, limit: usize) -> Result<Input, Refusal> {
    let bytes = open(file).and_then(|opened| read_bounded(opened, limit));
    let bytes = bytes.map_err(|error| refusal(file, reason(&error), "check its permissions"))?;
    let path = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    Ok(Input {
        source: file.display().to_string(),
        path: path.display().to_string(),
        bytes,
        id: None,
    })
}

/// Reads the document on standard input.
pub(crate) fn read_stdin(limit: usize) -> Result<Input, Refusal> {
    read_bounded(io::stdin().lock(), limit)
        .map(|bytes| Input {
            source: "-".to_owned(),
            path: String::new(),
            bytes,
            id: None,
        })
        .map_err(|error| {
            refusal(
                Path::new("-"),
                reason(&error),
                "give the document on standard input",
            )
        })
}

fn open(path: &Path) -> io::Result<File> {
    let opened = File::open(path)?;
    if opened.metadata()?.is_file() {
        Ok(opened)
    } else {
        Err(io::Error::other("it is no regular file"))
    }
}

fn read_bounded(reader: impl Read, limit: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    reader.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn refusal(path: &Path, message: impl Into<String>, advice: &'static str) -> Refusal {
    Refusal {
        source: path.display().to_string(),
        message: message.into(),
        advice,
    }
}

/// An input-output error in words, without the number of the operating system.
fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::PermissionDenied => "it may not be read: permission denied".to_owned(),
        _ => {
            let text = error.to_string();
            text.split(" (os error")
                .next()
                .unwrap_or(&text)
                .to_lowercase()
        }
    }
}
