//! Paper: a document that was read and labelled, and is not filed yet.

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
use crate::knowledge_base::identity;
use crate::knowledge_base::identity::Identity;
use crate::knowledge_base::identity::Traits;
use crate::knowledge_base::intake::Added;
use crate::knowledge_base::intake::Input;
use crate::knowledge_base::intake::Outcome;
use crate::parser;
use crate::postmortem::DocumentKind;
use crate::postmortem::Postmortem;
use crate::postmortem::StatedVerdict;
use crate::record::Lineage;
use crate::record::Record;
use crate::rule::RuleSet;
use crate::store::Filed;
use crate::store::Filing;
use crate::store::Writing;
use crate::text::Position;
use crate::verdict;
use crate::verdict::Ledger;
use crate::verdict::Standing;

/// A document that was read and labelled, and is not filed yet.
pub(super) struct Paper {
    pub(super) source: String,
    pub(super) path: String,
    /// The id that it brings with it from another base.
    brought: Option<IncidentId>,
    pub(super) bytes: Vec<u8>,
    content: Hash,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// What was understood; `None` where it is refused.
    pub(super) understood: Option<Understood>,
}

/// What was understood of a document.
pub(super) struct Understood {
    pub(super) postmortem: Postmortem,
    /// The id that it states.
    pub(super) stated: Option<IncidentId>,
    labels: Labels,
}

/// What rules and document say of the labels, apart from each other.
pub(super) struct Labels {
    /// What the rules say.
    pub(super) rules: Classification,
    /// What the document says in its front matter.
    pub(super) stated: Vec<StatedVerdict>,
    /// What it says that is no value.
    invalid: Vec<Diagnostic>,
}

/// Where a document is to be filed.
struct Place {
    id: IncidentId,
    /// What is there now.
    before: Option<Filed>,
    /// What becomes of the document, if anything changes.
    outcome: Outcome,
    notice: Option<String>,
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
            brought: input.id,
            bytes: input.bytes,
            content,
            diagnostics,
            understood,
        }
    }

    /// Files the document and says what became of it.
    pub(super) fn file(
        mut self,
        writing: &mut Writing<'_>,
        exists: &dyn Fn(&str) -> bool,
        ledger: &Ledger,
    ) -> Result<Added> {
        let Some(understood) = self.understood.take() else {
            return Ok(self.refused());
        };
        let traits = Traits {
            path: &self.path,
            title: &understood.postmortem.title,
            brought: self.brought.as_ref(),
            stated: understood.stated.as_ref(),
            content: self.content,
        };
        let place = match identity::identify(&writing.view(), traits, exists)? {
            Identity::Taken(other) => {
                self.diagnostics.push(taken(&understood.postmortem, &other));
                return Ok(self.refused());
            }
            Identity::New(id) => Place {
                id,
                before: None,
                outcome: Outcome::Added,
                notice: None,
            },
            Identity::Known(before) => Place {
                id: before.record.id.clone(),
                notice: match self.brought {
                    Some(_) => None,
                    None => not_renamed(&before, understood.stated.as_ref()),
                },
                before: Some(before),
                outcome: Outcome::Updated,
            },
            Identity::Moved(before) => Place {
                id: before.record.id.clone(),
                notice: (!before.record.path.is_empty())
                    .then(|| format!("was {}", before.record.source)),
                before: Some(before),
                outcome: Outcome::Moved,
            },
        };
        self.file_at(writing, understood, place, ledger)
    }

    fn file_at(
        self,
        writing: &mut Writing<'_>,
        understood: Understood,
        place: Place,
        ledger: &Ledger,
    ) -> Result<Added> {
        let read_kind = understood.postmortem.kind;
        let twin = identity::counted_twin(&writing.view(), &place.id, self.content)?;
        let kind = match twin {
            Some(_) => DocumentKind::Duplicate,
            None => read_kind,
        };
        let standing = ledger.standing(&place.id);
        let mut record = record(understood, place.id, kind, &standing);
        record.source.clone_from(&self.source);
        record.path = self.path;
        let mut is_same_text = false;
        if let Some(before) = &place.before {
            is_same_text = before.content == self.content;
            if is_same_text && place.outcome == Outcome::Updated {
                // `./a.md` and `a.md` are one file: how it was named last is no change.
                record.source.clone_from(&before.record.source);
            }
        }
        let filed = writing.put(Filing {
            record: record.clone(),
            read_kind,
            content: self.content,
            fingerprint: None,
            original: (!is_same_text).then_some(self.bytes.as_slice()),
        })?;
        if let Some(before) = place.before.filter(|_| !is_same_text) {
            identity::promote_twin(writing, before.content)?;
        }
        Ok(Added {
            outcome: filed.map_or(Outcome::Unchanged, |_| place.outcome),
            source: self.source,
            id: Some(record.id.clone()),
            record: Some(record),
            diagnostics: self.diagnostics,
            notice: twin
                .map(|twin| format!("same text as {twin}"))
                .or(place.notice),
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

/// The record of what was understood, with the verdicts that stand on it; its source and path still to be set.
pub(super) fn record(
    understood: Understood,
    id: IncidentId,
    kind: DocumentKind,
    standing: &Standing<'_>,
) -> Record {
    let postmortem = understood.postmortem;
    let metadata: BTreeMap<String, String> = postmortem
        .metadata
        .into_iter()
        .map(|(key, fact)| (key, fact.value))
        .collect();
    let mut record = Record {
        id,
        source: String::new(),
        path: String::new(),
        kind,
        language: postmortem.language,
        title: postmortem.title,
        facts: postmortem.facts,
        metadata,
        classification: understood.labels.rules,
        lineage: Lineage::default(),
    };
    verdict::lay(&mut record, &understood.labels.stated, standing);
    record
}

/// What is to be said where a document states another id than it has.
fn not_renamed(before: &Filed, stated: Option<&IncidentId>) -> Option<String> {
    let stated = stated.filter(|stated| **stated != before.record.id)?;
    Some(format!(
        "the id `{stated}` in its front matter is not used: an id never changes"
    ))
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
    let mut labels = label(rules, &document.text, &parsed.postmortem);
    diagnostics.append(&mut labels.invalid);
    let stated = parsed
        .postmortem
        .stated_id
        .as_ref()
        .and_then(|fact| fact.value.parse().ok());
    let understood = Understood {
        postmortem: parsed.postmortem,
        stated,
        labels,
    };
    (Some(understood), diagnostics)
}

/// The labels of the rules, and the document's own verdicts; one that is none is warned of.
pub(super) fn label(rules: &RuleSet, text: &str, postmortem: &Postmortem) -> Labels {
    let mut labels = Labels {
        rules: classifier::classify(rules, text, postmortem),
        stated: Vec::new(),
        invalid: Vec::new(),
    };
    for verdict in &postmortem.verdicts {
        match labels.rules.clone().set(verdict.facet, &verdict.value) {
            Ok(()) => labels.stated.push(verdict.clone()),
            Err(error) => labels.invalid.push(Diagnostic::warning(
                at_line(verdict.line),
                error.to_string(),
                "the label of the rules stands",
            )),
        }
    }
    labels
}

fn at_line(line: u32) -> Option<Position> {
    (line > 0).then_some(Position { line, column: 1 })
}
