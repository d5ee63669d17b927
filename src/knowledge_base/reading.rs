//! Reading: a document understood and labelled, before anything is known of what is filed already.

use std::collections::BTreeMap;

use crate::classification::Classification;
use crate::classifier;
use crate::diagnostic::Diagnostic;
use crate::document::Document;
use crate::incident::IncidentId;
use crate::knowledge_base::intake::Input;
use crate::knowledge_base::page;
use crate::knowledge_base::prints::Print;
use crate::parser;
use crate::postmortem::BlockKind;
use crate::postmortem::DocumentKind;
use crate::postmortem::Postmortem;
use crate::postmortem::SectionKind;
use crate::postmortem::StatedVerdict;
use crate::record::Lineage;
use crate::record::Record;
use crate::rule::RuleSet;
use crate::text::Position;
use crate::verdict;
use crate::verdict::Standing;

/// A document of fewer words is no near copy of another, unless their bytes are the same.
const BRIEF: usize = 60;

/// What every document has, or what tells nothing of it.
const UNTOLD: &[SectionKind] = &[SectionKind::Title, SectionKind::Body, SectionKind::Other];

/// What was understood of a document.
pub(super) struct Understood {
    pub(super) postmortem: Postmortem,
    /// The id that it states.
    pub(super) stated: Option<IncidentId>,
    /// The id that the exporting tool gave to the page.
    pub(super) page: Option<String>,
    /// What its near copies are found by.
    pub(super) print: Option<Print>,
    pub(super) labels: Labels,
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

/// Whether a document tells so little that another stub may be much the same by chance.
fn is_brief(postmortem: &Postmortem) -> bool {
    let told = postmortem.blocks.iter();
    let told = told.filter(|block| block.kind != BlockKind::KeyValue);
    let words = told.flat_map(|block| block.text.split_whitespace());
    words.take(BRIEF).count() < BRIEF
}

/// Reads and labels a document; no post-mortem where it is refused.
pub(super) fn understand(
    input: &Input,
    rules: &RuleSet,
    options: &parser::Options,
) -> (Option<Understood>, Vec<Diagnostic>) {
    let read = Document::read(&input.source, input.bytes.clone(), &options.limits);
    let document = match read {
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
    let postmortem = parsed.postmortem;
    let mut labels = label(rules, &document.text, &postmortem);
    diagnostics.append(&mut labels.invalid);
    let stated = postmortem.stated_id.as_ref();
    let stated: Option<IncidentId> = stated.and_then(|fact| fact.value.parse().ok());
    let print = postmortem.fingerprint().map(|fingerprint| Print {
        fingerprint,
        title: postmortem.title.clone(),
        day: postmortem.facts.day().map(|day| day.to_string()),
        stated: stated.as_ref().map(ToString::to_string),
        is_brief: is_brief(&postmortem),
        is_counted: postmortem.kind.is_counted(),
        is_duplicate: false,
    });
    let understood = Understood {
        page: page::id(&postmortem, &input.path),
        stated,
        print,
        labels,
        postmortem,
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
    let sections = postmortem.sections.iter().map(|section| section.kind);
    let sections = sections.filter(|kind| !UNTOLD.contains(kind)).collect();
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
        lineage: Lineage {
            stated: understood.stated,
            page: understood.page,
            sections,
            ..Lineage::default()
        },
    };
    verdict::lay(&mut record, &understood.labels.stated, standing);
    record
}

/// The beginning of a line; `None` for what stands on none.
pub(super) fn at_line(line: u32) -> Option<Position> {
    (line > 0).then_some(Position { line, column: 1 })
}
