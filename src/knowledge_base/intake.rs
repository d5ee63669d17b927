//! Intake: documents in; each read and labelled without holding anybody up, filed in batches, acknowledged once durable.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;

use blake3::Hash;

use crate::classification::Classification;
use crate::classifier;
use crate::diagnostic::Diagnostic;
use crate::document::Document;
use crate::error::Result;
use crate::incident::IncidentId;
use crate::knowledge_base::KnowledgeBase;
use crate::knowledge_base::id_of;
use crate::knowledge_base::identity;
use crate::knowledge_base::identity::Identity;
use crate::knowledge_base::identity::Traits;
use crate::parser;
use crate::postmortem::Postmortem;
use crate::record::Record;
use crate::rule::RuleSet;
use crate::store::Filed;
use crate::store::Filing;
use crate::store::Writing;
use crate::text::Position;

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
}

/// How documents are to be added.
pub struct Settings<'a> {
    /// How they are read.
    pub reading: parser::Options,
    /// Whether there is still a file at an absolute path.
    pub exists: &'a dyn Fn(&str) -> bool,
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

impl KnowledgeBase {
    /// Adds documents, in the order given, which should be that of their paths. `acknowledge` is called for each of them
    /// once it is durable, in the same order. The index is left for [`KnowledgeBase::catch_up`].
    ///
    /// # Errors
    /// [`crate::error::Error::Locked`], [`crate::error::Error::Store`], [`crate::error::Error::Damaged`]; what was
    /// acknowledged before stays.
    pub fn add(
        &mut self,
        inputs: impl IntoIterator<Item = Input>,
        settings: &Settings<'_>,
        acknowledge: &mut dyn FnMut(Added),
    ) -> Result<()> {
        let mut batch: Vec<Paper> = Vec::new();
        let mut bytes = 0;
        for input in inputs {
            let paper = Paper::read(input, self.rules(), &settings.reading);
            bytes += paper.bytes.len();
            batch.push(paper);
            if batch.len() >= BATCH_DOCUMENTS || bytes >= BATCH_BYTES {
                self.file(std::mem::take(&mut batch), settings, acknowledge)?;
                bytes = 0;
            }
        }
        self.file(batch, settings, acknowledge)
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
        let added = self.store.write(|writing| {
            batch
                .into_iter()
                .map(|paper| paper.file(writing, settings.exists))
                .collect::<Result<Vec<Added>>>()
        })?;
        added.into_iter().for_each(acknowledge);
        Ok(())
    }
}

/// A document that was read and labelled, and is not filed yet.
pub(super) struct Paper {
    pub(super) source: String,
    pub(super) path: String,
    bytes: Vec<u8>,
    content: Hash,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// What was understood; `None` where it is refused.
    pub(super) understood: Option<Understood>,
}

/// What was understood of a document.
pub(super) struct Understood {
    pub(super) postmortem: Postmortem,
    pub(super) stated: Option<IncidentId>,
    classification: Classification,
}

impl Paper {
    /// Reads and labels a document. A defect of parser or classifier costs this document alone.
    pub(super) fn read(input: Input, rules: &RuleSet, options: &parser::Options) -> Paper {
        let content = blake3::hash(&input.bytes);
        let read = catch_unwind(AssertUnwindSafe(|| {
            understand(&input.source, input.bytes.clone(), rules, options)
        }));
        let (understood, diagnostics) = read.unwrap_or_else(|_| {
            let refusal = Diagnostic::error(
                None,
                "pm-kb failed on this document, which is a defect of pm-kb",
                "report it with the document, if you can share it",
            );
            (None, vec![refusal])
        });
        Paper {
            source: input.source,
            path: input.path,
            bytes: input.bytes,
            content,
            diagnostics,
            understood,
        }
    }

    /// Files the document and says what became of it.
    fn file(mut self, writing: &mut Writing<'_>, exists: &dyn Fn(&str) -> bool) -> Result<Added> {
        let Some(understood) = self.understood.take() else {
            return Ok(self.refused());
        };
        let traits = Traits {
            path: &self.path,
            title: &understood.postmortem.title,
            stated: understood.stated.as_ref(),
            content: self.content,
        };
        match identity::identify(&writing.view(), traits, exists)? {
            Identity::Taken(other) => {
                self.diagnostics.push(taken(&understood.postmortem, &other));
                Ok(self.refused())
            }
            Identity::New { id, twin } => {
                let notice = twin.map(|twin| format!("same text as {twin}"));
                self.file_as(writing, understood, id, None, notice)
            }
            Identity::Known(before) => {
                let id = id_of(&before);
                let notice = match &understood.stated {
                    Some(stated) if *stated != id => Some(format!(
                        "the id `{stated}` in its front matter is not used: an id never changes"
                    )),
                    _ => None,
                };
                self.file_as(
                    writing,
                    understood,
                    id,
                    Some((before, Outcome::Updated)),
                    notice,
                )
            }
            Identity::Moved(before) => {
                let id = id_of(&before);
                let notice = (!before.record.path.is_empty())
                    .then(|| format!("was {}", before.record.source));
                self.file_as(
                    writing,
                    understood,
                    id,
                    Some((before, Outcome::Moved)),
                    notice,
                )
            }
        }
    }

