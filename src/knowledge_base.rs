//! KnowledgeBase: the use cases; open, add, catch up, search, show, remove, relabel, look after.
//!
//! Truth flows one way: document, store, index. `add` writes to the store alone; the index follows by `catch_up`, which
//! is also how it recovers, so that recovery is no special case.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use crate::document::Document;
use crate::document::Limits;
use crate::error::Error;
use crate::error::Result;
use crate::knowledge_base::folder::make_aside;
use crate::knowledge_base::folder::make_private;
use crate::knowledge_base::folder::refuse_emptied;
use crate::knowledge_base::folder::refuse_network;
use crate::knowledge_base::pack::Pack;
use crate::knowledge_base::prints::Prints;
use crate::parser;
use crate::postmortem::Postmortem;
use crate::record::Record;
use crate::rule::RuleSet;
use crate::store;
use crate::store::Filed;
use crate::store::Store;
use crate::store::View;

mod aliases;
mod audits;
mod backup;
mod beside;
mod catch_up;
mod configuration;
mod doctor;
mod dry_run;
mod folder;
mod gold;
mod identity;
mod intake;
mod labels;
mod pack;
mod page;
mod paper;
mod pipeline;
mod prints;
mod reader;
mod reading;
mod reporting;
mod review;
mod search;
pub mod secrets;
mod similar;
mod sources;
mod status;
mod twin;
mod unrelated;
mod usage;
mod verdicts;

pub use crate::knowledge_base::aliases::ALIASES;
pub use crate::knowledge_base::audits::AUDITS;
pub use crate::knowledge_base::audits::Answered;
pub use crate::knowledge_base::audits::Wanted;
pub use crate::knowledge_base::backup::Restored;
pub use crate::knowledge_base::catch_up::CaughtUp;
pub use crate::knowledge_base::configuration::Configuration;
pub use crate::knowledge_base::doctor::Checkup;
pub use crate::knowledge_base::dry_run::DryRun;
pub use crate::knowledge_base::dry_run::dry_run;
pub use crate::knowledge_base::intake::Added;
pub use crate::knowledge_base::intake::Input;
pub use crate::knowledge_base::intake::Outcome;
pub use crate::knowledge_base::intake::Settings;
pub use crate::knowledge_base::pack::rules_in;
pub use crate::knowledge_base::pack::rules_with;
pub use crate::knowledge_base::reporting::Listing;
pub use crate::knowledge_base::review::REVIEWED;
pub use crate::knowledge_base::review::ReviewItem;
pub use crate::knowledge_base::search::Found;
pub use crate::knowledge_base::similar::Similar;
pub use crate::knowledge_base::similar::SimilarFound;
pub use crate::knowledge_base::similar::Subject;
pub use crate::knowledge_base::sources::Comparison;
pub use crate::knowledge_base::sources::compare;
pub use crate::knowledge_base::status::Status;
pub use crate::knowledge_base::unrelated::Unrelated;
pub use crate::knowledge_base::verdicts::Changed;
pub use crate::knowledge_base::verdicts::Statement;
pub use crate::knowledge_base::verdicts::TakenIn;
pub use crate::knowledge_base::verdicts::VERDICTS;
pub use crate::knowledge_base::verdicts::Wish;
pub use crate::store::Order;
pub use crate::store::Source;

/// What the knowledge base keeps out of version control, because it is derived or belongs to one machine.
const GITIGNORE: &str = "\
# Made by pm-kb. The rest of this folder is made to be committed.
/kb.sqlite*
/index/
/index.lock
/backups/
/rules-in-force.json
";

/// How many ids are suggested in place of one that does not exist.
const SUGGESTIONS: usize = 3;

/// A knowledge base, open.
#[derive(Debug)]
pub struct KnowledgeBase {
    dir: PathBuf,
    store: Store,
    pack: Pack,
    prints: Option<Prints>,
    program: String,
    deadline: Duration,
}

impl KnowledgeBase {
    /// Opens the knowledge base in a folder (`.pm-kb`), or makes one there; two processes may do so at once.
    ///
    /// # Errors
    /// As [`KnowledgeBase::open`], and [`Error::File`].
    pub fn create(dir: &Path) -> Result<KnowledgeBase> {
        if fs::read_dir(dir).map_or(true, |mut entries| entries.next().is_none()) {
            make_aside(dir);
        }
        let dir = KnowledgeBase::prepare(dir)?;
        refuse_emptied(&dir)?;
        let store = Store::create(&dir.join("kb.sqlite"))?;
        Ok(KnowledgeBase::of(dir, store))
    }

