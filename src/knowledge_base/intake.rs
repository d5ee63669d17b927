//! Intake: documents in; each read and labelled without holding anybody up, filed in batches, acknowledged once durable.

use std::convert::Infallible;

use crate::diagnostic::Diagnostic;
use crate::error::Result;
use crate::incident::IncidentId;
use crate::knowledge_base::KnowledgeBase;
use crate::knowledge_base::identity::Claims;
use crate::knowledge_base::identity::Surroundings;
use crate::knowledge_base::pack::Pack;
use crate::knowledge_base::paper::Clerk;
use crate::knowledge_base::paper::Paper;
use crate::knowledge_base::pipeline;
use crate::knowledge_base::prints::Prints;
use crate::knowledge_base::reader::Reader;
use crate::parser;
use crate::record::Record;
use crate::rule::RuleSet;
use crate::store::Writing;

/// How many documents are filed in one transaction, at most.
const BATCH_DOCUMENTS: usize = 100;

/// How many bytes are filed in one transaction, but for the last document.
const BATCH_BYTES: usize = 8_000_000;

/// A document to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// The path as given, or `-`.
    pub source: String,
    /// The absolute path; empty for standard input.
    pub path: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// The id that it has already, in the knowledge base that it was exported from.
    pub id: Option<IncidentId>,
}

/// How documents are to be added.
pub struct Settings<'a> {
    /// How they are read.
    pub reading: parser::Options,
    /// Whether there is still a file at an absolute path.
    pub exists: &'a dyn Fn(&str) -> bool,
    /// Whether the file at an absolute path is added by the same command.
    pub comes: &'a dyn Fn(&str) -> bool,
    /// Divide files with several incidents by headings of this level; files that were divided before are anyway.
    pub split: Option<u8>,
    /// Refuse documents with keys, tokens or passwords in them.
    pub deny_secrets: bool,
    /// Leave out what is not known yet.
    pub known_only: bool,
    /// Say what would become of the documents, and change nothing.
    pub rehearsal: bool,
    /// On so many threads documents are read and labelled; the result is the same.
    pub threads: usize,
}

impl<'a> Settings<'a> {
    /// Everything is filed as it is.
    pub fn of(reading: parser::Options, exists: &'a dyn Fn(&str) -> bool) -> Settings<'a> {
        Settings {
            reading,
            exists,
            comes: &|_| false,
            split: None,
            deny_secrets: false,
            known_only: false,
            rehearsal: false,
            threads: 1,
        }
    }
}

/// What became of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// A new incident.
    Added,
    /// An incident that was there; its document, its facts or its labels changed.
    Updated,
    /// An incident that was there, with nothing changed.
    Unchanged,
    /// An incident that was there, read from another place.
    Moved,
    /// Not stored; the diagnostics say why.
    Refused,
    /// Not stored, for it is not known yet and only what is known was wanted.
    New,
}

impl Outcome {
    /// The word as it stands in outputs.
    pub fn id(self) -> &'static str {
        match self {
            Outcome::Added => "added",
            Outcome::Updated => "updated",
            Outcome::Unchanged => "unchanged",
            Outcome::Moved => "moved",
            Outcome::Refused => "refused",
            Outcome::New => "new",
        }
    }
}

/// What became of a document, once it is durable.
#[derive(Debug, Clone, PartialEq)]
pub struct Added {
    /// What became of it.
    pub outcome: Outcome,
    /// The path as given.
    pub source: String,
    /// Its incident; `None` where it was refused.
    pub id: Option<IncidentId>,
    /// The record as it is now; `None` where it was refused.
    pub record: Option<Record>,
    /// What was odd about it.
    pub diagnostics: Vec<Diagnostic>,
    /// What else is to be said, such as `same text as ID`.
    pub notice: Option<String>,
}

/// What is to be filed and told next: documents that were read, and sources that could not be.
struct Batch<R> {
    papers: Vec<std::result::Result<Paper, R>>,
    bytes: usize,
}

impl<R> Batch<R> {
    fn take(&mut self, read: std::result::Result<Vec<Paper>, R>) {
        match read {
            Ok(papers) => {
                self.bytes += papers.iter().map(|paper| paper.bytes.len()).sum::<usize>();
                self.papers.extend(papers.into_iter().map(Ok));
            }
            Err(refusal) => self.papers.push(Err(refusal)),
        }
    }

    fn is_full(&self) -> bool {
        self.papers.len() >= BATCH_DOCUMENTS || self.bytes >= BATCH_BYTES
    }
}

