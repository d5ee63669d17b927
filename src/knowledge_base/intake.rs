//! Intake: documents in; each read and labelled without holding anybody up, filed in batches, acknowledged once durable.

use crate::diagnostic::Diagnostic;
use crate::error::Result;
use crate::incident::IncidentId;
use crate::knowledge_base::KnowledgeBase;
use crate::knowledge_base::identity::Claims;
use crate::knowledge_base::identity::Surroundings;
use crate::knowledge_base::paper::Clerk;
use crate::knowledge_base::paper::Paper;
use crate::knowledge_base::prints::Prints;
use crate::knowledge_base::secrets;
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

/// A page that headings of a level do not divide, as it was divided before; the first part says so.
fn stay_divided(
    input: Input,
    (level, before): (u8, u8),
    how: (&RuleSet, &parser::Options),
) -> Vec<Paper> {
    let mut papers = Paper::read_divided(input, before, how);
    if let Some(first) = papers.first_mut() {
        first.diagnostics.push(Diagnostic::warning(
            None,
            format!("no heading of level h{level} opens an incident"),
            format!("the page stays divided by h{before}"),
        ));
    }
    papers
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
        let mut batch: Vec<Paper> = Vec::new();
        let mut bytes = 0;
        for input in inputs {
            let mut papers = self.papers(input, settings)?;
            let denied = settings.deny_secrets || settings.reading.strict;
            for paper in &mut papers {
                secrets::look_over(paper, &settings.reading.limits, denied);
            }
            bytes += papers.iter().map(|paper| paper.bytes.len()).sum::<usize>();
            batch.extend(papers);
            if batch.len() >= BATCH_DOCUMENTS || bytes >= BATCH_BYTES {
                self.file(std::mem::take(&mut batch), settings, acknowledge)?;
                bytes = 0;
            }
        }
        self.file(batch, settings, acknowledge)
    }

    /// A document as it is read, or its parts where it is divided.
    fn papers(&self, input: Input, settings: &Settings<'_>) -> Result<Vec<Paper>> {
        let divided_before = || -> Result<Option<u8>> {
            let parts = self.store.read(|view| view.parts_of(&input.path))?;
            let part = parts.first().and_then(|part| part.record.lineage.part);
            Ok(part.map(|part| part.level))
        };
        let how = (self.rules(), &settings.reading);
        match (settings.split, &input.id) {
            (_, Some(_)) => Ok(vec![Paper::read(input, how.0, how.1)]),
            (Some(level), None) => {
                let before = divided_before()?.filter(|before| *before != level);
                let papers = Paper::read_divided(input.clone(), level, how);
                match before.filter(|_| papers.iter().all(|paper| !paper.is_part())) {
                    Some(before) => Ok(stay_divided(input, (level, before), how)),
                    None => Ok(papers),
                }
            }
            (None, None) => Ok(match divided_before()? {
                Some(level) => Paper::read_divided(input, level, how),
                None => vec![Paper::read(input, how.0, how.1)],
            }),
        }
    }

    /// Files a batch in one transaction, then acknowledges it.
    fn file(
        &mut self,
        batch: Vec<Paper>,
        settings: &Settings<'_>,
        acknowledge: &mut dyn FnMut(Added),
    ) -> Result<()> {
        if batch.is_empty() {
            return Ok(());
        }
        let (ledger, _) = self.ledger(None)?;
        let aliases = self.aliases()?;
        let mut claims = Claims::default();
        batch.iter().for_each(|paper| paper.claim(&mut claims));
        let at_hand = self.prints.take();
        let work = |writing: &mut Writing<'_>| -> Result<(Vec<Added>, Prints)> {
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
            let papers = batch.into_iter();
            let added: Result<Vec<Added>> = papers.map(|paper| paper.file(&mut clerk)).collect();
            let added = added?;
            let rev = clerk.writing.rev();
            prints.settle(rev);
            Ok((added, prints))
        };
        let added = if settings.rehearsal {
            self.store.rehearse(work)?.0
        } else {
            self.pack.keep();
            let (added, prints) = self.store.write(work)?;
            self.prints = Some(prints);
            added
        };
        added.into_iter().for_each(acknowledge);
        Ok(())
    }
}