    fn file_as(
        self,
        writing: &mut Writing<'_>,
        understood: Understood,
        id: IncidentId,
        before: Option<(Filed, Outcome)>,
        notice: Option<String>,
    ) -> Result<Added> {
        let read_kind = understood.postmortem.kind;
        let kind = identity::kind(&writing.view(), &id, self.content, read_kind)?;
        let same_text = before
            .as_ref()
            .is_some_and(|(before, _)| before.content == self.content);
        let mut record = record(understood, id, kind);
        record.source = self.source.clone();
        record.path = self.path;
        if let Some((before, Outcome::Updated)) = &before
            && same_text
        {
            // `./a.md` and `a.md` are one file: how it was named last is no change.
            record.source.clone_from(&before.record.source);
        }
        let filed = writing.put(Filing {
            record: record.clone(),
            read_kind,
            content: self.content,
            original: (!same_text).then_some(self.bytes.as_slice()),
        })?;
        let outcome = match (&before, &filed) {
            (_, None) => Outcome::Unchanged,
            (None, _) => Outcome::Added,
            (Some((_, outcome)), _) => *outcome,
        };
        if let Some((before, _)) = &before
            && !same_text
        {
            identity::promote_twin(writing, before.content)?;
        }
        Ok(Added {
            outcome,
            source: self.source,
            id: Some(record.id.clone()),
            record: Some(record),
            diagnostics: self.diagnostics,
            notice,
        })
    }

    fn refused(self) -> Added {
        Added {
            outcome: Outcome::Refused,
            source: self.source,
            id: None,
            record: None,
            diagnostics: self.diagnostics,
            notice: None,
        }
    }
}

/// The record of what was understood, its source and path still to be set.
pub(super) fn record(
    understood: Understood,
    id: IncidentId,
    kind: crate::postmortem::DocumentKind,
) -> Record {
    let postmortem = understood.postmortem;
    let metadata: BTreeMap<String, String> = postmortem
        .metadata
        .into_iter()
        .map(|(key, fact)| (key, fact.value))
        .collect();
    Record {
        id,
        source: String::new(),
        path: String::new(),
        kind,
        language: postmortem.language,
        title: postmortem.title,
        facts: postmortem.facts,
        metadata,
        classification: understood.classification,
    }
}

fn taken(postmortem: &Postmortem, other: &Filed) -> Diagnostic {
    let line = postmortem.stated_id.as_ref().map_or(0, |fact| fact.line);
    Diagnostic::error(
        at_line(line),
        format!(
            "the id `{}` is taken by {}",
            other.record.id, other.record.source
        ),
        "give one of the two another `id`, or remove the other first",
    )
}

/// Reads and labels a document; no post-mortem where it is refused.
fn understand(
    source: &str,
    bytes: Vec<u8>,
    rules: &RuleSet,
    options: &parser::Options,
) -> (Option<Understood>, Vec<Diagnostic>) {
    let document = match Document::read(source, bytes, &options.limits) {
        Ok(document) => document,
        Err(refusal) => return (None, vec![refusal]),
    };
    let parsed = parser::parse(&document, options);
    let refused = parsed.is_refused();
    let mut diagnostics = document.diagnostics.clone();
    diagnostics.extend(parsed.diagnostics);
    if refused {
        return (None, diagnostics);
    }
    let (classification, invalid) = label(rules, &document.text, &parsed.postmortem);
    diagnostics.extend(invalid);
    let stated = parsed
        .postmortem
        .stated_id
        .as_ref()
        .and_then(|fact| fact.value.parse().ok());
    let understood = Understood {
        postmortem: parsed.postmortem,
        stated,
        classification,
    };
    (Some(understood), diagnostics)
}

/// The labels of the rules with the document's own verdicts over them; a verdict that is none is warned of.
pub(super) fn label(
    rules: &RuleSet,
    text: &str,
    postmortem: &Postmortem,
) -> (Classification, Vec<Diagnostic>) {
    let mut classification = classifier::classify(rules, text, postmortem);
    let mut valid = Vec::new();
    let mut invalid = Vec::new();
    for verdict in &postmortem.verdicts {
        match classification.clone().set(verdict.facet, &verdict.value) {
            Ok(()) => valid.push(verdict.clone()),
            Err(error) => invalid.push(Diagnostic::warning(
                at_line(verdict.line),
                error.to_string(),
                "the label of the rules stands",
            )),
        }
    }
    // All at once, for what one verdict implies is not to be taken for what the rules said of the next.
    if let Err(error) = classification.overrule(&valid) {
        invalid.push(Diagnostic::warning(None, error.to_string(), ""));
    }
    (classification, invalid)
}

fn at_line(line: u32) -> Option<Position> {
    (line > 0).then_some(Position { line, column: 1 })
}