    /// Makes the folder and what must be in it before the record is; its absolute path.
    fn prepare(dir: &Path) -> Result<PathBuf> {
        let failed = |doing, path: &Path| {
            let path = path.to_owned();
            move |source| Error::File {
                doing,
                path,
                source,
            }
        };
        make_private(dir).map_err(failed("make", dir))?;
        let dir = dir.canonicalize().map_err(failed("open", dir))?;
        refuse_network(&dir)?;
        let ignored = dir.join(".gitignore");
        if !ignored.exists() {
            fs::write(&ignored, GITIGNORE).map_err(failed("write", &ignored))?;
        }
        // The folder's own name must survive a power cut as surely as what is filed in it.
        for folder in [Some(dir.as_path()), dir.parent()].into_iter().flatten() {
            let _ = fs::File::open(folder).and_then(|handle| handle.sync_all());
        }
        Ok(dir)
    }

    /// Opens the knowledge base in a folder (`.pm-kb`).
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::NotAKnowledgeBase`], [`Error::SchemaTooNew`], [`Error::Damaged`], [`Error::Locked`],
    /// [`Error::Store`].
    pub fn open(dir: &Path) -> Result<KnowledgeBase> {
        if dir.exists() && !dir.is_dir() {
            return Err(Error::NotAKnowledgeBase {
                path: dir.to_owned(),
                found: "it is a file".to_owned(),
            });
        }
        let dir = dir.canonicalize().map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => Error::NotFound {
                path: dir.to_owned(),
            },
            _ => Error::File {
                doing: "open",
                path: dir.to_owned(),
                source: error,
            },
        })?;
        refuse_emptied(&dir)?;
        refuse_network(&dir)?;
        let store = Store::open(&dir.join("kb.sqlite"))?;
        Ok(KnowledgeBase::of(dir, store))
    }

    fn of(dir: PathBuf, store: Store) -> KnowledgeBase {
        KnowledgeBase {
            pack: Pack::of(&dir),
            dir,
            store,
            prints: None,
            program: "pm-kb".to_owned(),
            deadline: store::DEADLINE,
        }
    }

    /// The same knowledge base, known to waiting processes under the name of a command.
    pub fn announced_as(mut self, program: &str) -> KnowledgeBase {
        self.store = self.store.announced_as(program);
        program.clone_into(&mut self.program);
        self
    }

    /// The same knowledge base, with another time to wait for other processes than 30 seconds.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn waiting(mut self, deadline: Duration) -> Result<KnowledgeBase> {
        self.store = self.store.waiting(deadline)?;
        self.deadline = deadline;
        Ok(self)
    }

    /// The same knowledge base, with other rules than those that are shipped.
    pub fn with_rules(mut self, rules: RuleSet) -> KnowledgeBase {
        self.pack = Pack::given(&self.dir, rules);
        self
    }

    /// The folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Every record, ordered by id.
    ///
    /// # Errors
    /// [`Error::Damaged`], [`Error::Store`].
    pub fn records(&self) -> Result<Vec<Record>> {
        let filed = self.store.read(|view| view.all())?;
        Ok(filed.into_iter().map(|filed| filed.record).collect())
    }

    /// One record.
    ///
    /// # Errors
    /// [`Error::UnknownIncident`], [`Error::Damaged`], [`Error::Store`].
    pub fn record(&self, id: &str) -> Result<Record> {
        Ok(self.store.read(|view| find(view, id))?.record)
    }

    /// The only id that begins so; `None` where there is none, or several.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn only_id_beginning(&self, start: &str) -> Result<Option<String>> {
        let mut ids = self.store.read(|view| view.ids_beginning(start, 2))?;
        Ok(if ids.len() == 1 { ids.pop() } else { None })
    }

    /// The original bytes of one document.
    ///
    /// # Errors
    /// [`Error::UnknownIncident`], [`Error::Damaged`], [`Error::Store`].
    pub fn original(&self, id: &str) -> Result<Vec<u8>> {
        self.store.read(|view| view.original(&find(view, id)?))
    }

    /// One document, read again from its original bytes: its text, sections and blocks.
    ///
    /// # Errors
    /// [`Error::UnknownIncident`], [`Error::Damaged`], [`Error::Store`].
    pub fn postmortem(&self, id: &str) -> Result<(Document, Postmortem)> {
        let (filed, bytes) = self.store.read(|view| {
            let filed = find(view, id)?;
            let bytes = view.original(&filed)?;
            Ok((filed, bytes))
        })?;
        read_again(&filed.record, bytes)
    }

    /// Hands out every record with its original bytes, duplicates last, else ordered by id, all from one moment. Given
    /// back as [`Input`] with their ids, in this order, they make the same knowledge base again.
    ///
    /// # Errors
    /// Those of `each`, [`Error::Damaged`], [`Error::Store`].
    pub fn export(&self, each: &mut dyn FnMut(&Record, &[u8]) -> Result<()>) -> Result<()> {
        self.store.read(|view| {
            for id in view.ids_for_export()? {
                let filed = find(view, &id)?;
                each(&filed.record, &view.original(&filed)?)?;
            }
            Ok(())
        })
    }

    /// Forgets some incidents; their files are not touched. All of them or none.
    ///
    /// # Errors
    /// [`Error::UnknownIncident`], [`Error::Locked`], [`Error::Store`].
    pub fn remove(&mut self, ids: &[&str]) -> Result<()> {
        let ids: BTreeSet<&str> = ids.iter().copied().collect();
        self.prints = None;
        self.store.write(|writing| {
            let mut prints = Prints::default();
            for id in ids {
                let filed = find(&writing.view(), id)?;
                writing.remove(id)?;
                twin::promote(writing, &filed.record.id, &mut prints)?;
            }
            Ok(())
        })
    }

    fn index_root(&self) -> PathBuf {
        self.dir.join("index")
    }

    fn index_lock(&self) -> PathBuf {
        self.dir.join("index.lock")
    }
}

/// The record of an id, or the ids that come nearest to it.
fn find(view: &View<'_>, id: &str) -> Result<Filed> {
    if let Some(filed) = view.find(id)? {
        return Ok(filed);
    }
    let wanted = id.to_lowercase();
    let mut near: Vec<(f64, String)> = view
        .ids()?
        .into_iter()
        .map(|other| (nearness(&wanted, &other), other))
        .filter(|(nearness, _)| *nearness >= 0.75)
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    Err(Error::UnknownIncident {
        id: id.to_owned(),
        nearest: near
            .into_iter()
            .take(SUGGESTIONS)
            .map(|(_, id)| id)
            .collect(),
    })
}

/// How near a typed id is to one that exists, 0 to 1; a part of an id is nearer than one with other letters.
fn nearness(wanted: &str, id: &str) -> f64 {
    let id = id.to_lowercase();
    let similar = strsim::jaro_winkler(wanted, &id);
    if wanted.chars().count() >= 3 && id.contains(wanted) {
        similar.max(0.9)
    } else {
        similar
    }
}

/// What limits a document that was accepted once: what it passed then does not matter now.
fn accepted() -> Limits {
    Limits {
        document_bytes: usize::MAX,
        front_matter_bytes: usize::MAX,
        ..Limits::default()
    }
}

/// The text of a document that was accepted once.
fn text_again(record: &Record, bytes: Vec<u8>) -> Result<Document> {
    Document::read(&record.source, bytes, &accepted()).map_err(|refusal| Error::Damaged {
        found: format!(
            "the original document of `{}` is no text any more: {}",
            record.id, refusal.message
        ),
    })
}

/// Reads a document that was accepted once.
fn read_again(record: &Record, bytes: Vec<u8>) -> Result<(Document, Postmortem)> {
    let document = text_again(record, bytes)?;
    let options = parser::Options {
        limits: accepted(),
        ..parser::Options::default()
    };
    // It could be read when it was filed. If a newer parser fails on it, its title is still found.
    let read = catch_unwind(AssertUnwindSafe(|| parser::parse(&document, &options)));
    let postmortem = read.map_or_else(
        |_| Postmortem {
            title: record.title.clone(),
            ..Postmortem::default()
        },
        |parsed| parsed.postmortem,
    );
    Ok((document, postmortem))
}

/// The sections and blocks of a document that was accepted once: all that an index or a passage needs.
fn blocks_again(document: &Document) -> Postmortem {
    let read = || parser::parse_text(document, &accepted());
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_default()
}
