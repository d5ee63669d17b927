//! Pack: the rules in force in a base: the shipped ones with the team's files over them, or with those of before where a
//! file is broken.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::fs;
use std::io;
use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;

use serde::Deserialize;
use serde::Serialize;

use crate::error::Error;
use crate::error::Result;
use crate::knowledge_base::KnowledgeBase;
use crate::knowledge_base::backup;
use crate::knowledge_base::beside;
use crate::rule::Policy;
use crate::rule::RuleFile;
use crate::rule::RuleSet;

/// What the team's files said when they were last in order: they stay in force while one of them is broken.
const IN_FORCE: &str = "rules-in-force.json";
/// The folder of the team's rules.
const RULES: &str = "rules";
/// The files beside it, in the order in which they are read.
const BESIDE: [&str; 2] = ["vocabulary.toml", "overrides.toml"];
/// The most files of rules that a team may have.
const MOST_FILES: usize = 200;

/// The rules of a base, read when they are first needed.
#[derive(Debug)]
pub(super) struct Pack {
    dir: PathBuf,
    read: OnceCell<InForce>,
}

/// Rules that are in force, and why they are not those of the team's files as they are now.
#[derive(Debug)]
struct InForce {
    rules: RuleSet,
    own: Vec<OwnFile>,
    refused: Vec<Error>,
}

/// A file of the team: its path below the base's folder, and its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct OwnFile {
    name: String,
    text: String,
}

/// What is kept of files that were in order.
#[derive(Serialize, Deserialize)]
struct Kept {
    files: Vec<OwnFile>,
}

impl Pack {
    /// The rules of the base in a folder.
    pub(super) fn of(dir: &Path) -> Pack {
        Pack {
            dir: dir.to_owned(),
            read: OnceCell::new(),
        }
    }

    /// These rules, whatever files there are.
    pub(super) fn given(dir: &Path, rules: RuleSet) -> Pack {
        let own = kept(dir);
        let refused = Vec::new();
        Pack {
            dir: dir.to_owned(),
            read: OnceCell::from(InForce {
                rules,
                own,
                refused,
            }),
        }
    }

    /// The rules in force.
    pub(super) fn rules(&self) -> &RuleSet {
        &self.in_force().rules
    }

    /// The digest of the rules in force.
    fn digest(&self) -> String {
        match self.is_shipped() {
            true => RuleSet::shipped_digest(),
            false => self.rules().digest().to_owned(),
        }
    }

    /// Why the team's files are not in force as they are now; empty where they are.
    pub(super) fn refused(&self) -> &[Error] {
        match self.is_shipped() {
            true => &[],
            false => &self.in_force().refused,
        }
    }

    /// Whether the rules are told to be the shipped ones by there being no files of the team, and none is read yet.
    fn is_shipped(&self) -> bool {
        self.read.get().is_none() && own_files(&self.dir).is_ok_and(|own| own.is_empty())
    }

    fn in_force(&self) -> &InForce {
        self.read.get_or_init(|| InForce::read(&self.dir))
    }

    /// Keeps the files that are in force, for the day when one of them is broken. A base that cannot be written keeps
    /// what it has: then the shipped rules are those of before.
    pub(super) fn keep(&self) {
        let in_force = self.in_force();
        if in_force.refused.is_empty() && kept(&self.dir) != in_force.own {
            let _ = write(&self.dir, &in_force.own);
        }
    }
}

impl InForce {
    fn read(dir: &Path) -> InForce {
        let refused = match own_files(dir).and_then(|own| Ok((load(dir, &own)?, own))) {
            Ok((rules, own)) => {
                let refused = Vec::new();
                return InForce {
                    rules,
                    own,
                    refused,
                };
            }
            Err(refused) => refused,
        };
        // Files that were in order may not be so for a newer program: then the shipped rules are left.
        let own = kept(dir);
        let (rules, own) = match load(dir, &own) {
            Ok(rules) => (rules, own),
            Err(_) => (RuleSet::shipped(), Vec::new()),
        };
        InForce {
            rules,
            own,
            refused,
        }
    }
}

impl KnowledgeBase {
    /// The rules in force: the shipped ones with the team's files over them. Where one of these is broken, those of
    /// before stay in force, and [`KnowledgeBase::refused_rules`] says why. They are read at the first call: most
    /// commands need none.
    pub fn rules(&self) -> &RuleSet {
        self.pack.rules()
    }

    /// The digest of the rules in force. Where the team has no files of its own no rule is read for it.
    pub fn rules_digest(&self) -> String {
        self.pack.digest()
    }

