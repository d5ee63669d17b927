//! Safety copies: the record and the team's own files in one verified file, and a knowledge base made from it.

use std::fs;
use std::io;
use std::io::Write as _;
use std::path::Path;

use crate::error::Error;
use crate::error::Result;
use crate::knowledge_base::KnowledgeBase;
use crate::store::Store;
use crate::store::TeamFile;

/// The text files of a base that people write, and that git is meant to keep.
const TEAM_FILES: [&str; 9] = [
    "verdicts.jsonl",
    "audits.jsonl",
    "config.toml",
    "vocabulary.toml",
    "overrides.toml",
    "aliases.toml",
    "patterns.toml",
    "controls.toml",
    "investments.toml",
];

/// The folder of a team's own rules.
const RULES: &str = "rules";

/// What a restore came to.
#[derive(Debug)]
pub struct Restored {
    /// The knowledge base.
    pub base: KnowledgeBase,
    /// The team's files that the backup brought.
    pub brought: Vec<String>,
    /// Those that were there already, perhaps newer, and were left as they are.
    pub kept: Vec<String>,
}

impl KnowledgeBase {
    /// Writes a copy of the record and of the team's files, verified, to a file that must not exist yet; the names of
    /// the team's files.
    ///
    /// # Errors
    /// [`Error::File`], [`Error::Damaged`], [`Error::Store`].
    pub fn backup(&self, file: &Path) -> Result<Vec<String>> {
        let with = team_files(self.dir())?;
        self.store.back_up(file, &with)?;
        Ok(with.into_iter().map(|file| file.name).collect())
    }

    /// Makes a knowledge base in a folder that has none, from a backup. The team's files are made where they are
    /// missing; what is there is left alone.
    ///
    /// # Errors
    /// [`Error::NotAKnowledgeBase`], [`Error::SchemaTooNew`], [`Error::Damaged`] for the backup; [`Error::File`] where
    /// there is a knowledge base already.
    pub fn restore(backup: &Path, dir: &Path) -> Result<Restored> {
        if !backup.is_file() {
            return Err(Error::File {
                doing: "read",
                path: backup.to_owned(),
                source: io::ErrorKind::NotFound.into(),
            });
        }
        let dir = KnowledgeBase::prepare(dir)?;
        let (mut brought, mut kept) = (Vec::new(), Vec::new());
        let store = Store::restore(backup, &dir.join("kb.sqlite"), |files| {
            for file in files.into_iter().filter(|file| is_team_file(&file.name)) {
                match make(&dir, &file)? {
                    true => brought.push(file.name),
                    false => kept.push(file.name),
                }
            }
            Ok(())
        })?;
        Ok(Restored {
            base: KnowledgeBase::of(dir, store),
            brought,
            kept,
        })
    }
}

/// Whether a name is one of the team's files. A backup may come from anywhere: its names lead nowhere else.
/// Whether a name below the base's folder is that of a team's file.
pub(super) fn is_team_file(name: &str) -> bool {
    let is_rule = |name: &str| {
        let stem = name.strip_suffix(".toml").unwrap_or_default();
        !stem.is_empty()
            && !stem.starts_with('.')
            && stem
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
    };
    match name.split_once('/') {
        Some((folder, rest)) => folder == RULES && is_rule(rest),
        None => TEAM_FILES.contains(&name),
    }
}

/// The team's files that there are, sorted by name.
fn team_files(dir: &Path) -> Result<Vec<TeamFile>> {
    let mut names: Vec<String> = TEAM_FILES.iter().map(|name| (*name).to_owned()).collect();
    if let Ok(entries) = fs::read_dir(dir.join(RULES)) {
        let rules = entries
            .flatten()
            .filter_map(|entry| entry.file_name().into_string().ok());
        names.extend(rules.map(|name| format!("{RULES}/{name}")));
    }
    names.retain(|name| is_team_file(name));
    names.sort();
    let mut files = Vec::new();
    for name in names {
        let path = dir.join(&name);
        // A link or a device is none of the base's own files.
        if !fs::symlink_metadata(&path).is_ok_and(|found| found.is_file()) {
            continue;
        }
        let bytes = fs::read(&path).map_err(|source| Error::File {
            doing: "read",
            path,
            source,
        })?;
        files.push(TeamFile { name, bytes });
    }
    Ok(files)
}

/// Makes a file whole and durable, unless it is there; whether it was made.
fn make(dir: &Path, file: &TeamFile) -> Result<bool> {
    let path = dir.join(&file.name);
    let made = || -> io::Result<bool> {
        let folder = path.parent().unwrap_or(dir);
        fs::create_dir_all(folder)?;
        let mut beside = tempfile::NamedTempFile::new_in(folder)?;
        beside.write_all(&file.bytes)?;
        beside.as_file().sync_all()?;
        match beside.persist_noclobber(&path) {
            Ok(_) => {}
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => return Ok(false),
            Err(error) => return Err(error.error),
        }
        if cfg!(unix) {
            fs::File::open(folder)?.sync_all()?;
        }
        Ok(true)
    };
    made().map_err(|source| Error::File {
        doing: "write",
        path: path.clone(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::is_team_file;

    #[test]
    fn names_of_a_backup_lead_nowhere_else() {
        for name in ["verdicts.jsonl", "rules/own.toml", "rules/my-rules_2.toml"] {
            assert!(is_team_file(name), "{name}");
        }
        for name in [
            "kb.sqlite",
            "../config.toml",
            "rules/../config.toml",
            "rules/../../x.toml",
            "rules/a/b.toml",
            "rules/.toml",
            "rules/..toml",
            "/etc/passwd",
            "rules//x.toml",
            "index.lock",
            "",
        ] {
            assert!(!is_team_file(name), "{name}");
        }
    }
}
