//! Survey: the files behind a knowledge base as they are now: in step, edited, moved, gone, new.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::PathBuf;

use pm_kb::knowledge_base::KnowledgeBase;
use pm_kb::knowledge_base::Source;
use pm_kb::knowledge_base::compare;

use crate::input;
use crate::input::name;

/// The files behind a knowledge base as they are now.
#[derive(Default)]
pub(crate) struct Survey {
    /// How many documents are as they were filed.
    pub(crate) in_step: usize,
    /// Files that hold something else than was filed of them.
    pub(crate) edited: Vec<File>,
    /// Documents whose file is gone.
    pub(crate) gone: Vec<Source>,
    /// Documents of which a file that is new has the very bytes: by the document, where it is now.
    pub(crate) moved: Vec<(Source, File)>,
    /// Other files in the folders that were added.
    pub(crate) others: Vec<File>,
    /// Files that cannot be read now.
    pub(crate) refusals: Vec<input::Refusal>,
}

/// A file, as it is to be named and as it is found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct File {
    /// As it is found.
    pub(crate) path: PathBuf,
    /// As it was named, or as the folder was that it is in.
    pub(crate) source: String,
}

impl Survey {
    /// Looks at every file that documents came from, and into the folders that were added.
    pub(crate) fn of(base: &KnowledgeBase, limit: usize) -> anyhow::Result<Survey> {
        let mut survey = Survey::default();
        let mut by_file: BTreeMap<String, Vec<Source>> = BTreeMap::new();
        for source in base.sources()? {
            let of_file = by_file.entry(source.file().to_owned()).or_default();
            of_file.push(source);
        }
        let known: BTreeSet<PathBuf> = by_file.keys().map(|file| name::path(file)).collect();
        for (file, sources) in by_file {
            survey.look(&name::path(&file), sources, limit);
        }
        survey.look_around(base, &known, limit)?;
        Ok(survey)
    }

    fn look(&mut self, path: &std::path::Path, sources: Vec<Source>, limit: usize) {
        if !path.exists() {
            self.gone.extend(sources);
            return;
        }
        let input = match input::read(path, limit) {
            Ok(input) => input,
            Err(refusal) => return self.refusals.push(refusal),
        };
        let (count, source) = (sources.len(), sources.first().map(whole));
        let now = compare(&input.bytes, sources);
        if now.is_edited {
            self.edited.push(File {
                path: path.to_owned(),
                source: source.unwrap_or_default(),
            });
        } else {
            self.in_step += count - now.vanished.len();
        }
        self.gone.extend(now.vanished);
    }

    /// Looks for documents in the folders that were added which are not known there.
    fn look_around(
        &mut self,
        base: &KnowledgeBase,
        known: &BTreeSet<PathBuf>,
        limit: usize,
    ) -> anyhow::Result<()> {
        let mut seen = BTreeSet::new();
        for (source, folder) in base.roots()? {
            let folder = name::path(&folder);
            if !folder.is_dir() {
                continue;
            }
            for path in input::find(std::slice::from_ref(&folder)).files {
                if known.contains(&path) || !seen.insert(path.clone()) {
                    continue;
                }
                let below = path.strip_prefix(&folder).unwrap_or(&path);
                let named = name::shown(&PathBuf::from(&source).join(below));
                self.meet(
                    File {
                        source: named,
                        path,
                    },
                    limit,
                );
            }
        }
        Ok(())
    }

    /// Takes note of a file that is not known where it is.
    fn meet(&mut self, file: File, limit: usize) {
        let content = match input::read(&file.path, limit) {
            Ok(input) => blake3::hash(&input.bytes),
            Err(_) => return,
        };
        let was = self
            .gone
            .iter()
            .position(|gone| gone.level.is_none() && gone.content == content);
        match was {
            Some(at) => {
                let gone = self.gone.remove(at);
                self.moved.push((gone, file));
            }
            None => self.others.push(file),
        }
    }
}

/// The name of the file, where the source is a part of it.
fn whole(source: &Source) -> String {
    match source.level {
        Some(_) => {
            let name = source.source.rsplit_once('#');
            name.map_or(source.source.clone(), |name| name.0.to_owned())
        }
        None => source.source.clone(),
    }
}