    /// How the rules in force weigh and decide. Where the team has no files of its own no rule is read for it.
    pub(super) fn policy(&self) -> Cow<'_, Policy> {
        let shipped = match self.pack.is_shipped() {
            true => RuleSet::shipped_policy().ok(),
            false => None,
        };
        shipped.map_or_else(|| Cow::Borrowed(self.rules().policy()), Cow::Owned)
    }

    /// What is wrong with the team's files of rules, so that those of before are in force; empty where nothing is.
    pub fn refused_rules(&self) -> &[Error] {
        self.pack.refused()
    }
}

/// The shipped rules with a team's files over them, as they stand in the folder of a knowledge base.
///
/// # Errors
/// Everything that is wrong with the files: [`Error::Rule`] with line and column, [`Error::File`].
pub fn rules_in(dir: &Path) -> Result<RuleSet, Vec<Error>> {
    load(dir, &own_files(dir)?)
}

/// The rules of a folder, of the shipped ones alone where there is none, with more files over them, which may stand in
/// the folder already; and the names under which these are told of.
///
/// # Errors
/// As [`rules_in`].
pub fn rules_with(
    dir: Option<&Path>,
    files: &[&Path],
) -> Result<(RuleSet, Vec<String>), Vec<Error>> {
    let mut own = dir.map_or(Ok(Vec::new()), own_files)?;
    let dir = dir.unwrap_or(Path::new(""));
    let mut names = Vec::new();
    for file in files {
        let text = beside::text(file).map_err(|problem| vec![problem])?;
        let text = text.ok_or_else(|| vec![beside::at(file, (1, 1), "there is no such file")])?;
        own.retain(|known| dir.join(&known.name) != **file);
        let name = file.display().to_string();
        names.push(name.clone());
        own.push(OwnFile { name, text });
    }
    Ok((load(dir, &own)?, names))
}

fn load(dir: &Path, own: &[OwnFile]) -> Result<RuleSet, Vec<Error>> {
    let names: Vec<String> = own
        .iter()
        .map(|file| dir.join(&file.name).display().to_string())
        .collect();
    let files: Vec<RuleFile<'_>> = own
        .iter()
        .zip(&names)
        .map(|(file, name)| RuleFile {
            name,
            text: &file.text,
        })
        .collect();
    RuleSet::load(&files)
}

/// The team's files, vocabularies first, then the rules by name, then the overrides.
fn own_files(dir: &Path) -> Result<Vec<OwnFile>, Vec<Error>> {
    let mut names = rule_names(dir).map_err(|problem| vec![problem])?;
    let [words, overrides] = BESIDE;
    names.insert(0, words.to_owned());
    names.push(overrides.to_owned());
    let (mut own, mut problems) = (Vec::new(), Vec::new());
    for name in names {
        match beside::text(&dir.join(&name)) {
            Ok(Some(text)) => own.push(OwnFile { name, text }),
            Ok(None) => {}
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() {
        Ok(own)
    } else {
        Err(problems)
    }
}

/// The names of the files of rules, below the base's folder, sorted. What editors leave behind is none of them.
fn rule_names(dir: &Path) -> Result<Vec<String>> {
    let folder = dir.join(RULES);
    let failed = |source| Error::File {
        doing: "read",
        path: folder.clone(),
        source,
    };
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    let mut names = Vec::new();
    for entry in entries {
        let name = entry.map_err(failed)?.file_name();
        let name = name.to_string_lossy();
        if !name.ends_with(".toml") || name.starts_with('.') {
            continue;
        }
        let below = format!("{RULES}/{name}");
        if !backup::is_team_file(&below) {
            let message =
                "a name that a backup would leave out: use letters, digits, `-`, `_` and `.`";
            return Err(beside::at(&folder.join(&*name), (1, 1), message));
        }
        names.push(below);
    }
    if names.len() > MOST_FILES {
        let message = format!(
            "{} files of rules: at most {MOST_FILES} are read",
            names.len()
        );
        return Err(beside::at(&folder, (1, 1), &message));
    }
    names.sort();
    Ok(names)
}

/// What the team's files said when they were last in order; nothing where that is not known.
fn kept(dir: &Path) -> Vec<OwnFile> {
    let text = beside::text(&dir.join(IN_FORCE)).ok().flatten();
    let text = text.unwrap_or_default();
    serde_json::from_str(&text).map_or(Vec::new(), |kept: Kept| kept.files)
}

fn write(dir: &Path, own: &[OwnFile]) -> io::Result<()> {
    let file = dir.join(IN_FORCE);
    if own.is_empty() {
        return fs::remove_file(file);
    }
    let files = own.to_vec();
    let text = serde_json::to_string_pretty(&Kept { files })?;
    let mut beside = tempfile::NamedTempFile::new_in(dir)?;
    beside.write_all(text.as_bytes())?;
    beside.as_file().sync_all()?;
    beside.persist(file)?;
    Ok(())
}
