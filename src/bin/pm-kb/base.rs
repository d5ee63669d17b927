//! Base: which knowledge base a command means, found as git finds its folder.

use std::path::Path;
use std::path::PathBuf;

use pm_kb::error::Error;
use pm_kb::knowledge_base::KnowledgeBase;

use crate::Desk;

/// The name of a knowledge base's folder.
pub(crate) const FOLDER: &str = ".pm-kb";

/// Opens the knowledge base that is meant.
pub(crate) fn open(desk: &Desk) -> anyhow::Result<KnowledgeBase> {
    let folder = named(desk).or_else(upwards);
    let folder = match folder {
        Some(folder) => folder,
        None => std::env::current_dir()?.join(FOLDER),
    };
    Ok(KnowledgeBase::open(&folder)?)
}

/// Opens the knowledge base that is meant, or makes one where there is none, and says so.
pub(crate) fn open_or_create(desk: &mut Desk) -> anyhow::Result<KnowledgeBase> {
    let folder = named(desk)
        .or_else(upwards)
        .unwrap_or_else(|| PathBuf::from(FOLDER));
    match KnowledgeBase::open(&folder) {
        Err(Error::NotFound { .. }) => {
            let base = KnowledgeBase::create(&folder)?;
            desk.terminal
                .notice(&format!("made a knowledge base in {}", folder.display()));
            Ok(base)
        }
        opened => Ok(opened?),
    }
}

/// The folder named by `--kb` or `PM_KB_DIR`: the `.pm-kb` folder itself, or the folder that holds it.
fn named(desk: &Desk) -> Option<PathBuf> {
    let given = desk.common.kb.as_ref()?;
    let is_itself =
        given.file_name().is_some_and(|name| name == FOLDER) || given.join("kb.sqlite").exists();
    Some(
        if is_itself || !given.join(FOLDER).exists() && is_new(given) {
            given.clone()
        } else {
            given.join(FOLDER)
        },
    )
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
