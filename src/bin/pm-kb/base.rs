//! Base: which knowledge base a command means, found as git finds its folder.

use std::path::Path;
use std::path::PathBuf;

use anyhow::Context as _;
use pm_kb::diagnostic::Diagnostic;
use pm_kb::error::Error;
use pm_kb::knowledge_base;
use pm_kb::knowledge_base::KnowledgeBase;
use pm_kb::rule::RuleSet;

use crate::Desk;
use crate::input;
use crate::message;
use crate::message::Problems;

/// The name of a knowledge base's folder.
pub(crate) const FOLDER: &str = ".pm-kb";

/// The file that makes a folder a knowledge base, whatever its name.
const RECORD: &str = "kb.sqlite";

/// The variable of the environment that names a knowledge base.
const VARIABLE: &str = "PM_KB_DIR";

/// Opens the knowledge base that is meant.
pub(crate) fn open(desk: &Desk) -> anyhow::Result<KnowledgeBase> {
    let folder = named(desk).or_else(upwards);
    let folder = match folder {
        Some(folder) => folder,
        None => std::env::current_dir()
            .context("cannot tell the current folder")?
            .join(FOLDER),
    };
    Ok(KnowledgeBase::open(&folder)?)
}

/// Opens the knowledge base that is meant, or makes one where there is none, and says so.
pub(crate) fn open_or_create(desk: &mut Desk) -> anyhow::Result<KnowledgeBase> {
    let folder = wanted(desk);
    match KnowledgeBase::open(&folder) {
        Err(Error::NotFound { .. }) => {
            let base = KnowledgeBase::create(&folder)?;
            let made = format!("made a knowledge base in {}", folder.display());
            message::notice(&mut desk.terminal, &made);
            Ok(base)
        }
        opened => Ok(opened?),
    }
}

/// The folder of the knowledge base that is meant, or of the one to be made.
pub(crate) fn wanted(desk: &Desk) -> PathBuf {
    named(desk)
        .or_else(upwards)
        .unwrap_or_else(|| PathBuf::from(FOLDER))
}

/// Warns where the knowledge base was found, not named, and belongs to another user: in a folder that all may write to,
/// anybody can leave one to be found.
pub(crate) fn warn_of_stranger(desk: &mut Desk) {
    let found = match named(desk) {
        Some(_) => None,
        None => upwards(),
    };
    if let Some(folder) = found.filter(|folder| is_strangers(folder)) {
        let text = format!(
            "{} belongs to another user: its rules and settings are in force, and what is added is in their hands — \
             name it with --kb or {VARIABLE} if it is meant",
            folder.display()
        );
        message::warning(&mut desk.terminal, &text);
    }
}

/// Whether a folder belongs to another user than the one who runs this; no where the system does not tell.
#[cfg(unix)]
fn is_strangers(folder: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let owner = |path: &Path| Some(std::fs::metadata(path).ok()?.uid());
    // A process's folder belongs to its user.
    let me = owner(Path::new("/proc/self"));
    me.is_some_and(|me| owner(folder).is_some_and(|owner| owner != me))
}

#[cfg(not(unix))]
fn is_strangers(_folder: &Path) -> bool {
    false
}

/// The id that was typed, or the only one that begins so.
pub(crate) fn meant(typed: &str, base: &KnowledgeBase, desk: &mut Desk) -> anyhow::Result<String> {
    let unknown = match base.record(typed) {
        Err(error @ Error::UnknownIncident { .. }) => error,
        other => return Ok(other.map(|record| record.id.to_string())?),
    };
    let only = match typed {
        "" => None,
        typed => base.only_id_beginning(typed)?,
    };
    let Some(only) = only else {
        return Err(unknown.into());
    };
    message::note(&mut desk.terminal, &format!("`{typed}` is `{only}`"));
    Ok(only)
}

/// The rules in force where a command is given: those of the knowledge base that is meant, or the shipped ones where
/// there is none.
///
/// # Errors
/// Everything that is wrong with the team's files.
pub(crate) fn rules(desk: &Desk) -> Result<RuleSet, Vec<Error>> {
    match named(desk).or_else(upwards) {
        Some(folder) if folder.is_dir() => {
            knowledge_base::rules_in(&folder.canonicalize().unwrap_or(folder))
        }
        _ => Ok(RuleSet::shipped()),
    }
}

/// The rules in force where a command is given, with files of rules over them, and the names of these.
///
/// # Errors
/// Everything that is wrong with the files.
pub(crate) fn rules_with(
    files: &[&Path],
    desk: &Desk,
) -> Result<(RuleSet, Vec<String>), Vec<Error>> {
    let folder = named(desk)
        .or_else(upwards)
        .filter(|folder| folder.is_dir());
    let folder = folder.map(|folder| folder.canonicalize().unwrap_or(folder));
    knowledge_base::rules_with(folder.as_deref(), files)
}

/// Tells what is wrong with the team's files of rules, and that those of before are in force; whether there was
/// anything.
pub(crate) fn tell_refused_rules(base: &KnowledgeBase, desk: &mut Desk) -> bool {
    let refused = base.refused_rules();
    if refused.is_empty() {
        return false;
    }
    message::rules(&mut desk.terminal, refused);
    let digest = base.rules().digest();
    let text = format!(
        "the rules of before stay in force ({digest}): mend the files, then `pm-kb reclassify`"
    );
    message::note(&mut desk.terminal, &text);
    true
}

/// Notes where records do not know yet what the file of verdicts says of them.
pub(crate) fn note_verdicts_behind(base: &KnowledgeBase, desk: &mut Desk) -> anyhow::Result<()> {
    if base.verdicts_file().exists() {
        let behind = base.verdicts_behind()?;
        if behind > 0 {
            let text = format!("{behind} documents do not know their verdicts yet: `pm-kb sync`");
            message::note(&mut desk.terminal, &text);
        }
    }
    Ok(())
}

/// Tells what is odd about lines of the file of verdicts.
pub(crate) fn tell_odd_lines(base: &KnowledgeBase, odd: &[Diagnostic], desk: &mut Desk) {
    let file = input::name::shown(&base.verdicts_file());
    let mut problems = Problems::default();
    for diagnostic in odd {
        problems.tell(&mut desk.terminal, &file, diagnostic);
    }
    problems.close(&mut desk.terminal);
}

/// Whether a folder is a knowledge base.
pub(crate) fn is_in(folder: &Path) -> bool {
    folder.join(RECORD).is_file()
}

/// The folder named by `--kb` or `PM_KB_DIR`: the `.pm-kb` folder itself, or the folder that holds it.
fn named(desk: &Desk) -> Option<PathBuf> {
    // An empty variable is how scripts unset it.
    let variable = || std::env::var_os(VARIABLE).filter(|value| !value.is_empty());
    let given = match &desk.common.kb {
        Some(folder) => folder.clone(),
        None => PathBuf::from(variable()?),
    };
    let is_itself = given.file_name().is_some_and(|name| name == FOLDER) || is_in(&given);
    let inside = given.join(FOLDER);
    if is_itself || given.is_file() || (!inside.exists() && is_new(&given)) {
        Some(given)
    } else {
        Some(inside)
    }
}

/// Whether a folder is not there yet or is empty, so that it may become a knowledge base itself.
fn is_new(folder: &Path) -> bool {
    std::fs::read_dir(folder).map_or(true, |mut entries| entries.next().is_none())
}

fn upwards() -> Option<PathBuf> {
    let here = std::env::current_dir().ok()?;
    here.ancestors()
        .map(|folder| folder.join(FOLDER))
        .find(|folder| folder.is_dir())
}