impl KnowledgeBase {
    /// Adds documents, in the order given, which should be that of their paths. `acknowledge` is called for each of them
    /// once it is durable, in the same order. The index is left for [`KnowledgeBase::catch_up`].
    ///
    /// # Errors
    /// [`crate::error::Error::Locked`], [`crate::error::Error::Store`], [`crate::error::Error::Damaged`],
    /// [`crate::error::Error::File`]; what was acknowledged before stays.
    pub fn add(
        &mut self,
        inputs: impl IntoIterator<Item = Input>,
        settings: &Settings<'_>,
        acknowledge: &mut dyn FnMut(Added),
    ) -> Result<()> {
        self.add_from(inputs, Ok::<Input, Infallible>, settings, &mut |told| {
            let Ok(added) = told;
            acknowledge(added);
        })
    }

    /// Adds documents that are still to be read, such as files, with as many threads as the settings say. What each came
    /// to is told in the order of the sources: an addition once it is durable, or why it could not be read.
    ///
    /// # Errors
    /// As [`KnowledgeBase::add`].
    pub fn add_from<T: Send, R: Send>(
        &mut self,
        sources: impl IntoIterator<Item = T>,
        read: impl Fn(T) -> std::result::Result<Input, R> + Sync,
        settings: &Settings<'_>,
        tell: &mut dyn FnMut(std::result::Result<Added, R>),
    ) -> Result<()> {
        // The threads read with the rules while this one files, so they cannot stay a part of what it files with.
        let nothing = Pack::of(&self.dir);
        let pack = std::mem::replace(&mut self.pack, nothing);
        if !settings.rehearsal {
            pack.keep();
        }
        let added = self.add_by(pack.rules(), (sources, read), settings, tell);
        self.pack = pack;
        added
    }

    fn add_by<T: Send, R: Send>(
        &mut self,
        rules: &RuleSet,
        (sources, read): (
            impl IntoIterator<Item = T>,
            impl Fn(T) -> std::result::Result<Input, R> + Sync,
        ),
        settings: &Settings<'_>,
        tell: &mut dyn FnMut(std::result::Result<Added, R>),
    ) -> Result<()> {
        let reader = Reader {
            rules,
            options: settings.reading.clone(),
            split: settings.split,
            denies_secrets: settings.deny_secrets || settings.reading.strict,
            divided: self.store.read(|view| view.divided())?,
        };
        self.prints.iter_mut().for_each(Prints::begin);
        let mut batch = Batch {
            papers: Vec::new(),
            bytes: 0,
        };
        let work = |source| read(source).map(|input| reader.papers(input));
        pipeline::in_order(settings.threads, sources.into_iter(), work, |read| {
            batch.take(read);
            match batch.is_full() {
                true => self.file(&mut batch, settings, tell),
                false => Ok(()),
            }
        })?;
        self.file(&mut batch, settings, tell)
    }

    /// Files a batch in one transaction, then tells of it.
    fn file<R>(
        &mut self,
        batch: &mut Batch<R>,
        settings: &Settings<'_>,
        tell: &mut dyn FnMut(std::result::Result<Added, R>),
    ) -> Result<()> {
        batch.bytes = 0;
        let mut papers = Vec::new();
        let order: Vec<std::result::Result<(), R>> = batch
            .papers
            .drain(..)
            .map(|read| read.map(|paper| papers.push(paper)))
            .collect();
        let mut added = self.file_papers(papers, settings)?.into_iter();
        for one in order {
            match one {
                Ok(()) => added.next().into_iter().for_each(|one| tell(Ok(one))),
                Err(refusal) => tell(Err(refusal)),
            }
        }
        Ok(())
    }

    /// Files some documents in one transaction, all or none.
    fn file_papers(&mut self, papers: Vec<Paper>, settings: &Settings<'_>) -> Result<Vec<Added>> {
        if papers.is_empty() {
            return Ok(Vec::new());
        }
        let (ledger, _) = self.ledger(None)?;
        let aliases = self.aliases()?;
        let mut claims = Claims::default();
        papers.iter().for_each(|paper| paper.claim(&mut claims));
        let at_hand = self.prints.take();
        let work = |writing: &mut Writing<'_>| -> Result<(Vec<Added>, Prints)> {
            if papers.len() >= BATCH_DOCUMENTS {
                writing.learn()?;
            }
            let mut prints = Prints::current(&writing.view(), at_hand)?;
            let mut clerk = Clerk {
                writing,
                around: Surroundings {
                    exists: settings.exists,
                    comes: settings.comes,
                    claims: &claims,
                    ledger: &ledger,
                    aliases: &aliases,
                },
                prints: &mut prints,
                takes_new: !settings.known_only,
            };
            let papers = papers.into_iter();
            let added: Result<Vec<Added>> = papers.map(|paper| paper.file(&mut clerk)).collect();
            let added = added?;
            let rev = clerk.writing.rev();
            prints.settle(rev);
            Ok((added, prints))
        };
        let added = if settings.rehearsal {
            self.store.rehearse(work)?.0
        } else {
            let (added, prints) = self.store.write(work)?;
            self.prints = Some(prints);
            added
        };
        Ok(added)
    }
}
